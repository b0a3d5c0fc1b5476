"""What is valid in an approval or a break-glass policy and yet most likely not meant."""

from typing import Any

import pytest

from sentinel.policy.lint import Lint, lint_approval, lint_break_glass
from shared.core.approval.policy import ApprovalPolicy
from shared.core.break_glass.policy import BreakGlassPolicy

TAKEN = "never reached: rule 'first' before it names everything this one does"


def for_approval(*rules: dict[str, Any]) -> list[Lint]:
    return lint_approval(ApprovalPolicy.model_validate({"version": "1", "rules": list(rules)}))


def for_break_glass(*rules: dict[str, Any]) -> list[Lint]:
    once_a_day = {"reasons": ["incident"], "cooldown": "24h"}
    written = [once_a_day | rule for rule in rules]
    return lint_break_glass(BreakGlassPolicy.model_validate({"version": "1", "rules": written}))


def test_every_later_approval_rule_whose_profiles_are_all_taken_is_never_reached() -> None:
    assert for_approval(
        {"name": "first", "profiles": ["prod", "dev"], "approvers": ["bob"]},
        {"name": "as-many", "profiles": ["dev", "prod"], "approvers": ["eve"]},
        {"name": "more", "profiles": ["dev", "pre"], "approvers": ["eve"]},
        {"name": "fewer", "profiles": ["dev"], "approvers": ["eve"]},
    ) == [Lint("rules[1]", "unreachable", TAKEN), Lint("rules[3]", "unreachable", TAKEN)]


def test_every_later_break_glass_rule_whose_users_and_profiles_are_all_taken_is_never_reached() -> None:
    assert for_break_glass(
        {"name": "first", "users": ["eve", "bob"], "profiles": ["prod"]},
        {"name": "other-profile", "users": ["eve"], "profiles": ["dev"]},
        {"name": "other-user", "users": ["ann"], "profiles": ["prod"]},
        {"name": "fewer", "users": ["eve"], "profiles": ["prod"]},
        {"name": "as-many", "users": ["bob", "eve"], "profiles": ["prod"]},
    ) == [Lint("rules[3]", "unreachable", TAKEN), Lint("rules[4]", "unreachable", TAKEN)]


def test_approvals_that_anyone_can_give_are_found() -> None:
    everyone = {"users": ["*"], "max_duration": "1h"}
    only_ann = {"users": ["ann"], "max_duration": "1h"}
    assert for_approval(
        {"name": "anyone", "profiles": ["dev"], "approvers": ["*"]},
        {"name": "twice", "profiles": ["pre"], "approvers": ["Bob", "eve", "bob@example.com"]},
        {"name": "itself", "profiles": ["test"], "approvers": ["bob", "b*"], "auto_approve": everyone},
        {"name": "fine", "profiles": ["prod"], "approvers": ["bob", "eve"], "auto_approve": only_ann},
    ) == [
        Lint("rules[0].approvers", "anyone-approves", "* lets every colleague approve: name who should"),
        Lint(
            "rules[1].approvers",
            "same-person",
            "'bob@example.com' may be a person named before under another spelling, and then counts once",
        ),
        Lint(
            "rules[2].auto_approve.users",
            "approves-everyone",
            "everyone's requests approve themselves: an allow rule in the access policy says so more plainly",
        ),
    ]


def test_an_escalation_is_looked_at_as_the_approvers_are() -> None:
    further = {"after": "1h", "approvers": ["*", "role/ci", "bob", "Bob"]}
    found = for_approval({"name": "escalates", "profiles": ["dev"], "approvers": ["ann"], "escalation": further})
    assert [(lint.place, lint.rule) for lint in found] == [
        ("rules[0].escalation.approvers", name) for name in ("anyone-approves", "role-approves", "same-person")
    ]


def test_break_glass_that_costs_nothing_is_found() -> None:
    eve = {"users": ["eve"], "cooldown": None}
    assert for_break_glass(
        {**eve, "name": "cooldown", "profiles": ["a"], "cooldown": "1h"},
        {**eve, "name": "budget", "profiles": ["b"], "budget": {"per_user": 1, "window": "24h"}},
        {**eve, "name": "review", "profiles": ["c"], "require_review": True},
        {**eve, "name": "nothing", "profiles": ["d"]},
    ) == [Lint("rules[3]", "unlimited", "nothing limits how often: write a cooldown, a budget or require_review")]


@pytest.mark.parametrize("glob", ["role/oncall", "role/*", "*/*", "r*/oncall", "rol?/x"])
def test_approvers_that_are_roles_are_found(glob: str) -> None:
    [found] = for_approval({"name": "one", "profiles": ["dev"], "approvers": ["bob", glob]})
    assert (found.place, found.rule) == ("rules[0].approvers", "role-approves")
    assert glob in found.message


@pytest.mark.parametrize("glob", ["federated/*", "role*", "bob", "*@corp.example"])
def test_approvers_that_are_people_are_no_roles(glob: str) -> None:
    assert for_approval({"name": "one", "profiles": ["dev"], "approvers": [glob]}) == []
