"""A break-glass event: who got access without an approval, why, for how long, who reviewed it, and its transitions.

    active ──→ closed | expired ──→ reviewed

Time moves `active` to `expired` without a write: decide by `status_at`. `close` and `review` give the next state or a
rejection.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.core.break_glass.policy import ReasonCode
from shared.core.grants import EventStatus
from shared.core.marks import UNMARKED, Marks
from shared.core.people import Action, Person, same_person


@dataclass(frozen=True, slots=True)
class BreakGlassEvent:
    """One event. It starts when it is created; instants are UTC, to the second.

    `ends_at` is its planned end, `ended` says how it really ended, and `review` who reviewed it. `rule` and
    `policy_version` are of the break-glass policy.
    """

    event_id: str
    invoker: Person
    invoker_arn: str
    account: str
    profile: str
    reason: ReasonCode
    justification: str
    created_at: datetime
    ends_at: datetime
    is_review_required: bool
    rule: str
    policy_version: str
    status: EventStatus = EventStatus.ACTIVE
    ended: Action | None = None
    review: Action | None = None
    marks: Marks = UNMARKED

    @property
    def user(self) -> str:
        return self.invoker.user

    def status_at(self, now: datetime) -> EventStatus:
        """Give the state at an instant: the written status, and what time has changed since."""
        has_lapsed = self.status is EventStatus.ACTIVE and now >= self.ends_at
        return EventStatus.EXPIRED if has_lapsed else self.status

    @property
    def over_at(self) -> datetime:
        """When the event was, or will be, over."""
        return self.ends_at if self.ended is None else self.ended.at

    @property
    def awaits_review(self) -> bool:
        """Whether a review is required and missing, also while the event is active."""
        return self.is_review_required and self.status is not EventStatus.REVIEWED


class ClosingRejection(StrEnum):
    """Why a transition is rejected."""

    NOT_PERMITTED = "neither the invoker, nor an approver of the profile, nor named by the admin policy"
    OWN_EVENT = "no one may review their own event"
    WRONG_STATE = "the event's state does not allow it"


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts on an event, when (UTC), and their comment.

    `is_entitled`: the policies allow it, because the person approves the profile or by the admin policy.
    """

    by: Person
    at: datetime
    is_entitled: bool
    comment: str | None = None


def close(event: BreakGlassEvent, act: Act) -> BreakGlassEvent | ClosingRejection:
    """Close an active event before its end. Its invoker always may."""
    if act.by.user != event.user and not act.is_entitled:
        return ClosingRejection.NOT_PERMITTED
    match event.status_at(act.at):
        case EventStatus.ACTIVE:
            ended = Action(act.by.user, act.at, act.comment)
            return replace(event, status=EventStatus.CLOSED, ended=ended)
        case EventStatus.CLOSED:
            return event
        case _:
            return ClosingRejection.WRONG_STATE


def review(event: BreakGlassEvent, act: Act) -> BreakGlassEvent | ClosingRejection:
    """Record another person's review of an event that is over. A second review changes nothing."""
    if same_person(act.by, event.invoker):
        return ClosingRejection.OWN_EVENT
    if not act.is_entitled:
        return ClosingRejection.NOT_PERMITTED
    over = settle(event, act.at)
    match over.status:
        case EventStatus.ACTIVE:
            return ClosingRejection.WRONG_STATE
        case EventStatus.REVIEWED:
            return event
        case EventStatus.CLOSED | EventStatus.EXPIRED:
            return replace(over, status=EventStatus.REVIEWED, review=Action(act.by.user, act.at, act.comment))


def settle(event: BreakGlassEvent, now: datetime) -> BreakGlassEvent:
    """Give the event with what time has changed: past its end it is expired."""
    if event.status_at(now) is event.status:
        return event
    return replace(event, status=EventStatus.EXPIRED, ended=Action(by=None, at=event.ends_at))
