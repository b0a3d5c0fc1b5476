"""Conditions on issuer, claims, groups and authentication: what holds, what fails, and what is not known."""

from dataclasses import replace
from typing import Any

import pytest

from shared.core.access.evaluate import Facts, Verdict, evaluate, facts_of_caller
from shared.core.access.explain import explain_rules
from shared.core.access.schema import AccessPolicy
from shared.core.approval.decide import Act, approve
from shared.core.approval.policy import ApprovalPolicy, ApprovalRule, auto_approved_until, can_be_met, is_approver
from shared.core.break_glass.policy import BreakGlassPolicy, rule_for
from shared.core.groups import Groups
from shared.core.identity import Authentication, CallerKind, Principal
from shared.core.people import Person
from shared.core.permissions import AdminPolicy, Permission, permissions_of
from shared.documents import DocumentError, load_access_policy, load_document
from tests.grants import NOW, a_request

WORKLOAD = Facts(
    "github/repo:acme/app:ref:refs/heads/main",
    "prod",
    NOW,
    account="",
    role="",
    authentication=Authentication.OIDC,
    issuer="github",
    claims={"repository": "acme/app", "environment": "production", "teams": ("red", "blue")},
    groups=Groups(),
)
SIGNED = Facts(
    "alice",
    "prod",
    NOW,
    account="111122223333",
    role="",
    authentication=Authentication.SIGV4,
    issuer="",
    claims={},
    groups=Groups(frozenset({"dev"})),
)
UNKNOWN = Facts("alice", "prod", NOW)


def policy(effect: str, conditions: str) -> AccessPolicy:
    return load_access_policy(
        f"version: '1'\nrules:\n  - {{name: a, effect: {effect}, conditions: {{{conditions}}}}}\n",
    )


def holds(conditions: str, facts: Facts) -> bool | None:
    """Ask an allow and a deny: only what is not known answers them differently."""
    allowed = evaluate(policy("allow", conditions), facts).verdict is Verdict.ALLOW
    denied = evaluate(policy("deny", conditions), facts).rule is not None
    assert denied or not allowed
    return allowed if allowed == denied else None


@pytest.mark.parametrize(
    ("conditions", "workload", "signed"),
    [
        ("issuers: [github]", True, False),
        ("issuers: [gitlab, github]", True, False),
        ("issuers: [gitlab]", False, False),
        ("authentication: [sigv4]", False, True),
        ("authentication: [oidc]", True, False),
        ("authentication: [sigv4, oidc]", True, True),
        ("accounts: ['111122223333']", False, True),
        ("roles: ['*']", False, False),
        ("claims: {repository: [acme/*]}", True, None),
        ("claims: {repository: ['*']}", False, None),
        ("claims: {repository: ['**']}", True, None),
        ("claims: {repository: [acme/*], environment: [staging]}", False, None),
        ("claims: {repository: [acme/*], ref: [refs/heads/main]}", None, None),
        ("claims: {repository: [evil/*], ref: [refs/heads/main]}", False, None),
        ("claims: {teams: [blue]}", True, None),
        ("claims: {teams: ['[red blue]']}", False, None),
        ("groups: [dev]", None, True),
        ("groups: [ops]", None, None),
        ("groups: [github/ops]", False, False),
        ("issuers: [github], claims: {environment: [production]}", True, False),
    ],
)
def test_a_condition_holds_fails_or_is_not_known(
    conditions: str, *, workload: bool | None, signed: bool | None
) -> None:
    assert holds(conditions, WORKLOAD) is workload
    assert holds(conditions, SIGNED) is signed
    assert holds(conditions, UNKNOWN) is None


def test_the_facts_of_a_caller_are_all_that_is_known_of_them() -> None:
    caller = Principal(
        CallerKind.OIDC_PERSON,
        "corp/alice",
        "",
        "",
        "",
        "corp",
        "00u1",
        {"hd": "corp"},
        Groups(frozenset({"corp/dev"})),
    )
    facts = facts_of_caller(caller, "prod", NOW, "192.0.2.7")
    assert (facts.user, facts.account, facts.role, str(facts.source_ip)) == ("corp/alice", "", "", "192.0.2.7")
    assert (facts.authentication, facts.issuer, facts.claims) == (Authentication.OIDC, "corp", {"hd": "corp"})
    assert facts.groups == Groups(frozenset({"corp/dev"}))


@pytest.mark.parametrize(
    ("conditions", "facts", "words"),
    [
        ("issuers: [gitlab]", WORKLOAD, "issuer github matches none of gitlab"),
        ("issuers: [github]", SIGNED, "issuer (none) matches none of github"),
        ("authentication: [oidc]", SIGNED, "authentication sigv4 matches none of oidc"),
        ("accounts: ['111122223333']", WORKLOAD, "account (none) matches none of 111122223333"),
        ("groups: [dev]", SIGNED, "group dev matches one of dev"),
        ("groups: [github/x]", WORKLOAD, "group (none) matches none of github/x"),
        ("groups: [ops]", WORKLOAD, "the group is not known, so the condition fails"),
        (
            "claims: {repository: [acme/*], teams: [green]}",
            WORKLOAD,
            "claim repository acme/app matches one of acme/*; claim teams red, blue matches none of green",
        ),
        ("claims: {ref: [main], repository: [acme/*]}", WORKLOAD, "the claim ref is not known, so the condition fails"),
        (
            "claims: {ref: [main], repository: [evil/*]}",
            WORKLOAD,
            "claim ref is not known and matches none of main; claim repository acme/app matches none of evil/*",
        ),
    ],
)
def test_an_explanation_says_why(conditions: str, facts: Facts, words: str) -> None:
    [account] = explain_rules(policy("allow", conditions), facts)
    assert [each.words for each in account.conditions] == [words]


@pytest.mark.parametrize(
    ("conditions", "place", "words"),
    [
        ("issuers: [GitHub]", "issuers[0]", "is not an issuer: write the <name> of a document issuers/<name>"),
        ("issuers: []", "issuers", "an empty list matches nothing"),
        ("authentication: [saml]", "authentication[0]", "must be one of sigv4, oidc"),
        ("claims: {}", "claims", ""),
        ("claims: {repository: acme/app}", "claims.repository", "must be a list, even of one"),
        ("claims: {repository: []}", "claims.repository", "an empty list matches nothing"),
        ("claims: {'bad name': [x]}", "claims['bad name']", "not allowed here"),
        ("groups: ['oncall-*']", "groups[0]", "named one by one"),
        ("groups: ['\u043encall']", "groups[0]", "is not a group"),
        ("groups: []", "groups", "an empty list matches nothing"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(conditions: str, place: str, words: str) -> None:
    with pytest.raises(DocumentError) as caught:
        policy("allow", conditions)
    problem = str(caught.value.problems[0])
    assert problem.startswith(f"rules[0].conditions.{place}")
    assert words in problem


MEMBER = Person("corp/bo", groups=frozenset({"oncall"}))
OUTSIDER = Person("corp/cy", groups=frozenset({"dev"}))


def approval(**more: Any) -> ApprovalRule:
    rule = {"name": "a", "profiles": ["prod"], **more}
    return ApprovalPolicy.model_validate({"version": "1", "rules": [rule]}).rules[0]


def test_approvers_are_named_by_user_or_by_group() -> None:
    rule = approval(approvers=["dora"], groups=["oncall"])
    assert [is_approver(rule, person) for person in (MEMBER, OUTSIDER, Person("dora"), Person("corp/bo"))] == [
        True,
        False,
        True,
        False,
    ]
    assert rule.approver_words == ("dora", "group oncall")
    assert can_be_met(approval(groups=["oncall"], quorum=3), OUTSIDER)


def test_accounts_bind_members_of_groups_as_well() -> None:
    rule = approval(groups=["oncall"], accounts=["111122223333"])
    assert not is_approver(rule, MEMBER)
    assert is_approver(rule, replace(MEMBER, account="111122223333"))


def test_a_vote_keeps_the_groups_that_the_rule_names_and_no_others() -> None:
    rule = approval(groups=["oncall"], quorum=2)
    voter = replace(MEMBER, groups=frozenset({"oncall", "dev", "everyone"}))
    voted = approve(a_request(), Act(voter, NOW, rule), is_still_demanded=True)
    assert not isinstance(voted, str)
    assert [vote.by.groups for vote in voted.votes] == [frozenset({"oncall"})]
    assert is_approver(rule, voted.votes[0].by)
    assert not is_approver(approval(groups=["others"]), voted.votes[0].by)


def test_a_group_can_be_approved_automatically() -> None:
    rule = approval(approvers=["dora"], auto_approve={"groups": ["oncall"], "max_duration": "1h"})
    ends_at = NOW + rule.max_duration
    assert auto_approved_until(rule, MEMBER, NOW, ends_at) is not None
    assert auto_approved_until(rule, OUTSIDER, NOW, ends_at) is None


def test_break_glass_and_admin_rules_name_groups() -> None:
    rules = [{"name": "a", "groups": ["oncall"], "profiles": ["prod"], "reasons": ["incident"]}]
    emergency = BreakGlassPolicy.model_validate({"version": "1", "rules": rules}, strict=False)
    assert rule_for(emergency, MEMBER, "prod") is not None
    assert rule_for(emergency, OUTSIDER, "prod") is None
    admin = load_document("version: '1'\nrules: [{name: a, groups: [oncall], permissions: [read]}]", AdminPolicy)
    assert permissions_of(admin, MEMBER) == {Permission.READ}
    assert permissions_of(admin, OUTSIDER) == frozenset()
