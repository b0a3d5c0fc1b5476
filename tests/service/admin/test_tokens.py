"""Callers with a token at the admin API: named by their issuer, approvers by a group, and one person in every way."""

from typing import Any

import pytest

from shared.edge import lambda_app
from tests.service.admin.conftest import ADMIN, APPROVAL, BREAK_GLASS
from tests.service.admin.function import JSON, AdminLambda, Answered
from tests.tokens import NOW, corp_claims, token_event

ISSUER = {
    "version": "1",
    "issuer": "https://login.corp.example",
    "audiences": ["sentinel"],
    "kind": "people",
    "user_claim": "email",
    "groups_claim": "groups",
}
ONCALL = "corp/payments-oncall"


@pytest.fixture
def issued(admin: AdminLambda, monkeypatch: pytest.MonkeyPatch) -> AdminLambda:
    monkeypatch.setattr(lambda_app, "utc_now", lambda: NOW)
    admin.store("issuers/corp", ISSUER)
    rules = [{"name": "all", "profiles": ["*"], "groups": [ONCALL]}]
    admin.store("policies/approval", APPROVAL | {"rules": rules})
    return admin


def call(admin: AdminLambda, person: str, method: str, path: str, body: str | None = None, **claims: Any) -> Answered:
    asked, _, query = path.partition("?")
    token = corp_claims(email=f"{person}@corp.example", sub=person, **claims)
    return admin.call(token_event("corp", token, method, asked, query, body=body, headers=JSON))


def test_whoami_shows_issuer_subject_and_groups(issued: AdminLambda) -> None:
    seen = call(issued, "ina", "GET", "/v1/whoami").body
    assert (seen["user"], seen["kind"], seen["authentication"]) == ("corp/ina@corp.example", "oidc-person", "oidc")
    assert (seen["issuer"], seen["subject"], seen["groups"]) == ("corp", "ina", ["corp/everyone", ONCALL])
    assert (seen["account"], seen["role"], seen["session_name"]) == ("", "", "")
    assert seen["arn"] == "oidc/corp/ina"


def test_a_member_of_a_group_approves_and_others_do_not(issued: AdminLambda) -> None:
    request_id = issued.file()
    shown = issued.get(f"/v1/requests/{request_id}").body["request"]
    assert shown["approvers"] == [f"group {ONCALL}"]
    path = f"/v1/requests/{request_id}/approve"
    assert call(issued, "ina", "POST", path, groups=["everyone"]).code == "not_found"
    assert call(issued, "ina", "POST", path).body["request"]["status"] == "approved"


def test_no_one_approves_their_own_request_with_a_token(issued: AdminLambda) -> None:
    request_id = issued.file()
    refused = call(issued, "alice", "POST", f"/v1/requests/{request_id}/approve")
    assert (refused.status, refused.body["code"]) == (403, "not_permitted")


def test_a_request_and_an_event_of_a_caller_with_a_token_are_kept_and_read_again(issued: AdminLambda) -> None:
    body = '{"profile": "prod", "reason": "a deploy that failed"}'
    filed = call(issued, "ina", "POST", "/v1/requests", body).body["request"]
    again = call(issued, "ina", "GET", f"/v1/requests/{filed['id']}").body["request"]
    assert (again["user"], again["status"]) == ("corp/ina@corp.example", "pending")
    rules = [{"name": "x", "groups": [ONCALL], "profiles": ["prod"], "reasons": ["incident"]}]
    issued.store("policies/break-glass", BREAK_GLASS | {"rules": rules})
    body = '{"profile": "prod", "reason": "incident", "justification": "the payment service is down"}'
    begun = call(issued, "ina", "POST", "/v1/break-glass", body).body["event"]
    assert call(issued, "ina", "GET", f"/v1/break-glass/{begun['id']}").body["event"]["status"] == "active"
    assert call(issued, "joe", "POST", "/v1/break-glass", body, groups=[]).code == "denied"


def test_a_group_has_the_permissions_that_the_admin_policy_gives_it(issued: AdminLambda) -> None:
    assert call(issued, "ina", "GET", "/v1/requests?view=all").code == "not_permitted"
    rules = [*ADMIN["rules"], {"name": "x", "groups": [ONCALL], "permissions": ["read"]}]
    issued.store("policies/admin", ADMIN | {"rules": rules})
    assert call(issued, "ina", "GET", "/v1/requests?view=all").status == 200


def test_an_explanation_takes_issuer_claims_and_groups(issued: AdminLambda) -> None:
    conditions = {"issuers": ["github"], "claims": {"repository_id": ["74"]}, "groups": [ONCALL]}
    issued.store(
        "policies/access", {"version": "1", "rules": [{"name": "a", "effect": "allow", "conditions": conditions}]}
    )
    asked: dict[str, Any] = {"profile": "prod", "user": "github/x", "authentication": "oidc", "issuer": "github"}
    asked |= {"claims": {"repository_id": "74"}, "groups": [ONCALL]}
    assert issued.post("/v1/explain", asked).code == "not_permitted"
    found = issued.post("/v1/explain", asked, by="olivia").body
    assert (found["rule"], found["outcome"]["result"]) == ("a", "issue")
