"""Beginning a break-glass event: each rejection once, at its boundary."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from shared.core.access.evaluate import Decision, Verdict
from shared.core.access.schema import Rule
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.break_glass.policy import LARGEST_BUDGET, BreakGlassRule, ReasonCode
from shared.core.break_glass.start import (
    MOST_NAMES,
    NAMES_KEPT,
    Begun,
    History,
    Ledger,
    Naming,
    Spending,
    StartRejection,
    begin,
    cools_down_until,
)
from shared.core.grants import EventStatus
from shared.core.people import Action
from tests.grants import CLOSED, DEMANDED, HOUR, NOW, a_break_glass_rule, an_event, an_invocation

Attempt = Callable[[], Begun | StartRejection]
SECOND = timedelta(seconds=1)
EXPLICIT = Rule.model_validate({"name": "never", "effect": "deny", "conditions": {}})
YIELDING = Rule.model_validate({"name": "never", "effect": "deny", "conditions": {}, "break_glass": True})


def begun(
    *,
    decision: Decision = CLOSED,
    rule: BreakGlassRule | None = None,
    has_rule: bool = True,
    events: tuple[BreakGlassEvent, ...] = (),
    users: Ledger | None = None,
    profiles: Ledger | None = None,
    held_against: tuple[Ledger, ...] = (),
    now: datetime = NOW,
    **declared: Any,
) -> Begun | StartRejection:
    return begin(
        an_invocation(**declared),
        decision=decision,
        rule=(rule or a_break_glass_rule()) if has_rule else None,
        policy_version="v1",
        history=History(events, users or Ledger(), profiles or Ledger(), held_against),
        event_id="b" * 16,
        now=now,
    )


def spent(*ago: timedelta) -> Ledger:
    return Ledger(len(ago), tuple(Spending(NOW - one, f"{n:016}") for n, one in enumerate(ago)))


def past(over: timedelta, **changes: Any) -> BreakGlassEvent:
    """An event that ended so long ago."""
    ends_at = NOW - over
    return an_event(
        created_at=ends_at - HOUR, ends_at=ends_at, status=EventStatus.EXPIRED, ended=Action(None, ends_at), **changes
    )


def of_another(*ago: timedelta) -> Ledger:
    return Ledger(1, tuple(Spending(NOW - one, f"other{n:011}") for n, one in enumerate(ago)))


def named(count: int, ago: timedelta = NAMES_KEPT - SECOND) -> Ledger:
    return Ledger(1, spent(HOUR).spent, tuple(Naming(f"alice+{n}", NOW - ago) for n in range(count)))


COOL = a_break_glass_rule(cooldown="2h")
PER_USER = a_break_glass_rule(budget={"per_user": 2, "window": "24h"})
PER_PROFILE = a_break_glass_rule(budget={"per_profile": 2, "window": "24h"})
DAY = timedelta(hours=24)
REFUSED: list[tuple[Attempt, StartRejection]] = [
    (partial(begun, decision=Decision(Verdict.ALLOW, None)), StartRejection.NOT_NEEDED),
    (partial(begun, decision=Decision(Verdict.DENY, EXPLICIT)), StartRejection.DENIED),
    (partial(begun, has_rule=False), StartRejection.NO_RULE),
    (partial(begun, reason=ReasonCode.OTHER), StartRejection.REASON_NOT_ALLOWED),
    (partial(begun, rule=a_break_glass_rule(time={"days": ["tuesday"]})), StartRejection.OUTSIDE_HOURS),
    (partial(begun, duration=HOUR + SECOND), StartRejection.TOO_LONG),
    (partial(begun, events=(past(HOUR, is_review_required=True),)), StartRejection.UNREVIEWED),
    (partial(begun, events=(past(HOUR, is_review_required=True, profile="other"),)), StartRejection.UNREVIEWED),
    (partial(begun, rule=COOL, events=(past(2 * HOUR - SECOND),)), StartRejection.COOLING_DOWN),
    (partial(begun, rule=COOL, events=(an_event(),)), StartRejection.COOLING_DOWN),
    (partial(begun, rule=PER_USER, users=spent(HOUR, DAY - SECOND)), StartRejection.USER_BUDGET_SPENT),
    (partial(begun, rule=PER_PROFILE, profiles=spent(HOUR, DAY - SECOND)), StartRejection.PROFILE_BUDGET_SPENT),
    (
        partial(begun, rule=PER_USER, users=spent(HOUR), held_against=(of_another(HOUR),)),
        StartRejection.USER_BUDGET_SPENT,
    ),
    (partial(begun, users=named(MOST_NAMES)), StartRejection.TOO_MANY_NAMES),
]


@pytest.mark.parametrize(
    ("attempt", "rejection"), REFUSED, ids=[f"{n}-{case[1].name}" for n, case in enumerate(REFUSED)]
)
def test_what_does_not_begin(attempt: Attempt, rejection: StartRejection) -> None:
    assert attempt() is rejection


def test_every_rejection_is_tried() -> None:
    assert {rejection for _, rejection in REFUSED} == set(StartRejection)


@pytest.mark.parametrize(
    "attempt",
    [
        partial(begun, decision=CLOSED),
        partial(begun, decision=DEMANDED),
        partial(begun, decision=Decision(Verdict.DENY, YIELDING)),
        partial(begun, duration=HOUR),
        partial(begun, rule=COOL, events=(past(2 * HOUR),)),
        partial(begun, rule=COOL, events=(past(HOUR, profile="other"),)),
        partial(begun, events=(past(HOUR, is_review_required=False),)),
        partial(begun, events=(replace(past(HOUR, is_review_required=True), status=EventStatus.REVIEWED),)),
        partial(begun, rule=PER_USER, users=spent(HOUR, DAY)),
        partial(begun, rule=PER_USER, profiles=spent(HOUR, HOUR, HOUR)),
        partial(begun, rule=PER_PROFILE, users=spent(HOUR, HOUR, HOUR)),
        partial(begun, rule=PER_USER, users=spent(HOUR), held_against=(spent(HOUR),)),
        partial(begun, users=named(MOST_NAMES - 1)),
        partial(begun, users=named(MOST_NAMES), user="alice+3"),
        partial(begun, users=named(MOST_NAMES, ago=NAMES_KEPT)),
    ],
    ids=[
        "no rule of the access policy",
        "an approval demanded",
        "a deny that yields",
        "as long as the rule gives",
        "cooled down",
        "another profile cooling down",
        "an event that needs no review",
        "an event that was reviewed",
        "a spending out of the window",
        "a profile's spendings against a user's budget",
        "a user's spendings against a profile's budget",
        "one event in two ledgers",
        "the last name there is room for",
        "a name used before",
        "names of long ago",
    ],
)
def test_what_lies_just_within_begins(attempt: Attempt) -> None:
    outcome = attempt()
    assert isinstance(outcome, Begun)
    assert outcome.event.status is EventStatus.ACTIVE


def test_an_event_lasts_as_declared_from_now_and_counts_in_both_ledgers() -> None:
    outcome = begun(duration=HOUR / 2, users=spent(HOUR), now=NOW + timedelta(milliseconds=900))
    assert isinstance(outcome, Begun)
    assert (outcome.event.created_at, outcome.event.ends_at) == (NOW, NOW + HOUR / 2)
    assert (outcome.event.rule, outcome.event.policy_version) == ("on-call", "v1")
    assert [spending.event_id for spending in outcome.user_ledger.spent] == [f"{0:016}", "b" * 16]
    assert outcome.profile_ledger.spent == (Spending(NOW, "b" * 16),)
    assert (outcome.user_ledger.version, outcome.profile_ledger.version) == (2, 1)


def test_an_event_is_what_was_declared_and_what_the_rule_says() -> None:
    outcome = begun()
    assert isinstance(outcome, Begun)
    assert outcome.event == an_event("b" * 16, policy_version="v1")


def test_a_cooldown_runs_from_the_end_of_the_last_event() -> None:
    assert cools_down_until([past(3 * HOUR), past(HOUR)], "prod", COOL) == NOW + HOUR
    assert cools_down_until([past(HOUR)], "prod", a_break_glass_rule()) is None
    assert cools_down_until([past(HOUR)], "other", COOL) is None


def test_a_rejection_by_the_rule_comes_before_one_by_the_past() -> None:
    assert begun(duration=2 * HOUR, events=(past(HOUR, is_review_required=True),)) is StartRejection.TOO_LONG


def test_a_budget_of_one_kind_leaves_the_other_open() -> None:
    both = a_break_glass_rule(budget={"per_user": 2, "per_profile": 2, "window": "24h"})
    assert begun(rule=both, users=spent(HOUR), profiles=spent(HOUR, HOUR)) is StartRejection.PROFILE_BUDGET_SPENT


def test_a_duration_that_is_not_said_is_an_hour_or_less_where_the_rule_gives_less() -> None:
    outcome = begun(rule=a_break_glass_rule(max_duration="20m"))
    assert isinstance(outcome, Begun)
    assert outcome.event.ends_at == NOW + timedelta(minutes=20)


def test_the_rule_says_whether_a_review_is_required() -> None:
    for required in (True, False):
        outcome = begun(rule=a_break_glass_rule(require_review=required))
        assert isinstance(outcome, Begun)
        assert outcome.event.is_review_required is required


def test_ledgers_forget_what_no_budget_reaches_back_to() -> None:
    ledger = spent(timedelta(days=31), timedelta(days=31) - SECOND).with_event("c" * 16, NOW)
    assert [spending.event_id for spending in ledger.spent] == [f"{1:016}", "c" * 16]


def test_a_ledger_keeps_as_many_events_as_the_largest_budget_counts() -> None:
    ledger = Ledger(1, tuple(Spending(NOW - HOUR, f"{n:016}") for n in range(11 * LARGEST_BUDGET)))
    after = ledger.with_event("c" * 16, NOW, "alice")
    assert len(after.spent) == LARGEST_BUDGET
    assert after.spent[-1] == Spending(NOW, "c" * 16)


def test_a_full_ledger_still_refuses_what_the_largest_budget_refuses() -> None:
    largest = a_break_glass_rule(budget={"per_user": LARGEST_BUDGET, "window": "744h"})
    ledger = Ledger()
    for n in range(LARGEST_BUDGET - 1):
        ledger = ledger.with_event(f"{n:016}", NOW - HOUR, "alice")
    outcome = begun(rule=largest, users=ledger)
    assert isinstance(outcome, Begun)
    assert begun(rule=largest, users=outcome.user_ledger) is StartRejection.USER_BUDGET_SPENT


def test_a_persons_ledger_knows_under_which_names_they_have_broken_glass() -> None:
    ledger = Ledger().with_event("a" * 16, NOW - NAMES_KEPT, "ALICE").with_event("b" * 16, NOW - HOUR, "alice")
    assert ledger.with_event("c" * 16, NOW, "alice").names == (Naming("alice", NOW),)
    assert Ledger().with_event("a" * 16, NOW).names == ()
