"""What is suggested for the company's policy after thirty days, and what is never suggested."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import orjson
import pytest

from sentinel.evidence.suggesting.narrow import RemoveRule, Suggestion, suggest
from sentinel.evidence.suggesting.uses import Uses, read_allowed
from sentinel.evidence.suggesting.verify import UnprovenError, kept_requests, verify
from sentinel.evidence.suggesting.widening import may_both_match
from shared.core.access.schema import AccessPolicy
from shared.documents import load_access_policy
from tests.evidence.company import POLICY
from tests.evidence.history import write_history
from tests.evidence.reports import issued

COMPANY = load_access_policy(POLICY)
MOST = 20


def suggested(
    lines: Iterable[bytes], policy: AccessPolicy = COMPANY, *, by_address: bool = False, most: int = MOST
) -> Suggestion:
    """Give the suggestion, proven as the command does it."""
    uses = Uses(policy, most)
    with kept_requests() as requests:
        for line in map(orjson.loads, lines):
            allowed = read_allowed(line)
            if allowed is not None and uses.note(allowed):
                requests.keep(line)
        found = suggest(policy, uses, by_address=by_address)
        verify(policy, found.policy, requests)
    return found


def conditions(found: Suggestion, rule: str) -> dict[str, Any]:
    return next(each for each in found.policy.rules if each.name == rule).conditions.model_dump(exclude_none=True)


def policy_of(*rules: dict[str, Any]) -> AccessPolicy:
    named = [{"name": f"r{number}", "conditions": {}, **rule} for number, rule in enumerate(rules, 1)]
    return load_access_policy(orjson.dumps({"version": "1", "rules": named}).decode())


def test_what_was_not_used_is_left_out() -> None:
    found = suggested(write_history())
    assert [(each.rule, each.place, each.reason) for each in found.changes] == [
        ("production", "users", "of *, only alice, bob, carol, dan used it"),
        ("production", "profiles", "of prod-*, only prod-admin was used"),
        ("developers", "users", "frank did not use it"),
        ("developers", "profiles", "of dev-*, only dev-admin was used; sandbox was not used"),
        ("ci", "users", "of role/ci-*, only role/ci-deploy used it"),
        ("ci", "profiles", "sandbox was not used"),
        ("ci", "max_duration", "no session was longer than 15m"),
        ("finance", "users", "erin did not use it"),
        ("legacy", "rule", "nothing was allowed by it in this time"),
    ]
    assert conditions(found, "developers") == {"profiles": ("dev-admin",), "users": ("alice", "bob")}
    assert found.kept == []
    assert [rule.name for rule in found.policy.rules if rule.effect == "deny"] == ["no-contractors", "nights"]


def test_lines_of_an_older_version_give_the_same_suggestion() -> None:
    assert suggested(write_history(is_old=True)) == suggested(write_history())


def test_addresses_are_narrowed_only_where_that_is_asked_for() -> None:
    found = suggested(write_history(), by_address=True)
    assert [str(each) for each in conditions(found, "ci")["source_ips"]] == ["10.0.0.0/8"]
    assert [str(each) for each in conditions(found, "developers")["source_ips"]] == [
        "198.51.100.1/32",
        "198.51.100.2/32",
    ]


def test_a_rule_that_was_used_from_an_unknown_address_is_not_narrowed_to_addresses() -> None:
    policy = policy_of({"effect": "allow"})
    lines = [*issued(rule="r1", source_ip="192.0.2.1"), *issued(rule="r1", source_ip=None)]
    assert suggested(lines, policy, by_address=True).changes == []


def test_a_glob_that_many_used_stays() -> None:
    policy = policy_of({"effect": "allow", "conditions": {"users": ["u*", "v*"]}})
    lines = [line for number in range(4) for line in issued(user=f"u{number}", rule="r1", duration_given_s=3600)]
    assert conditions(suggested(lines, policy, most=3), "r1") == {"users": ("u*",)}
    assert conditions(suggested(lines, policy, most=4), "r1") == {"users": ("u0", "u1", "u2", "u3")}


@pytest.mark.parametrize(("longest", "cap"), [(900, 15), (901, 30), (2000, 45), (3600, 60)])
def test_the_duration_is_what_was_used_in_quarters_of_an_hour(longest: int, cap: int) -> None:
    policy = policy_of({"effect": "allow"})
    found = suggested([*issued(rule="r1", duration_given_s=longest)], policy)
    assert found.policy.rules[0].cap == timedelta(minutes=cap)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # Without the first rule, an approval would no longer be needed.
        ({"effect": "require_approval", "conditions": {"profiles": ["prod"]}}, {"effect": "allow"}),
        ({"effect": "allow", "max_duration": "15m"}, {"effect": "allow", "max_duration": "1h"}),
        ({"effect": "allow", "session_policy": {"Version": "2012-10-17", "Statement": []}}, {"effect": "allow"}),
    ],
)  # fmt: skip
def test_a_rule_before_a_more_generous_one_stays_as_it_is(first: dict[str, Any], second: dict[str, Any]) -> None:
    if "session_policy" in first:
        first["session_policy"]["Statement"] = [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]
    found = suggested(issued(rule="r2", profile="dev", duration_given_s=3600), policy_of(first, second))
    assert [rule.name for rule in found.policy.rules] == ["r1", "r2"]
    assert found.kept == [("r1", "what it no longer decides could be given by the rule r2, which gives more")]


def test_a_rule_that_does_not_yield_to_break_glass_stays_as_it_is() -> None:
    policy = policy_of({"effect": "require_approval", "break_glass": False}, {"effect": "deny"})
    assert [rule for rule, _ in suggested([], policy).kept] == ["r1"]


def test_a_rule_before_one_that_gives_less_or_to_others_may_go() -> None:
    policy = policy_of(
        {"effect": "allow", "conditions": {"profiles": ["a-*"]}},
        {"effect": "require_approval", "conditions": {"profiles": ["a-*"]}},
        {"effect": "allow", "conditions": {"profiles": ["b-*"]}},
    )
    found = suggested(issued(rule="r3", profile="b-1", duration_given_s=3600), policy)
    assert [each.rule for each in found.changes if isinstance(each, RemoveRule)] == ["r1", "r2"]


def test_what_the_policy_would_not_allow_counts_for_nothing() -> None:
    lines = [json for json in map(orjson.loads, write_history()) if json.get("rule") == "finance"]
    for line in lines:
        line["facts"]["user"] = "mallory"
    uses = Uses(COMPANY, MOST)
    noted = [uses.note(allowed) for line in lines if (allowed := read_allowed(line))]
    assert noted == [False, False]
    assert (uses.exact, uses.elsewhere) == (0, 2)


@pytest.mark.parametrize(
    ("changed", "is_old"),
    [
        ({"conditions": {"users": ("alice",), "profiles": ("dev-admin",)}}, False),
        ({"conditions": {"users": ("alice",), "profiles": ("dev-admin",)}}, True),
        ({"conditions": {"users": ("alice", "bob"), "profiles": ("sandbox",)}}, False),
        ({"conditions": {"users": ("alice", "bob"), "profiles": ("sandbox",)}}, True),
        ({"max_duration": timedelta(minutes=15)}, False),
        ({"max_duration": timedelta(minutes=15)}, True),
        ({"name": "other"}, False),
        ({"name": "other"}, True),
        # An old line cannot show it, and no change that is suggested is one of the effect.
        ({"effect": "require_approval"}, False),
    ],
)
def test_a_suggestion_that_takes_something_away_is_not_proven(changed: dict[str, Any], *, is_old: bool) -> None:
    worse = [
        rule.model_copy(update=_valid(rule, changed)) if rule.name == "developers" else rule for rule in COMPANY.rules
    ]
    with kept_requests() as requests:
        for line in write_history(is_old=is_old):
            if read_allowed(orjson.loads(line)) is not None:
                requests.keep(orjson.loads(line))
        with pytest.raises(UnprovenError, match="would not be allowed the same way"):
            verify(COMPANY, COMPANY.model_copy(update={"rules": tuple(worse)}), requests)


def _valid(rule: Any, changed: dict[str, Any]) -> dict[str, Any]:
    if "conditions" not in changed:
        return changed
    return {"conditions": rule.conditions.model_copy(update=changed["conditions"])}


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("a", "a", True), ("a", "b", False), ("a*", "ab", True), ("a*", "b", False), ("a*", "b*", False),
        ("a*", "ab*", True), ("*-x", "*-y", False), ("*-x", "*x", True), ("*", "a?", True), ("a*z", "ab*yz", True),
        ("role/*", "*", True),
    ],
)  # fmt: skip
def test_globs_that_may_match_the_same_name(one: str, other: str, *, may: bool) -> None:
    assert may_both_match(one, other) is may
    assert may_both_match(other, one) is may


@pytest.mark.parametrize("name", ["at", "user", "claims", "grants", "source_ip"])
@pytest.mark.parametrize("value", [None, 1, [], {}, "x", "2026-06-01T12:00:00", [{"via": "approval"}]])
def test_facts_that_cannot_be_read_count_as_none(name: str, value: Any) -> None:
    line = orjson.loads(next(write_history()))
    line["facts"][name] = value
    uses = Uses(COMPANY, MOST)
    allowed = read_allowed(line)
    assert allowed is not None
    uses.note(allowed)
    assert uses.exact + uses.by_name + uses.elsewhere == 1


def test_a_rule_with_a_session_policy_stays_as_break_glass_has_none() -> None:
    limits = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]}
    policy = policy_of({"effect": "allow", "session_policy": limits}, {"effect": "deny"})
    reason = "what it no longer decides could be reached by break-glass, without its session policy"
    assert suggested([], policy).kept == [("r1", reason)]


@pytest.mark.parametrize("changed", [{"user": "gina"}, {"profile": "prod-x"}, {"duration_given_s": 3601}])
def test_a_line_without_facts_that_its_rule_no_longer_covers_does_not_count(changed: dict[str, Any]) -> None:
    found = suggested([*issued(), *issued(**changed)])
    assert conditions(found, "developers") == {"profiles": ("dev-admin",), "users": ("alice",)}
