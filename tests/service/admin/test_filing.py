"""Asking for an approval."""

import pytest

from tests.gateway_events import ACCOUNT
from tests.service.admin.conftest import APPROVAL
from tests.service.admin.function import AdminLambda
from tests.service.emulator import table_name

WISH = {"profile": "prod", "reason": "fix INC-1"}


def refused(admin: AdminLambda, body: object, code: str, by: str = "alice") -> str:
    """Check for a refusal with this code, that is audited and has changed nothing; give its message."""
    before = admin.rows()
    answered = admin.post("/v1/requests", body, by)
    assert answered.code == code, answered.body
    assert (answered.audit["outcome"], answered.audit["code"]) == ("refused", code)
    assert admin.rows() == before
    return str(answered.body["message"])


def test_a_request_is_filed_and_says_who_can_approve_it(admin: AdminLambda) -> None:
    answered = admin.post("/v1/requests", WISH | {"duration": "45m", "ticket": "INC-1"})
    assert answered.status == 201
    request = answered.body["request"]
    assert request["approvers"] == ["bob", "carol*", "alice*"]
    assert (request["status"], request["user"], request["duration_s"]) == ("pending", "alice", 2700)
    assert (request["created_at"], request["pending_until"]) == ("2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z")
    assert (request["window"], request["ended"], request["approvals"], request["rule"]) == (None, None, [], "prod")
    assert (answered.body["notified"], answered.body["link"]) == ({}, None)


def test_a_filing_is_audited_with_its_id_and_state(admin: AdminLambda) -> None:
    answered = admin.post("/v1/requests", WISH)
    audit = answered.audit
    assert (audit["outcome"], audit["grant_id"]) == ("answered", answered.body["request"]["id"])
    assert (audit["grant_status"], audit["grant_user"], audit["profile"]) == ("pending", "alice", "prod")
    assert set(audit["steps"]) == {"groups", "read", "write", "notify", "total"}


def test_where_the_policy_says_so_a_request_is_approved_at_once(admin: AdminLambda) -> None:
    request = admin.post("/v1/requests", WISH | {"duration": "30m"}, by="trusty").body["request"]
    assert (request["status"], request["auto_approved"]) == ("approved", True)
    assert request["window"] == {"starts_at": "2026-11-24T12:00:00Z", "ends_at": "2026-11-24T12:30:00Z"}
    longer = admin.post("/v1/requests", WISH | {"duration": "31m"}, by="trusty").body["request"]
    assert longer["status"] == "pending"


def test_a_request_for_what_needs_no_approval_is_a_conflict(admin: AdminLambda) -> None:
    assert "sentinel exec dev" in refused(admin, WISH | {"profile": "dev"}, "conflict")


@pytest.mark.parametrize("profile", ["unknown", "unruled"])
def test_what_no_rule_gives_and_what_does_not_exist_look_alike(admin: AdminLambda, profile: str) -> None:
    message = refused(admin, WISH | {"profile": profile}, "denied")
    words = f"No rule of the access policy gives alice the profile {profile}, or it does not exist."
    assert message == words


def test_a_deny_is_reported_with_its_rule(admin: AdminLambda) -> None:
    message = refused(admin, WISH, "denied", by="mallory")
    assert "no-mallory" in message
    assert "left the company" in message


def test_a_disabled_profile_cannot_be_asked_for(admin: AdminLambda) -> None:
    admin.store("profiles/prod", {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/prod", "enabled": False})
    refused(admin, WISH, "denied")


def test_without_an_approval_policy_no_one_can_approve(admin: AdminLambda) -> None:
    admin.aws("ssm").delete_parameter(Name="/sentinel/policies/approval")
    assert "prod cannot be approved" in refused(admin, WISH, "denied")


def test_a_request_only_its_requester_could_approve_is_refused(admin: AdminLambda) -> None:
    rules = [{"name": "own", "profiles": ["prod"], "approvers": ["Alice@corp.example"]}]
    admin.store("policies/approval", APPROVAL | {"rules": rules})
    assert "No one but alice" in refused(admin, WISH, "denied")


@pytest.mark.parametrize("subject", ["user#alice", "profile#prod", "all"])
def test_a_lockout_stops_requests_too(admin: AdminLambda, subject: str) -> None:
    admin.lock_out(subject)
    refused(admin, WISH, "locked_out")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"profile": "vault"}, "Ticket is missing"),
        ({"profile": "vault", "ticket": "JIRA-1"}, "INC-\\d+"),
        ({"duration": "3h"}, "at most 2h"),
        ({"duration": "59s"}, "at least 1m"),
        ({"starts_at": "2026-11-24T11:59:59Z"}, "in the past"),
        ({"starts_at": "2026-12-01T12:00:01Z"}, "at most 7 days"),
        ({"starts_at": "tomorrow"}, "an instant is written like"),
        ({"reason": None}, "'reason' must be text"),
        ({"reason": " \n "}, "'reason' is too short"),
        ({"reason": "x" * 1001}, "'reason' is too long"),
        ({"ticket": "x" * 65}, "'ticket' is too long"),
        ({"ticket": 5}, "'ticket' must be text"),
        ({"profile": "no/such"}, "'profile' holds a character"),
        ({"duration": []}, "a duration is written like"),
        ({"role_arn": "arn:aws:iam::1:role/x"}, "'role_arn' is not known here"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_by_name(admin: AdminLambda, changes: dict[str, object], words: str) -> None:
    assert words in refused(admin, WISH | changes, "invalid_request")


@pytest.mark.parametrize("missing", ["profile", "reason"])
def test_a_missing_field_is_named(admin: AdminLambda, missing: str) -> None:
    body = {name: value for name, value in WISH.items() if name != missing}
    assert f"'{missing}' is missing" in refused(admin, body, "invalid_request")


@pytest.mark.parametrize("body", [None, [], "prod", 7])
def test_what_is_no_json_object_is_refused(admin: AdminLambda, body: object) -> None:
    refused(admin, body, "invalid_request")


def test_a_window_can_begin_later(admin: AdminLambda) -> None:
    request_id = admin.file(starts_at="2026-11-25T08:00:00Z", duration="1h")
    window = admin.approve(request_id).body["request"]["window"]
    assert window == {"starts_at": "2026-11-25T08:00:00Z", "ends_at": "2026-11-25T09:00:00Z"}


class TestASecondRequest:
    """Approvers are asked once: one request of a user for a profile waits at a time."""

    def test_next_to_one_that_waits_is_refused_with_its_id_and_what_to_do(self, admin: AdminLambda) -> None:
        request_id = admin.file()
        message = refused(admin, WISH | {"reason": "again", "duration": "15m"}, "conflict")
        assert f"Request {request_id} of alice for prod still waits" in message
        assert "until 2026-11-25T12:00:00Z" in message
        assert f"sentinel request cancel {request_id}" in message
        assert "`sentinel exec --wait prod -- COMMAND` joins it" in message

    def test_says_how_old_the_first_is_and_names_it_for_programs(self, admin: AdminLambda) -> None:
        request_id = admin.file(duration="90m")
        admin.clock.forward(minutes=65, seconds=30)
        answered = admin.post("/v1/requests", WISH)
        assert "it was filed 1h5m ago for 1h30m" in answered.body["message"]
        assert answered.body["grant_id"] == request_id
        # An approval under another name of the person would not serve this one: there is nothing to join.
        other = admin.post("/v1/requests", WISH, by="Alice")
        assert "grant_id" not in other.body
        assert "act as alice" in other.body["hint"]

    @pytest.mark.parametrize("spelling", ["Alice", "alice@corp.example", "alice+two@corp.example", "alice@x.example"])
    def test_under_another_spelling_is_refused_too(self, admin: AdminLambda, spelling: str) -> None:
        request_id = admin.file()
        assert f"Request {request_id} of alice" in refused(admin, WISH, "conflict", by=spelling)

    def test_notifies_no_one(self, admin: AdminLambda) -> None:
        admin.file()
        answered = admin.post("/v1/requests", WISH)
        assert "notified" not in answered.audit

    def test_for_another_profile_or_of_another_user_is_filed(self, admin: AdminLambda) -> None:
        assert len({admin.file(), admin.file(profile="once"), admin.file(by="zoe")}) == 3

    @pytest.mark.parametrize(("verb", "by"), [("cancel", "alice"), ("deny", "bob"), ("approve", "bob")])
    def test_after_one_that_waits_no_longer_is_filed(self, admin: AdminLambda, verb: str, by: str) -> None:
        first = admin.file()
        admin.post(f"/v1/requests/{first}/{verb}", by=by)
        second = admin.file()
        assert second != first
        assert second in refused(admin, WISH, "conflict")

    def test_after_one_that_lapsed_is_filed(self, admin: AdminLambda) -> None:
        admin.file()
        admin.clock.forward(hours=24, seconds=-1)
        refused(admin, WISH, "conflict")
        admin.clock.forward(seconds=1)
        admin.file()

    def test_that_approves_itself_needs_no_approver_and_is_filed(self, admin: AdminLambda) -> None:
        admin.file(by="trusty", duration="1h")
        for _ in range(2):
            answered = admin.post("/v1/requests", WISH | {"duration": "15m"}, by="trusty")
            assert answered.body["request"]["status"] == "approved"

    def test_next_to_one_that_cannot_be_read_is_not_filed(self, admin: AdminLambda) -> None:
        request_id = admin.file()
        key = {"subject": {"S": "user#alice"}, "item": {"S": f"approval#prod#{request_id}"}}
        admin.aws("dynamodb").update_item(
            TableName=table_name("grant"),
            Key=key,
            UpdateExpression="SET duration_s = :text",
            ExpressionAttributeValues={":text": {"S": "soon"}},
        )
        assert admin.post("/v1/requests", WISH).code == "unavailable"


class TestTheRateBudget:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_ADMIN_BUDGET": "2"}

    def test_more_changes_than_the_budget_are_throttled_with_a_time_to_wait(self, admin: AdminLambda) -> None:
        request_id = admin.file()
        admin.post(f"/v1/requests/{request_id}/cancel")
        assert "changed too much" in refused(admin, WISH, "throttled")
        again = admin.post(f"/v1/requests/{request_id}/cancel")
        assert (again.status, again.headers["retry-after"]) == (429, "60")

    def test_reading_spends_nothing_of_it(self, admin: AdminLambda) -> None:
        assert [admin.get("/v1/requests").status for _ in range(4)] == [200] * 4
