"""A grant under the present policies: never more than was given, never more than today's rules give."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.approval.policy import ApprovalPolicy, ApprovalRule
from shared.core.break_glass.policy import BreakGlassPolicy
from shared.core.grants import Approver, Extended, Grant, GrantUses
from shared.core.people import Person
from shared.core.present_grants import (
    PresentPolicies,
    judge_approval,
    judge_break_glass,
    present_grants,
)
from shared.core.stamp import Via
from tests.grants import HOUR, NOW, a_break_glass_rule, an_approval_rule

ALICE = Person("alice", account="111122223333")
MINUTE = timedelta(minutes=1)
# NOW is a Monday, 12:00 UTC.
OFFICE_HOURS = {"days": ["monday"], "hours": {"start": "08:00", "end": "12:30"}}


def approval(*approvers: str, **changes: Any) -> Grant:
    people = tuple(Approver(Person(name)) for name in approvers or ("bob",))
    return replace(Grant(Via.APPROVAL, "g1", "prod", NOW, NOW + HOUR, approved_by=people), **changes)


def auto_approved(**changes: Any) -> Grant:
    return replace(Grant(Via.APPROVAL, "g1", "prod", NOW, NOW + HOUR, is_auto_approved=True), **changes)


def auto_rule(**changes: Any) -> ApprovalRule:
    return an_approval_rule(auto_approve={"users": ["alice"], "max_duration": "1h"} | changes)


def judged(grant: Grant, rule: ApprovalRule | None) -> Grant | None:
    return judge_approval(grant, ALICE, rule)


def test_a_grant_the_rule_would_give_today_is_as_it_was() -> None:
    assert judged(approval(), an_approval_rule()) == approval()


@pytest.mark.parametrize(
    ("grant", "rule"),
    [
        (approval(), None),
        (approval(), an_approval_rule(approvers=["dave"])),
        (approval(), an_approval_rule(quorum=2)),
        (approval("bob", "erin"), an_approval_rule(quorum=2)),
        (approval("bob", "Bob"), an_approval_rule(approvers=["bob", "Bob"], quorum=2)),
        (approval("Alice"), an_approval_rule(approvers=["Alice", "bob"])),
        (approval(approved_by=()), an_approval_rule()),
        (auto_approved(), an_approval_rule()),
        (approval(), an_approval_rule(accounts=["444455556666"])),
        (auto_approved(), auto_rule(users=["bob"])),
        (auto_approved(), auto_rule(accounts=["444455556666"])),
        (auto_approved(), auto_rule(time={"days": ["tuesday"]})),
        (auto_approved(), auto_rule(time={"hours": {"start": "08:00", "end": "12:00"}})),
    ],
    ids=[
        "no rule",
        "another approver",
        "a larger quorum",
        "one of two is no approver any more",
        "one person under two names",
        "the requester under another name",
        "no one approved",
        "nothing approves itself any more",
        "its approver's account is not known",
        "not of its users any more",
        "not from its accounts any more",
        "not on its days any more",
        "begins as the hours end",
    ],
)
def test_a_grant_the_rule_would_not_give_today_is_over(grant: Grant, rule: ApprovalRule | None) -> None:
    assert judged(grant, rule) is None


def test_a_window_that_the_chat_approved_is_over_where_the_rule_accepts_the_chat_no_longer() -> None:
    grant = approval(approved_by=(Approver(Person("bob", is_from_chat=True)),))
    assert judged(grant, an_approval_rule(chat=True)) == grant
    assert judged(grant, an_approval_rule()) is None


def test_votes_do_not_come_from_a_rule_that_lets_requests_approve_themselves() -> None:
    rule = auto_rule()
    assert judged(approval("erin"), rule) is None
    assert judged(approval("bob"), rule) == approval("bob")


def test_a_shorter_maximum_shortens_the_window_from_its_start() -> None:
    assert judged(approval(), an_approval_rule(max_duration="20m")) == approval(ends_at=NOW + 20 * MINUTE)
    assert judged(auto_approved(), auto_rule(max_duration="20m")) == auto_approved(ends_at=NOW + 20 * MINUTE)


def test_a_longer_maximum_lengthens_nothing() -> None:
    assert judged(approval(), an_approval_rule(max_duration="168h")) == approval()


def test_an_extension_gets_what_the_rule_leaves_after_the_windows_it_extends() -> None:
    extension = approval(extends=Extended("e", HOUR))
    assert judged(extension, an_approval_rule(extended_max_duration="2h")) == extension
    shorter = replace(extension, ends_at=NOW + 30 * MINUTE)
    assert judged(extension, an_approval_rule(extended_max_duration="90m")) == shorter
    assert judged(extension, an_approval_rule()) is None
    assert judged(extension, an_approval_rule(max_duration="45m", extended_max_duration="45m")) is None


def test_once_applies_to_a_window_that_is_open_and_stays_where_the_rule_drops_it() -> None:
    once = approval(uses=GrantUses.ONCE)
    assert judged(approval(), an_approval_rule(uses="once")) == once
    assert judged(once, an_approval_rule()) == once


def test_the_hours_without_a_required_approver_end_the_window() -> None:
    assert judged(auto_approved(), auto_rule(time=OFFICE_HOURS)) == auto_approved(ends_at=NOW + 30 * MINUTE)


def test_those_hours_do_not_touch_what_people_approved() -> None:
    rule = auto_rule(time=OFFICE_HOURS)
    assert judged(approval(), rule) == approval()


def test_an_event_is_over_with_its_rule_and_no_longer_than_the_rule_gives() -> None:
    event = Grant(Via.BREAK_GLASS, "b1", "prod", NOW, NOW + HOUR)
    assert judge_break_glass(event, None) is None
    assert judge_break_glass(event, a_break_glass_rule()) == event
    shorter = replace(event, ends_at=NOW + 15 * MINUTE)
    assert judge_break_glass(event, a_break_glass_rule(max_duration="15m")) == shorter


def test_each_grant_is_judged_by_the_rule_of_its_kind_user_and_profile() -> None:
    policies = PresentPolicies(
        ApprovalPolicy(version="1", rules=(an_approval_rule(),)),
        BreakGlassPolicy(version="1", rules=(a_break_glass_rule(users=["alice"], profiles=["dev"]),)),
    )
    kept = approval(), Grant(Via.BREAK_GLASS, "b1", "dev", NOW, NOW + HOUR)
    ended = approval(profile="dev", grant_id="g2"), Grant(Via.BREAK_GLASS, "b2", "prod", NOW, NOW + HOUR)
    assert present_grants([*kept, *ended], ALICE, policies) == kept
    assert present_grants(kept, Person("carol"), policies) == kept[:1]
    assert present_grants(kept, ALICE, PresentPolicies(None, None)) == ()


NAMES = ["alice", "bob", "dave", "erin", "Bob", "bob@corp.example"]
WAITED = st.none() | st.integers(0, 120).map(lambda minutes: minutes * MINUTE)
DURATIONS = st.integers(15, 240).map(lambda minutes: f"{minutes}m")
WINDOWS = st.fixed_dictionaries(
    {},
    optional={
        "days": st.lists(st.sampled_from(["monday", "tuesday", "sunday"]), min_size=1, unique=True),
        "hours": st.sampled_from([{"start": "08:00", "end": "12:30"}, {"start": "11:00", "end": "02:00"}]),
    },
).filter(bool)
AUTOS = st.fixed_dictionaries(
    {"users": st.lists(st.sampled_from(NAMES), min_size=1, unique=True), "max_duration": DURATIONS},
    optional={"time": WINDOWS},
)
RULES = st.fixed_dictionaries(
    {
        "approvers": st.lists(st.sampled_from([*NAMES, "*"]), min_size=3, unique=True),
        "quorum": st.integers(1, 3),
        "max_duration": DURATIONS,
        "uses": st.sampled_from(["window", "once"]),
    },
    optional={
        "auto_approve": AUTOS,
        # Longer than any window that a rule gives.
        "extended_max_duration": st.integers(240, 480).map(lambda minutes: f"{minutes}m"),
        "escalation": st.fixed_dictionaries(
            {"after": st.sampled_from(["30m", "1h"]), "approvers": st.lists(st.sampled_from(NAMES), min_size=1)}
        ),
    },
)
GRANTS = st.builds(
    Grant,
    via=st.just(Via.APPROVAL),
    grant_id=st.just("g1"),
    profile=st.just("prod"),
    starts_at=st.integers(-600, 600).map(lambda minutes: NOW + minutes * MINUTE),
    ends_at=st.integers(660, 2000).map(lambda minutes: NOW + minutes * MINUTE),
    uses=st.sampled_from(GrantUses),
    approved_by=st.lists(
        st.builds(Approver, st.sampled_from(NAMES).map(Person), WAITED), max_size=4, unique_by=lambda each: each.person
    ).map(tuple),
    is_auto_approved=st.booleans(),
    extends=st.sampled_from([0, 0, 30, 200]).map(lambda minutes: Extended("e", minutes * MINUTE)),
)


def is_within(less: Grant | None, more: Grant | None) -> bool:
    """Whether one grant gives nothing that the other does not."""
    if less is None or more is None:
        return less is None
    return (
        less.starts_at == more.starts_at
        and less.ends_at <= more.ends_at
        and (less.uses is GrantUses.ONCE or more.uses is GrantUses.WINDOW)
    )


@given(GRANTS, RULES)
def test_no_rule_widens_a_grant(grant: Grant, rule: dict[str, Any]) -> None:
    assert is_within(judged(grant, an_approval_rule(**rule)), grant)


@st.composite
def stricter(draw: st.DrawFn, rule: dict[str, Any]) -> dict[str, Any] | None:
    """Take something away from a rule, or all of it."""
    step = draw(st.sampled_from(["gone", "approver", "quorum", "duration", "once", "no auto", "auto", "no extension"]))
    match step:
        case "gone":
            return None
        case "approver":
            return rule | {"approvers": [*rule["approvers"][1:], "nobody-else"]}  # codespell:ignore
        case "quorum":
            more = f"more-{draw(st.integers(0, 9))}"
            return rule | {"quorum": rule["quorum"] + 1, "approvers": [*rule["approvers"], more]}
        case "duration":
            return rule | {"max_duration": f"{draw(st.integers(15, int(rule['max_duration'][:-1])))}m"}
        case "once":
            return rule | {"uses": "once"}
        case "no extension":
            return {key: value for key, value in rule.items() if key != "extended_max_duration"}
        case "no auto":
            return {key: value for key, value in rule.items() if key != "auto_approve"}
        case _:
            auto = rule.get("auto_approve")
            if auto is None:
                return rule
            return rule | {
                "auto_approve": auto | {"max_duration": "15m", "time": auto.get("time", {"days": ["monday"]})}
            }


@given(st.data(), GRANTS, RULES)
def test_a_stricter_rule_never_widens_what_the_rule_before_left(
    data: st.DataObject, grant: Grant, rule: dict[str, Any]
) -> None:
    narrower = data.draw(stricter(rule))
    before = judged(grant, an_approval_rule(**rule))
    after = judged(grant, None if narrower is None else an_approval_rule(**narrower))
    assert is_within(after, before)


def test_a_grant_of_a_direct_vend_is_an_error() -> None:
    direct = replace(approval(), via=Via.DIRECT)
    with pytest.raises(AssertionError, match=r"^a direct vend needs no grant$"):
        present_grants([direct], ALICE, PresentPolicies(None, None))
