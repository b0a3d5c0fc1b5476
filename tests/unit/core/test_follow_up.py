"""What time makes due: each instant of a rule is announced once, however often and however late one looks."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.approval.policy import ApprovalRule
from shared.core.approval.request import ApprovalRequest
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.events import NoticeEvent
from shared.core.follow_up import Due, Step, due_event, due_request
from shared.core.grants import EventStatus, RequestStatus
from shared.core.people import Action
from tests.grants import HOUR, NOW, a_request, an_approval_rule, an_event, at

MINUTE = timedelta(minutes=1)
TTL = 300
FURTHER = {"after": "1h", "approvers": ["carol"]}
RUNS = st.lists(st.integers(-5, TTL + 60), max_size=40).map(sorted)


def rule(reminders: Iterable[int] = (), escalation: int | None = None) -> ApprovalRule:
    times: dict[str, Any] = {"reminders": [f"{each}m" for each in reminders]} if reminders else {}
    if escalation is not None:
        times["escalation"] = FURTHER | {"after": f"{escalation}m"}
    return an_approval_rule(pending_ttl=f"{TTL}m", **times)


def pending(**changes: Any) -> ApprovalRequest:
    return a_request(pending_until=at(TTL), **changes)


def follow(
    request: ApprovalRequest, of: ApprovalRule | None, instants: Iterable[datetime]
) -> list[tuple[datetime, Step]]:
    """Look at each instant, until nothing more is due, and give the steps that were taken."""
    taken = []
    for now in instants:
        while due := due_request(request, of, now, "run"):
            assert due.row != request
            request = due.row
            taken.append((now, due.step))
    return taken


@given(
    times=st.lists(st.integers(1, TTL - 1), max_size=5, unique=True).map(sorted),
    after=st.none() | st.integers(1, TTL - 1),
    minutes=RUNS,
)
def test_every_instant_is_announced_once_by_the_first_run_at_or_after_it(
    times: list[int], after: int | None, minutes: list[int]
) -> None:
    steps = follow(pending(), rule(times, after), map(at, minutes))
    noticed = Counter(step for _, step in steps)
    due_at = first_runs([*times, *([] if after is None else [after])], minutes)
    escalated_at = None if after is None else next((each for each in minutes if after <= each < TTL), None)
    assert [(when, Step.ESCALATED) for when in ([] if escalated_at is None else [at(escalated_at)])] == [
        each for each in steps if each[1] is Step.ESCALATED
    ]
    reminded = {each for each in due_at if each != escalated_at}
    if escalated_at is not None and after is not None:
        # The escalation is no reminder of its own instant, nor is a run that has nothing but it.
        reminded &= first_runs(times, minutes)
    assert sorted(when for when, step in steps if step is Step.REMINDED) == sorted(map(at, reminded))
    assert noticed[Step.EXPIRED] == any(each >= TTL for each in minutes)


def first_runs(times: Sequence[int], minutes: Sequence[int]) -> set[int]:
    """Give the first run at or after each instant, as long as the request waits."""
    firsts = (next((run for run in minutes if run >= each), None) for each in times)
    return {each for each in firsts if each is not None and each < TTL}


def test_a_missed_hour_is_one_reminder_and_not_twelve() -> None:
    of = rule([5, 10, 20, 40, 50])
    assert follow(pending(), of, [at(0), at(60), at(65)]) == [(at(60), Step.REMINDED)]


def test_an_escalation_that_coincides_with_a_reminder_is_the_only_notice() -> None:
    assert follow(pending(), rule([60], 60), [at(60), at(65)]) == [(at(60), Step.ESCALATED)]


def test_reminders_that_a_policy_adds_are_sent_once_and_earlier_ones_are_not_sent_again() -> None:
    first = due_request(pending(), rule([120]), at(120), "a")
    assert first is not None
    assert due_request(first.row, rule([30, 60]), at(125), "b") is None
    later = due_request(first.row, rule([30, 60, 130]), at(130), "c")
    assert later is not None
    assert (later.step, later.row.marks.run) == (Step.REMINDED, "c")


def test_what_is_sent_says_who_may_approve_by_the_present_rule() -> None:
    due = due_request(pending(approvers=("gone",), quorum=3), rule(escalation=60), at(60), "a")
    assert due is not None
    assert due.event is NoticeEvent.REQUEST_ESCALATED
    assert (due.row.approvers_at(at(60)), due.row.quorum) == (("bob", "dave", "*@sec.example", "carol"), 1)


def test_without_a_rule_no_one_is_reminded_and_the_request_still_expires() -> None:
    assert due_request(pending(), None, at(TTL - 1), "a") is None
    due = due_request(pending(), None, at(TTL), "a")
    assert due is not None
    assert due == Due(Step.EXPIRED, due.row, NoticeEvent.REQUEST_EXPIRED)
    assert (due.row.status, due.row.ended) == (RequestStatus.EXPIRED, Action(None, at(TTL)))


def window(minutes: int, **changes: Any) -> ApprovalRequest:
    return a_request(status=RequestStatus.APPROVED, starts_at=NOW, ends_at=at(minutes), **changes)


def broken(minutes: int, **changes: Any) -> BreakGlassEvent:
    return an_event(ends_at=at(minutes), **changes)


@given(length=st.integers(1, 90), minutes=st.lists(st.integers(0, 120)).map(sorted))
def test_a_holder_is_warned_once_and_the_end_is_written_once(length: int, minutes: list[int]) -> None:
    warned = [each for each in minutes if length - 10 <= each < length][:1] if length > 20 else []
    over = [each for each in minutes if each >= length][:1]
    assert follow(window(length), None, map(at, minutes)) == [
        *((at(each), Step.WARNED) for each in warned),
        *((at(each), Step.ENDED) for each in over),
    ]
    event, steps = broken(length), []
    for now in minutes:
        while due := due_event(event, at(now), "run"):
            event = due.row
            steps.append((now, due.step))
    assert steps == [*((each, Step.WARNED) for each in warned), *((each, Step.EXPIRED) for each in over)]


def test_the_end_of_a_window_is_written_and_no_one_is_notified_of_it() -> None:
    due = due_request(window(60), None, at(60), "a")
    assert due is not None
    assert (due.row.status, due.event) == (RequestStatus.ENDED, None)
    ended = due_event(broken(60, is_review_required=True), at(60), "a")
    assert ended is not None
    assert (ended.row.status, ended.event) == (EventStatus.EXPIRED, NoticeEvent.BREAK_GLASS_EXPIRED)


@pytest.mark.parametrize("status", [each for each in RequestStatus if each not in ("pending", "approved")])
def test_nothing_is_due_for_what_is_over(status: RequestStatus) -> None:
    assert due_request(replace(window(60), status=status), rule([5], 10), at(TTL), "a") is None


@pytest.mark.parametrize("status", [EventStatus.CLOSED, EventStatus.EXPIRED, EventStatus.REVIEWED])
def test_nothing_is_due_for_an_event_that_awaits_its_review(status: EventStatus) -> None:
    assert due_event(broken(60, status=status, is_review_required=True), at(120), "a") is None


def test_two_runs_in_one_second_write_different_rows() -> None:
    one, other = (due_request(pending(), rule([5]), NOW + HOUR, run) for run in ("a", "b"))
    assert one is not None
    assert other is not None
    assert one.row != other.row
