"""Approving, denying and cancelling."""

import pytest

from tests.gateway_events import ACCOUNT
from tests.service.admin.conftest import ACCESS, APPROVAL
from tests.service.admin.function import AdminLambda, Answered


def refused(admin: AdminLambda, path: str, code: str, by: str, body: object = None) -> Answered:
    """Check for a refusal with this code, that is audited with its request and has changed nothing."""
    before = admin.rows()
    answered = admin.post(path, body, by)
    assert answered.code == code, answered.body
    assert (answered.audit["outcome"], answered.audit["code"]) == ("refused", code)
    assert admin.rows() == before
    return answered


def test_an_approval_opens_the_window(admin: AdminLambda) -> None:
    request_id = admin.file()
    admin.clock.forward(minutes=10)
    answered = admin.post(f"/v1/requests/{request_id}/approve", {"comment": " go ahead "}, by="bob")
    request = answered.body["request"]
    assert (answered.status, request["status"]) == (200, "approved")
    assert request["window"] == {"starts_at": "2026-11-24T12:10:00Z", "ends_at": "2026-11-24T13:10:00Z"}
    assert request["approvals"] == [{"user": "bob", "at": "2026-11-24T12:10:00Z", "comment": "go ahead"}]
    assert (answered.audit["grant_id"], answered.audit["grant_status"]) == (request_id, "approved")


def test_a_second_approval_of_what_is_approved_changes_nothing_and_is_no_error(admin: AdminLambda) -> None:
    request_id = admin.file()
    approved = admin.approve(request_id).body["request"]
    assert admin.approve(request_id, by="carol").body == {"request": approved, "notified": {}, "extensions_ended": []}


def test_a_quorum_takes_as_many_people(admin: AdminLambda) -> None:
    request_id = admin.file(profile="vault", ticket="INC-1")
    assert admin.approve(request_id, by="bob").body["request"]["status"] == "pending"
    assert admin.approve(request_id, by="bob").body["request"]["status"] == "pending"
    request = admin.approve(request_id, by="carol").body["request"]
    assert (request["status"], [vote["user"] for vote in request["approvals"]]) == ("approved", ["bob", "carol"])


def test_two_spellings_of_a_person_are_one_vote(admin: AdminLambda) -> None:
    request_id = admin.file(profile="vault", ticket="INC-1")
    admin.approve(request_id, by="carol")
    request = admin.approve(request_id, by="carol@corp.example").body["request"]
    assert (request["status"], len(request["approvals"])) == ("pending", 1)


@pytest.mark.parametrize(
    "spelling",
    [
        "alice",
        "alice@corp.example",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/alice@x.example",
    ],
)
def test_no_one_approves_their_own_request_in_any_spelling(admin: AdminLambda, spelling: str) -> None:
    request_id = admin.file()
    answered = refused(admin, f"/v1/requests/{request_id}/approve", "not_permitted", spelling)
    assert answered.audit["grant_id"] == request_id
    assert "bob" in answered.body["message"]
    refused(admin, f"/v1/requests/{request_id}/deny", "not_permitted", spelling)


def test_a_role_session_is_held_to_the_name_it_gives_itself(admin: AdminLambda) -> None:
    rules = [{"name": "roles", "profiles": ["prod"], "approvers": ["role/Approvers"]}]
    admin.store("policies/approval", APPROVAL | {"rules": rules})
    request_id = admin.file()
    role = f"arn:aws:sts::{ACCOUNT}:assumed-role/Approvers"
    refused(admin, f"/v1/requests/{request_id}/approve", "not_permitted", f"{role}/Alice")
    assert admin.approve(request_id, by=f"{role}/bob").body["request"]["status"] == "approved"


def test_a_request_one_may_not_see_looks_as_if_it_did_not_exist(admin: AdminLambda) -> None:
    request_id = admin.file()
    for verb in ("approve", "deny", "cancel"):
        answered = refused(admin, f"/v1/requests/{request_id}/{verb}", "not_found", "zoe")
        assert answered.audit["grant_id"] == request_id


def test_who_may_read_everything_may_not_decide(admin: AdminLambda) -> None:
    request_id = admin.file()
    refused(admin, f"/v1/requests/{request_id}/approve", "not_permitted", "olivia")
    refused(admin, f"/v1/requests/{request_id}/deny", "not_permitted", "olivia")
    refused(admin, f"/v1/requests/{request_id}/cancel", "not_permitted", "olivia")


@pytest.mark.parametrize("bad_id", ["0000000000000000", "x", "0123456789ABCDEF", "..%2f", "0123456789abcdefg"])
def test_an_id_of_nothing_is_not_found(admin: AdminLambda, bad_id: str) -> None:
    for verb in ("approve", "deny", "cancel"):
        refused(admin, f"/v1/requests/{bad_id}/{verb}", "not_found", "bob")


def test_the_id_of_an_event_is_no_request(admin: AdminLambda) -> None:
    event_id = admin.began()
    refused(admin, f"/v1/requests/{event_id}/approve", "not_found", "bob")


@pytest.mark.parametrize(
    "body",
    [{"comment": ""}, {"comment": "x" * 1001}, {"comment": 5}, {"comment": "a\u0007"}, {"coment": "x"}, []],
)
def test_a_remark_that_cannot_be_read_is_refused(admin: AdminLambda, body: object) -> None:
    request_id = admin.file()
    for verb in ("approve", "deny", "cancel"):
        refused(admin, f"/v1/requests/{request_id}/{verb}", "invalid_request", "bob", body)


def test_a_denial_ends_a_request_for_good(admin: AdminLambda) -> None:
    request_id = admin.file()
    request = admin.post(f"/v1/requests/{request_id}/deny", {"comment": "not today"}, by="bob").body["request"]
    assert request["status"] == "denied"
    assert request["ended"] == {"by": "bob", "at": "2026-11-24T12:00:00Z", "comment": "not today"}
    for verb, by in (("approve", "carol"), ("cancel", "alice")):
        answered = refused(admin, f"/v1/requests/{request_id}/{verb}", "conflict", by)
        assert "denied by bob since 2026-11-24T12:00:00Z" in answered.body["message"]


def test_a_request_is_cancelled_by_its_user_and_withdrawn_once_approved(admin: AdminLambda) -> None:
    approved = admin.file()
    admin.approve(approved)
    pending = admin.file()
    assert admin.post(f"/v1/requests/{pending}/cancel").body["request"]["status"] == "cancelled"
    assert admin.post(f"/v1/requests/{approved}/cancel").body["request"]["status"] == "withdrawn"
    assert admin.post(f"/v1/requests/{approved}/cancel").status == 200
    refused(admin, f"/v1/requests/{approved}/approve", "conflict", "bob")


@pytest.mark.parametrize("by", ["carol", "sam"])
def test_an_approved_request_is_withdrawn_by_approvers_and_who_may_revoke(admin: AdminLambda, by: str) -> None:
    request_id = admin.file()
    refused(admin, f"/v1/requests/{request_id}/cancel", "not_permitted", by)
    admin.approve(request_id)
    request = admin.post(f"/v1/requests/{request_id}/cancel", by=by).body["request"]
    assert (request["status"], request["ended"]["by"]) == ("withdrawn", by)


def test_a_lapsed_request_is_settled_by_the_approval_that_comes_too_late(admin: AdminLambda) -> None:
    request_id = admin.file()
    admin.clock.forward(hours=24)
    assert admin.get(f"/v1/requests/{request_id}").body["request"]["status"] == "expired"
    assert admin.grants()[0]["status"] == {"S": "pending"}
    answered = admin.approve(request_id)
    assert answered.code == "conflict"
    assert "expired since 2026-11-25T12:00:00Z" in answered.body["message"]
    [row] = admin.grants()
    assert row["status"] == {"S": "expired"}
    assert "open_kind" not in row


def test_a_window_that_is_over_is_settled_by_a_withdrawal_that_comes_too_late(admin: AdminLambda) -> None:
    request_id = admin.file()
    admin.approve(request_id)
    admin.clock.forward(hours=1)
    assert admin.post(f"/v1/requests/{request_id}/cancel").code == "conflict"
    assert admin.grants()[0]["status"] == {"S": "ended"}


@pytest.mark.parametrize("effect", ["deny", "allow"])
def test_what_the_access_policy_no_longer_asks_for_cannot_be_approved(admin: AdminLambda, effect: str) -> None:
    request_id = admin.file()
    rules = [{"name": "changed", "effect": effect, "conditions": {"profiles": ["prod"]}}]
    admin.store("policies/access", ACCESS | {"rules": rules})
    answered = refused(admin, f"/v1/requests/{request_id}/approve", "conflict", "bob")
    assert "worth nothing" in answered.body["message"]


def test_a_changed_policy_that_still_asks_lets_the_approval_count(admin: AdminLambda) -> None:
    request_id = admin.file()
    admin.store("policies/access", ACCESS | {"rules": ACCESS["rules"][1:]})
    assert admin.approve(request_id).body["request"]["status"] == "approved"


def test_who_is_no_longer_an_approver_no_longer_approves(admin: AdminLambda) -> None:
    request_id = admin.file()
    rules = [{"name": "prod", "profiles": ["prod"], "approvers": ["carol"]}]
    admin.store("policies/approval", APPROVAL | {"rules": rules})
    refused(admin, f"/v1/requests/{request_id}/approve", "not_found", "bob")


def test_who_denies_an_approved_request_learns_how_to_end_it(admin: AdminLambda) -> None:
    request_id = admin.file()
    admin.post(f"/v1/requests/{request_id}/approve", by="bob")
    refused = admin.post(f"/v1/requests/{request_id}/deny", by="carol")
    assert refused.code == "conflict"
    assert f"sentinel request cancel {request_id}" in refused.body["hint"]
