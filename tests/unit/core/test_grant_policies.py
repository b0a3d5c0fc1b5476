"""The approval, break-glass and admin policies: what they refuse to hold, and which rule is whose."""

import warnings
from datetime import timedelta

import pytest

from shared.core.approval import policy as approval
from shared.core.approval.policy import ApprovalPolicy, approvers_for, can_be_met, is_approver
from shared.core.break_glass import policy as break_glass
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.fields import DocumentModel
from shared.core.grants import GrantUses
from shared.core.people import Person
from shared.core.permissions import AdminPolicy, Permission, permissions_of
from shared.documents import DocumentError, load_document
from tests.grants import an_approval_rule

APPROVAL = "name: a, profiles: [prod], approvers: [bob]"
BREAK_GLASS = "name: a, users: [eve], profiles: [prod], reasons: [incident]"
ADMIN = "name: a, users: [eve], permissions: [read]"


def problems(model: type[DocumentModel], rules: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        load_document(f'version: "1"\nrules: [{rules}]', model)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ("", "rules: an empty list"),
        ("{profiles: [prod], approvers: [bob]}", "rules[0].name: missing"),
        ("{name: a, approvers: [bob]}", "rules[0].profiles: missing"),
        (
            "{name: a, profiles: [prod]}",
            "rules[0]: write approvers, groups or both: a rule that names no one gives nothing",
        ),
        ("{name: a, profiles: [], approvers: [bob]}", "rules[0].profiles: an empty list"),
        ("{name: a, profiles: [prod], approvers: []}", "rules[0].approvers: an empty list"),
        ("{name: a, profiles: [prod], approvers: bob}", "must be a list, even of one"),
        (f"{{{APPROVAL}, aprovers: [eve]}}", 'rules[0].aprovers: unknown key; did you mean "approvers"?'),
        (f"{{{APPROVAL}}}, {{{APPROVAL}}}", "two rules are named 'a'"),
        (f"{{{APPROVAL}, quorum: 0}}", "rules[0].quorum"),
        (f"{{{APPROVAL}, quorum: 11}}", "rules[0].quorum"),
        (f"{{{APPROVAL}, quorum: true}}", "rules[0].quorum"),
        (f"{{{APPROVAL}, quorum: 2}}", "a quorum of 2 cannot be met by 1 approvers"),
        ("{name: a, profiles: [prod], approvers: [bob, bob], quorum: 2}", "a quorum of 2 cannot be met by 1 approvers"),
        (f"{{{APPROVAL}, max_duration: 14m}}", "rules[0].max_duration: at least 15m"),
        (f"{{{APPROVAL}, max_duration: 169h}}", "rules[0].max_duration: at most 7 days"),
        (f"{{{APPROVAL}, pending_ttl: 721h}}", "rules[0].pending_ttl: at most 30 days"),
        (f"{{{APPROVAL}, pending_ttl: soon}}", "rules[0].pending_ttl"),
        (f"{{{APPROVAL}, uses: twice}}", "rules[0].uses: must be one of window, once"),
        (f"{{{APPROVAL}, ticket: 'INC-('}}", "rules[0].ticket: not a regular expression"),
        (f"{{{APPROVAL}, ticket: 'a{{99999999999999999999}}'}}", "rules[0].ticket: not a regular expression"),
        (f"{{{APPROVAL}, ticket: '[[a]'}}", "rules[0].ticket: not a regular expression"),
        (f"{{{APPROVAL}, ticket: '(a+)+b'}}", "rules[0].ticket: keep it simple"),
        (f"{{{APPROVAL}, ticket: 'a*b*c*d*'}}", "rules[0].ticket: keep it simple"),
        (f"{{{APPROVAL}, ticket: ''}}", "rules[0].ticket: may not be empty"),
        (f"{{{APPROVAL}, auto_approve: {{users: [x]}}}}", "rules[0].auto_approve.max_duration: missing"),
        (f"{{{APPROVAL}, auto_approve: {{max_duration: 1h}}}}", "rules[0].auto_approve: write users, groups or both"),
        (f"{{{APPROVAL}, auto_approve: true}}", "rules[0].auto_approve"),
    ],
)
def test_an_approval_policy_names_what_is_wrong(rules: str, problem: str) -> None:
    assert any(problem in found for found in problems(ApprovalPolicy, rules))


def test_a_pattern_that_a_later_python_reads_differently_is_refused_where_warnings_are_not_heeded() -> None:
    with warnings.catch_warnings(action="ignore"):
        [problem] = problems(ApprovalPolicy, f"{{{APPROVAL}, ticket: '[[a]'}}")
    assert problem.startswith("rules[0].ticket: not a regular expression: ")


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ("", "rules: an empty list"),
        ("{name: a, profiles: [prod], reasons: [incident]}", "rules[0]: write users, groups or both"),
        ("{name: a, users: [eve], reasons: [incident]}", "rules[0].profiles: missing"),
        ("{name: a, users: [eve], profiles: [prod]}", "rules[0].reasons: missing"),
        ("{name: a, users: [eve], profiles: [prod], reasons: []}", "rules[0].reasons: an empty list"),
        ("{name: a, users: [eve], profiles: [prod], reasons: [incidnt]}", 'did you mean "incident"?'),
        (f"{{{BREAK_GLASS}, max_duration: 241m}}", "rules[0].max_duration: at most 4h"),
        (f"{{{BREAK_GLASS}, max_duration: 14m}}", "rules[0].max_duration: at least 15m"),
        (f"{{{BREAK_GLASS}, cooldown: 0}}", "rules[0].cooldown"),
        (f"{{{BREAK_GLASS}, budget: {{window: 24h}}}}", "a budget needs per_user, per_profile or both"),
        (f"{{{BREAK_GLASS}, budget: {{per_user: 1}}}}", "rules[0].budget.window: missing"),
        (f"{{{BREAK_GLASS}, budget: {{per_user: 0, window: 24h}}}}", "rules[0].budget.per_user"),
        (f"{{{BREAK_GLASS}, budget: {{per_user: 1, window: 745h}}}}", "rules[0].budget.window: at most 31 days"),
        (f"{{{BREAK_GLASS}, require_review: 'yes'}}", "rules[0].require_review"),
        (f"{{{BREAK_GLASS}, time: {{days: [fryday]}}}}", 'did you mean "friday"?'),
        (f"{{{BREAK_GLASS}, require_reviews: true}}", 'did you mean "require_review"?'),
    ],
)
def test_a_break_glass_policy_names_what_is_wrong(rules: str, problem: str) -> None:
    assert any(problem in found for found in problems(BreakGlassPolicy, rules))


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ("", "rules: an empty list"),
        ("{name: a, permissions: [read]}", "rules[0]: write users, groups or both"),
        ("{name: a, users: [eve]}", "rules[0].permissions: missing"),
        ("{name: a, users: [eve], permissions: []}", "rules[0].permissions: an empty list"),
        ("{name: a, users: [eve], permissions: [raed]}", 'did you mean "read"?'),
        ("{name: a, users: [eve], permissions: ['*']}", "must be one of read, revoke, lock, review"),
        (f"{{{ADMIN}, profiles: [prod]}}", "rules[0].profiles: unknown key"),
    ],
)
def test_an_admin_policy_names_what_is_wrong(rules: str, problem: str) -> None:
    assert any(problem in found for found in problems(AdminPolicy, rules))


def test_a_policy_may_be_as_generous_as_the_limits() -> None:
    limits = f"{APPROVAL}, max_duration: 168h, pending_ttl: 720h, quorum: 1, ticket: 'a*b*c*'"
    rule = load_document(f'version: "1"\nrules: [{{{limits}}}]', ApprovalPolicy).rules[0]
    assert (rule.max_duration, rule.pending_ttl) == (timedelta(days=7), timedelta(days=30))
    limits = f"{BREAK_GLASS}, max_duration: 4h, budget: {{per_user: 1000, window: 744h}}"
    event = load_document(f'version: "1"\nrules: [{{{limits}}}]', BreakGlassPolicy).rules[0]
    assert event.budget is not None
    assert (event.max_duration, event.budget.window) == (timedelta(hours=4), timedelta(days=31))


@pytest.mark.parametrize("model", [ApprovalPolicy, BreakGlassPolicy, AdminPolicy])
@pytest.mark.parametrize("text", ["", "[]", "rules: []", 'version: "2"\nrules: []', "version: 1\nrules: {}"])
def test_what_is_no_policy_at_all_is_refused(model: type[DocumentModel], text: str) -> None:
    with pytest.raises(DocumentError):
        load_document(text, model)


def test_an_approval_rule_that_says_little_gives_an_hour_within_a_day_by_one_approver() -> None:
    rule = load_document(f'version: "1"\nrules: [{{{APPROVAL}}}]', ApprovalPolicy).rules[0]
    assert (rule.quorum, rule.max_duration, rule.pending_ttl) == (1, timedelta(hours=1), timedelta(hours=24))
    assert (rule.uses, rule.ticket, rule.auto_approve) == (GrantUses.WINDOW, None, None)


def test_the_first_rule_that_names_the_profile_is_its_approval_rule() -> None:
    text = f"[{{{APPROVAL}}}, {{name: b, profiles: [p*], approvers: [eve]}}]"
    policy = load_document(f'version: "1"\nrules: {text}', ApprovalPolicy)
    named = [approval.rule_for(policy, profile) for profile in ("prod", "pre", "dev")]
    assert [rule and rule.name for rule in named] == ["a", "b", None]
    assert approval.rule_for(None, "prod") is None


def test_the_first_rule_that_names_user_and_profile_is_their_break_glass_rule() -> None:
    text = f"[{{{BREAK_GLASS}}}, {{name: b, users: ['*'], profiles: [p*], reasons: [other]}}]"
    policy = load_document(f'version: "1"\nrules: {text}', BreakGlassPolicy)
    asked = [("eve", "prod"), ("eve", "pre"), ("bob", "prod"), ("eve", "dev")]
    named = [break_glass.rule_for(policy, Person(user), profile) for user, profile in asked]
    assert [rule and rule.name for rule in named] == ["a", "b", "b", None]
    assert break_glass.rule_for(None, Person("eve"), "prod") is None


def test_permissions_of_several_admin_rules_add_up() -> None:
    text = f"[{{{ADMIN}}}, {{name: b, users: [e*], permissions: [lock, revoke]}}]"
    policy = load_document(f'version: "1"\nrules: {text}', AdminPolicy)
    assert permissions_of(policy, Person("eve")) == {Permission.READ, Permission.LOCK, Permission.REVOKE}
    assert permissions_of(policy, Person("eva")) == {Permission.LOCK, Permission.REVOKE}
    assert permissions_of(policy, Person("bob")) == frozenset()
    assert permissions_of(None, Person("eve")) == frozenset()


def test_an_approver_is_whom_the_rule_names() -> None:
    rule = an_approval_rule(approvers=["bob", "*@sec.example"])
    assert is_approver(rule, Person("bob"))
    assert is_approver(rule, Person("dana@sec.example"))
    assert not is_approver(rule, Person("Bob"))
    assert not is_approver(rule, Person("bobby"))
    assert not is_approver(None, Person("bob"))


@pytest.mark.parametrize(
    ("approvers", "quorum", "can"),
    [
        (["bob"], 1, True),
        (["alice"], 1, False),
        (["Alice@corp.example"], 1, False),
        (["alice", "bob"], 1, True),
        (["alice", "bob"], 2, False),
        (["bob", "Bob"], 2, False),
        (["bob", "carol"], 2, True),
        (["alice*"], 1, True),
    ],
)
def test_a_rule_can_be_met_where_enough_others_are_named(approvers: list[str], quorum: int, *, can: bool) -> None:
    assert can_be_met(an_approval_rule(approvers=approvers, quorum=quorum), Person("alice")) is can


def test_the_requester_is_not_named_among_those_who_can_approve() -> None:
    assert approvers_for(["alice", "federated/Alice", "bob", "a*"], Person("alice")) == ("bob", "a*")


HOME, ELSEWHERE = "111122223333", "444455556666"
# From the account a rule names, from another trusted one, and from one that was never written down.
FROM = [(HOME, True), (ELSEWHERE, False), ("", False)]


@pytest.mark.parametrize(("account", "holds"), FROM)
def test_a_rule_with_accounts_means_only_those_who_sign_from_one_of_them(account: str, *, holds: bool) -> None:
    person = Person("carol@sec.example", "carol@sec.example", account)
    accounts = f"accounts: ['{HOME}']"
    admin = load_document(f'version: "1"\nrules: [{{{ADMIN}, {accounts}}}]'.replace("[eve]", "['*']"), AdminPolicy)
    assert permissions_of(admin, person) == ({Permission.READ} if holds else frozenset())
    assert is_approver(an_approval_rule(accounts=[HOME]), person) is holds
    text = f'version: "1"\nrules: [{{{BREAK_GLASS}, {accounts}}}]'.replace("[eve]", "['*']")
    assert (break_glass.rule_for(load_document(text, BreakGlassPolicy), person, "prod") is not None) is holds


def test_a_break_glass_rule_of_other_accounts_leaves_the_later_rule() -> None:
    rules = f"{{{BREAK_GLASS}, accounts: ['{HOME}']}}, {{name: b, users: [eve], profiles: [prod], reasons: [other]}}"
    policy = load_document(f'version: "1"\nrules: [{rules}]', BreakGlassPolicy)
    found = [break_glass.rule_for(policy, Person("eve", account=account), "prod") for account in (HOME, ELSEWHERE)]
    assert [rule and rule.name for rule in found] == ["a", "b"]


@pytest.mark.parametrize(
    ("model", "rule"),
    [
        (ApprovalPolicy, APPROVAL),
        (BreakGlassPolicy, BREAK_GLASS),
        (AdminPolicy, ADMIN),
        (ApprovalPolicy, f"{APPROVAL}, auto_approve: {{users: [x], max_duration: 1h"),
    ],
)
@pytest.mark.parametrize(
    ("accounts", "problem"),
    [
        ("[]", "accounts: an empty list"),
        ("[111122223333]", "accounts[0]: an account is text: put its 12 digits in quotes"),
        ("['1111-2222-3333']", "accounts[0]: an account is exactly 12 digits"),
        ("['*']", "accounts[0]: an account is exactly 12 digits"),
        ("'111122223333'", "must be a list, even of one"),
    ],
)
def test_accounts_are_a_list_of_twelve_digits(
    model: type[DocumentModel], rule: str, accounts: str, problem: str
) -> None:
    ending = "}}" if "auto_approve" in rule else "}"
    assert any(problem in found for found in problems(model, f"{{{rule}, accounts: {accounts}{ending}"))
