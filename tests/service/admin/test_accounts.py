"""Two trusted accounts: a name from the one has none of the power that rules give to the same name in the other.

Where the accounts share names, rules tell them apart by `accounts`; where they do not, the names differ.
"""

from typing import Any

import pytest

from tests.gateway_events import ACCOUNT, http_api_event
from tests.service.admin.conftest import ADMIN, APPROVAL, BREAK_GLASS
from tests.service.admin.function import JSON, AdminLambda, Answered

ELSEWHERE = "444455556666"


def of_home(document: dict[str, Any]) -> dict[str, Any]:
    """Write every rule of a policy for the home account only."""
    return document | {"rules": [rule | {"accounts": [ACCOUNT]} for rule in document["rules"]]}


@pytest.fixture
def environment(environment: dict[str, str]) -> dict[str, str]:
    trusted = {"SENTINEL_TRUSTED_ACCOUNTS": f"{ACCOUNT},{ELSEWHERE}"}
    return environment | trusted | {"SENTINEL_SHARED_NAME_ACCOUNTS": ELSEWHERE}


@pytest.fixture
def two(admin: AdminLambda) -> AdminLambda:
    for name, document in (("approval", APPROVAL), ("admin", ADMIN), ("break-glass", BREAK_GLASS)):
        admin.store(f"policies/{name}", of_home(document))
    return admin


def from_elsewhere(two: AdminLambda, user: str, method: str, path: str, body: str | None = None) -> Answered:
    """Call as an IAM user of the other trusted account."""
    path, _, query = path.partition("?")
    event = http_api_event(method, path, query, arn=f"arn:aws:iam::{ELSEWHERE}:user/{user}", body=body, headers=JSON)
    event["requestContext"]["authorizer"]["iam"]["accountId"] = ELSEWHERE
    return two.call(event)


@pytest.mark.parametrize("verb", ["approve", "deny", "cancel"])
def test_an_approvers_name_from_another_account_decides_nothing(two: AdminLambda, verb: str) -> None:
    request_id = two.file()
    assert from_elsewhere(two, "bob", "POST", f"/v1/requests/{request_id}/{verb}").code == "not_found"
    assert from_elsewhere(two, "bob", "GET", f"/v1/requests/{request_id}").code == "not_found"
    assert from_elsewhere(two, "bob", "GET", "/v1/requests?view=approvable").body["requests"] == []
    assert two.approve(request_id).body["request"]["status"] == "approved"


def test_a_vote_is_judged_by_the_account_it_was_cast_from_when_it_is_counted(two: AdminLambda) -> None:
    two.store("policies/approval", APPROVAL)
    request_id = two.file(profile="vault", ticket="INC-1")
    assert from_elsewhere(two, "bob", "POST", f"/v1/requests/{request_id}/approve").status == 200
    two.store("policies/approval", of_home(APPROVAL))
    request = two.approve(request_id, by="carol").body["request"]
    assert (request["status"], [vote["user"] for vote in request["approvals"]]) == ("pending", ["carol"])
    assert two.approve(request_id, by="bob").body["request"]["status"] == "approved"


def test_a_break_glass_rule_is_only_for_callers_from_its_accounts(two: AdminLambda) -> None:
    body = '{"profile": "prod", "reason": "incident", "justification": "the payment service is down"}'
    assert from_elsewhere(two, "alice", "POST", "/v1/break-glass", body).code == "denied"
    assert two.break_glass().status == 201


def test_requests_approve_themselves_only_from_the_accounts_that_are_named(two: AdminLambda) -> None:
    rules = [
        rule | {"auto_approve": {"users": ["trusty"], "max_duration": "1h", "accounts": [ACCOUNT]}}
        for rule in APPROVAL["rules"]
        if rule["name"] == "prod"
    ]
    two.store("policies/approval", APPROVAL | {"rules": rules})
    body = '{"profile": "prod", "reason": "nightly"}'
    assert from_elsewhere(two, "trusty", "POST", "/v1/requests", body).body["request"]["status"] == "pending"


CALLS = [
    ("olivia", "GET", "/v1/requests?view=all", None),
    ("olivia", "GET", "/v1/break-glass?view=all", None),
    ("olivia", "GET", "/v1/sessions?view=all", None),
    ("olivia", "GET", "/v1/lockouts", None),
    ("olivia", "POST", "/v1/explain", '{"profile": "prod", "user": "alice"}'),
    ("sam", "POST", "/v1/revocations", '{"user": "alice", "reason": "laptop stolen"}'),
    ("sam", "POST", "/v1/sessions/0000000000000001/revoke", '{"reason": "laptop stolen"}'),
    ("walt", "POST", "/v1/lockouts", '{"user": "alice", "reason": "laptop stolen"}'),
    ("walt", "DELETE", "/v1/lockouts?user=alice", None),
    ("sam", "GET", "/v1/kill-switch", None),
    ("sam", "POST", "/v1/kill-switch/sync", None),
]


@pytest.mark.parametrize(("user", "method", "path", "body"), CALLS)
def test_a_permission_of_an_admin_rule_is_only_for_callers_from_its_accounts(
    two: AdminLambda, user: str, method: str, path: str, body: str | None
) -> None:
    two.vended(1)
    before = two.rows()
    assert from_elsewhere(two, user, method, path, body).code in ("not_permitted", "not_found")
    assert two.rows() == before
    home = http_api_event(
        method,
        path.partition("?")[0],
        path.partition("?")[2],
        body=body,
        headers=JSON,
        arn=f"arn:aws:iam::{ACCOUNT}:user/{user}",
    )
    assert two.call(home).code not in ("not_permitted", "not_found")


@pytest.mark.parametrize(("user", "verb"), [("rita", "review"), ("sam", "close"), ("bob", "close"), ("bob", "review")])
def test_an_event_is_closed_and_reviewed_only_from_the_accounts_that_are_named(
    two: AdminLambda, user: str, verb: str
) -> None:
    event_id = two.began()
    if verb == "review":
        two.post(f"/v1/break-glass/{event_id}/close")
    assert from_elsewhere(two, user, "POST", f"/v1/break-glass/{event_id}/{verb}").code == "not_found"
    assert two.post(f"/v1/break-glass/{event_id}/{verb}", by=user).status == 200


class TestNamesOfTheirOwn:
    """The default: the account is part of the name, so that no rule without accounts means a stranger."""

    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_SHARED_NAME_ACCOUNTS": ""}

    def test_a_name_from_another_account_is_another_users_in_every_policy(self, admin: AdminLambda) -> None:
        request_id = admin.file()
        seen = from_elsewhere(admin, "bob", "GET", "/v1/whoami").body
        assert (seen["user"], seen["account"], seen["authentication"]) == (f"{ELSEWHERE}/bob", ELSEWHERE, "sigv4")
        assert from_elsewhere(admin, "bob", "POST", f"/v1/requests/{request_id}/approve").code == "not_found"
        assert admin.approve(request_id).body["request"]["status"] == "approved"

    def test_no_one_decides_on_their_own_request_from_any_account(self, admin: AdminLambda) -> None:
        rules = [rule | {"approvers": [*rule["approvers"], f"{ELSEWHERE}/*"]} for rule in APPROVAL["rules"]]
        admin.store("policies/approval", APPROVAL | {"rules": rules})
        request_id = admin.file()
        refused = from_elsewhere(admin, "alice", "POST", f"/v1/requests/{request_id}/approve")
        assert refused.status == 403
        assert from_elsewhere(admin, "bob", "POST", f"/v1/requests/{request_id}/approve").status == 200
