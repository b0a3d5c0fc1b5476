"""Closing and reviewing a break-glass event, tried from every state by everyone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.core.break_glass.event import Act, BreakGlassEvent, ClosingRejection, close, review, settle
from shared.core.grants import EventStatus
from shared.core.people import Action, Person
from tests.grants import HOUR, NOW, an_event

LATER = NOW + timedelta(minutes=10)
Step = Callable[[BreakGlassEvent, Act], BreakGlassEvent | ClosingRejection]
UNCHANGED = "unchanged"
NOT_PERMITTED, OWN = ClosingRejection.NOT_PERMITTED.name, ClosingRejection.OWN_EVENT.name
WRONG = ClosingRejection.WRONG_STATE.name
STATES = ["active", "lapsed", "closed", "expired", "reviewed"]


def states() -> dict[str, BreakGlassEvent]:
    """An event in every state; `lapsed` is past its end, and no call has recorded that."""
    active = an_event(is_review_required=True)
    ended = Action("alice", NOW)
    return {
        "active": active,
        "lapsed": replace(active, ends_at=LATER),
        "closed": replace(active, status=EventStatus.CLOSED, ended=ended),
        "expired": replace(active, status=EventStatus.EXPIRED, ended=Action(None, NOW)),
        "reviewed": replace(active, status=EventStatus.REVIEWED, ended=ended, review=Action("bob", NOW)),
    }


CLOSES = {"active": "closed", "closed": UNCHANGED}
REVIEWS = {"lapsed": "reviewed", "closed": "reviewed", "expired": "reviewed", "reviewed": UNCHANGED}
TABLE: list[tuple[Step, str, bool, dict[str, str], str]] = [
    (close, "alice", False, CLOSES, WRONG),
    (close, "alice", True, CLOSES, WRONG),
    (close, "bob", True, CLOSES, WRONG),
    (close, "Alice@corp.example", False, {}, NOT_PERMITTED),
    (close, "mallory", False, {}, NOT_PERMITTED),
    (review, "alice", True, {}, OWN),
    (review, "Alice@corp.example", True, {}, OWN),
    (review, "federated/alice", True, {}, OWN),
    (review, "mallory", False, {}, NOT_PERMITTED),
    (review, "bob", True, REVIEWS, WRONG),
]
CASES = [
    pytest.param(step, user, entitled, state, found.get(state, otherwise), id=f"{step.__name__}-{user}-{n}-{state}")
    for n, (step, user, entitled, found, otherwise) in enumerate(TABLE)
    for state in STATES
]


@pytest.mark.parametrize(("step", "user", "entitled", "state", "expected"), CASES)
def test_each_step_from_each_state(step: Step, user: str, state: str, expected: str, *, entitled: bool) -> None:
    event = states()[state]
    after = step(event, Act(Person(user), LATER, entitled, "said"))
    if isinstance(after, ClosingRejection):
        assert after.name == expected
    elif expected == UNCHANGED:
        assert after == event
    else:
        assert after.status == expected
        done = after.review if expected == "reviewed" else after.ended
        assert done is not None
        assert (done.by, done.at, done.comment) == (user, LATER, "said")


def test_the_states_are_all_there_are() -> None:
    assert {event.status for event in states().values()} == set(EventStatus)


def test_a_review_leaves_how_the_event_ended_as_it_was() -> None:
    by_bob = Act(Person("bob"), NOW + 2 * HOUR, is_entitled=True)
    lapsed = review(an_event(), by_bob)
    closed = review(states()["closed"], by_bob)
    assert isinstance(lapsed, BreakGlassEvent)
    assert isinstance(closed, BreakGlassEvent)
    assert lapsed.ended == Action(None, NOW + HOUR)
    assert closed.ended == Action("alice", NOW)


@pytest.mark.parametrize("state", STATES)
def test_settling_writes_down_that_time_is_over_and_nothing_else(state: str) -> None:
    event = states()[state]
    lapsed = replace(event, status=EventStatus.EXPIRED, ended=Action(None, LATER))
    assert settle(event, LATER) == (lapsed if state == "lapsed" else event)


def test_an_event_is_over_at_its_end_and_not_before() -> None:
    event = an_event()
    assert event.status_at(event.ends_at - timedelta(seconds=1)) is EventStatus.ACTIVE
    assert event.status_at(event.ends_at) is EventStatus.EXPIRED
