"""Closing and reviewing a break-glass event: pure transitions; each gives the next state or a rejection."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.core.action import Action
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.break_glass.status import EventStatus
from shared.core.people import Person, same_person


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
