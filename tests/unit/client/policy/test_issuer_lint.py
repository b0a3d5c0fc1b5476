"""Issuers' documents at the command line: checked, stored, and what is valid in them and yet most likely not meant."""

import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from sentinel.policy.access_lint import lint_access
from sentinel.policy.issuer_lint import lint_issuer
from sentinel.policy.lint import lint_admin, lint_approval, lint_break_glass
from shared.core.access.schema import AccessPolicy
from shared.core.approval.policy import ApprovalPolicy
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.issuer import Issuer
from shared.core.permissions import AdminPolicy
from tests.tokens import corp, github
from tests.unit.client.policy.conftest import Sentinel

BY_NAME = {"required_claims": {"repository_owner": ["acme"]}}
TWO = ["111122223333", "444455556666"]
ISSUER = """\
version: "1"
issuer: https://token.actions.githubusercontent.com
audiences: [sentinel]
kind: workload
required_claims: {repository_owner_id: ["65"]}
"""


def rules_found(conditions: dict[str, Any], issuers: dict[str, Issuer] | None, effect: str = "allow") -> list[str]:
    rule = {"name": "a", "effect": effect, "conditions": conditions}
    policy = AccessPolicy.model_validate({"version": "1", "rules": [rule]})
    return [found.rule for found in lint_access(policy, None, issuers)]


@pytest.mark.parametrize(
    ("issuer", "rules"),
    [
        (github(), []),
        (github(**BY_NAME), ["github-names"]),
        (github(**BY_NAME, issuer="https://token.actions.githubusercontent.com/acme"), ["github-names"]),
        (github(**BY_NAME, issuer="https://gitlab.com"), []),
        (corp(), ["any-age"]),
        (corp(max_token_age="1h"), []),
        (corp(max_token_age="1h", namespace=""), ["bare-names"]),
    ],
)
def test_what_an_issuer_most_likely_does_not_mean_is_pointed_out(issuer: Issuer, rules: list[str]) -> None:
    assert [found.rule for found in lint_issuer(issuer)] == rules


@pytest.mark.parametrize(
    ("conditions", "rules"),
    [
        ({"issuers": ["github"]}, ["any-workload"]),
        ({"profiles": ["dev"]}, ["any-workload"]),
        ({"users": ["github/*"]}, ["any-workload"]),
        ({"users": ["*/*"]}, ["any-workload"]),
        ({"authentication": ["oidc"]}, ["any-workload"]),
        ({"issuers": ["github"], "claims": {"environment": ["production"]}}, []),
        ({"users": ["github/repo:acme/app:ref:refs/heads/main"]}, []),
        ({"users": ["alice"]}, []),
        ({"users": ["corp/*"]}, []),
        ({"issuers": ["corp"]}, []),
        ({"authentication": ["sigv4"]}, []),
        ({"accounts": ["111122223333"]}, []),
        ({"roles": ["Deploy"]}, []),
        ({"groups": ["oncall"], "issuers": ["github"]}, []),
    ],
)
def test_a_rule_that_gives_something_to_every_workload_is_pointed_out(
    conditions: dict[str, Any], rules: list[str]
) -> None:
    known = {"github": github(), "corp": corp()}
    assert rules_found(conditions, known) == rules
    assert rules_found(conditions, known, effect="deny") == []
    assert rules_found(conditions, known, effect="require_approval") == []
    assert rules_found(conditions, None) == []


def test_github_names_without_a_number_are_pointed_out() -> None:
    by_name = {"issuers": ["github"], "claims": {"repository": ["acme/app"]}}
    by_number = {"issuers": ["github"], "claims": {"repository": ["acme/app"], "repository_id": ["74"]}}
    assert rules_found(by_name, None) == ["github-names"]
    assert rules_found(by_number, None) == []
    assert rules_found(by_name, {"github": github(**BY_NAME)}) == ["github-names"]
    assert rules_found(by_name, {"github": github()}) == []


def test_bare_names_of_several_accounts_are_pointed_out_in_every_policy() -> None:
    scope = {"name": "a", "accounts": TWO}
    break_glass = scope | {"users": ["alice"], "profiles": ["p"], "reasons": ["other"], "cooldown": "1h"}
    found = [
        lint_approval(
            ApprovalPolicy.model_validate(
                {"version": "1", "rules": [scope | {"profiles": ["p"], "approvers": ["bob"]}]}
            )
        ),
        lint_break_glass(BreakGlassPolicy.model_validate({"version": "1", "rules": [break_glass]})),
        lint_admin(
            AdminPolicy.model_validate(
                {"version": "1", "rules": [scope | {"users": ["alice"], "permissions": ["read"]}]}
            )
        ),
    ]
    assert [[lint.rule for lint in each] for each in found] == [["own-account-only"]] * 3
    assert rules_found({"accounts": TWO, "users": ["alice"]}, None) == ["own-account-only"]
    assert rules_found({"accounts": TWO[:1], "users": ["alice"]}, None) == []
    assert rules_found({"accounts": TWO, "users": ["alice", f"{TWO[1]}/alice"]}, None) == []


def test_a_role_of_another_account_is_no_approver_either() -> None:
    rule = {"name": "a", "profiles": ["p"], "approvers": [f"{TWO[0]}/role/admin"]}
    [found] = lint_approval(ApprovalPolicy.model_validate({"version": "1", "rules": [rule]}))
    assert (found.place, found.rule) == ("rules[0].approvers", "role-approves")


def test_a_later_deny_on_what_is_not_known_can_be_reached() -> None:
    for conditions in (
        {"groups": ["x"]},
        {"claims": {"a": ["b"]}},
        {"issuers": ["corp"]},
        {"authentication": ["oidc"]},
    ):
        rules = [{"name": name, "effect": name, "conditions": conditions} for name in ("allow", "deny")]
        policy = AccessPolicy.model_validate({"version": "1", "rules": rules})
        assert "unreachable" not in [found.rule for found in lint_access(policy)]


@pytest.mark.parametrize(
    ("conditions", "rules"),
    [
        ({"claims": {"event_name": ["pull_request"]}}, ["denies-signers"]),
        ({"claims": {"event_name": ["pull_request"]}, "authentication": ["sigv4", "oidc"]}, ["denies-signers"]),
        ({"claims": {"event_name": ["pull_request"]}, "authentication": ["oidc"]}, []),
        ({"claims": {"event_name": ["pull_request"]}, "issuers": ["github"]}, []),
    ],
)
def test_a_deny_by_a_claim_that_holds_for_everyone_who_signs_is_pointed_out(
    conditions: dict[str, Any], rules: list[str]
) -> None:
    assert rules_found(conditions, None, effect="deny") == rules
    assert rules_found(conditions, None) == []


def test_an_issuer_is_known_checked_and_linted_with_a_policy(sentinel: Sentinel) -> None:
    Path("issuers").mkdir()
    Path("issuers/github.yaml").write_text(ISSUER)
    assert sentinel("validate", "issuers/github.yaml").output == "issuers/github.yaml: valid\n"
    Path("wrong.yaml").write_text(ISSUER.replace("required_claims", "needed_claims"))
    assert "wrong.yaml:5: needed_claims: unknown key" in sentinel("validate", "wrong.yaml").output
    Path("access.yaml").write_text("version: '1'\nrules: [{name: a, effect: allow, conditions: {issuers: [github]}}]\n")
    found = sentinel("lint", "access.yaml", "--issuers", "issuers", "--json")
    assert [each["rule"] for each in json.loads(found.output)] == ["any-workload"]
    Path("issuers/Role.yaml").write_text(ISSUER)
    refused = sentinel("lint", "access.yaml", "--issuers", "issuers")
    assert refused.exit_code == 2
    assert "'Role' cannot name an issuer" in refused.output


@pytest.mark.usefixtures("aws")
def test_an_issuer_is_stored_under_its_name_and_pulled_again(sentinel: Sentinel) -> None:
    Path("github.yaml").write_text(ISSUER)
    assert sentinel("push", "github.yaml", "--name", "github", "--yes").exit_code == 0
    ssm = botocore.session.get_session().create_client("ssm", region_name="eu-central-1")
    assert ssm.get_parameter(Name="/sentinel/issuers/github")["Parameter"]["Value"] == ISSUER
    assert sentinel("pull", "--kind", "issuer", "--name", "github").output == ISSUER
    for arguments, words in ((["--name", "role"], "cannot name an issuer"), ([], "--kind issuer --name NAME")):
        refused = sentinel("push", "github.yaml", "--yes", *arguments)
        assert refused.exit_code == 2
        assert words in refused.output


MAIN: dict[str, Any] = {
    "user": "github/repo:acme/app",
    "profile": "prod",
    "at": "2026-01-05T10:00:00+01:00",
    "authentication": "oidc",
    "issuer": "github",
    "claims": {"repository_id": 74, "environment": "production"},
    "groups": [],
}
CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"outcome": "issue", "rule": "deploy"}),
    ({"claims": {"repository_id": "74", "environment": ["staging"]}}, {"outcome": "denied", "rule": None}),
    ({"claims": {"repository_id": "74"}}, {"outcome": "denied", "rule": None}),
    ({"groups": ["frozen"]}, {"outcome": "denied", "rule": "frozen"}),
]
POLICY = """
version: "1"
rules:
- {name: frozen, effect: deny, conditions: {groups: [frozen]}}
- {name: deploy, effect: allow, conditions: {issuers: [github], authentication: [oidc],
   claims: {repository_id: ["74"], environment: [production]}}}
"""


def test_cases_and_explanations_know_tokens_and_groups(sentinel: Sentinel) -> None:
    Path("access.yaml").write_text(POLICY)
    cases = [{"name": "it", "request": MAIN | request, "expect": expect} for request, expect in CASES]
    Path("cases.yaml").write_text(json.dumps(cases))
    result = sentinel("test", "--policy", "access.yaml", "cases.yaml")
    assert result.output.endswith("4 passed, 0 failed\n"), result.output
    asked = ["--policy", "access.yaml", "--user", "github/a", "--profile", "prod", "--issuer", "github"]
    proven = ["--authentication", "oidc", "--claim", "repository_id=74", "--claim", "environment=production"]
    assert "issued for 1h" in sentinel("explain", *asked, *proven, "--group", "dev").output
    assert "group dev matches none of frozen" in sentinel("explain", *asked, *proven, "--group", "dev").output
    assert "which counts as holding in a deny" in sentinel("explain", *asked, *proven).output
    assert "write NAME=TEXT" in sentinel("explain", *asked, "--claim", "x").output
