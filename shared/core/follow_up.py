"""What time alone makes due for one grant: a reminder, an escalation, a warning before the end, the end itself.

Each function gives the one step that is due at an instant, and the row as it is then written. Taking the step makes the
next one due, or none: however often and however late one looks, each instant of a rule is announced once. Instants that
passed since one last looked are announced together.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Generic, TypeVar

from shared.core.approval.create import by_rule
from shared.core.approval.decide import settle as settle_request
from shared.core.approval.extend import Extension, find_extend_rejection
from shared.core.approval.policy import ApprovalRule
from shared.core.approval.request import ApprovalRequest
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.break_glass.event import settle as settle_event
from shared.core.events import NoticeEvent
from shared.core.grants import EventStatus, RequestStatus
from shared.core.marks import Marks

Row = TypeVar("Row", ApprovalRequest, BreakGlassEvent)
WARNED_BEFORE: Final = timedelta(minutes=10)
# Of a window that is no longer than this, a warning would come when it has hardly begun.
_TOO_SHORT_TO_WARN: Final = timedelta(minutes=20)


class Step(StrEnum):
    """What is done for a row, as the audit line counts it."""

    REMINDED = "reminded"
    ESCALATED = "escalated"
    WARNED = "warned"
    EXPIRED = "expired"
    ENDED = "ended"  # an approved request whose window is over; no one is notified


class Extending(StrEnum):
    """Whether a window that ends soon may yet be extended."""

    POSSIBLE = "possible"
    ASKED = "asked"  # an extension waits for its approval
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Due(Generic[Row]):
    """A step: the row to write, and the event to notify of once it is written; None: of nothing.

    `extension` is set for the warning before the end of an approval.
    """

    step: Step
    row: Row
    event: NoticeEvent | None = None
    extension: Extending | None = None


def due_request(
    request: ApprovalRequest,
    rule: ApprovalRule | None,
    now: datetime,
    run: str,
    extension: ApprovalRequest | None = None,
) -> Due[ApprovalRequest] | None:
    """Give what is due for a request at `now` (UTC); None for nothing.

    `rule` is the present approval rule of its profile, None where it has no rule or the policy is not known: then no
    one is reminded. `run` is the id of this run. `extension` is the request that last asked to extend it.
    """
    now = now.replace(microsecond=0)
    marks = replace(request.marks, run=run)
    match request.status_at(now):
        case RequestStatus.EXPIRED if request.status is RequestStatus.PENDING:
            expired = replace(settle_request(request, now), marks=marks)
            return Due(Step.EXPIRED, expired, NoticeEvent.REQUEST_EXPIRED)
        case RequestStatus.ENDED if request.status is RequestStatus.APPROVED:
            return Due(Step.ENDED, replace(settle_request(request, now), marks=marks))
        case RequestStatus.APPROVED if _ends_soon(request.starts_at, request.ends_at, marks, now):
            return _due_ending(request, rule, now, marks, extension)
        case RequestStatus.PENDING if rule is not None:
            return _due_waiting(by_rule(request, rule), rule, now, marks)
        case _:
            return None


def due_event(event: BreakGlassEvent, now: datetime, run: str) -> Due[BreakGlassEvent] | None:
    """Give what is due for an event at `now` (UTC); None for nothing. `run` is the id of this run."""
    now = now.replace(microsecond=0)
    marks = replace(event.marks, run=run)
    if event.status is not EventStatus.ACTIVE:
        return None
    if event.status_at(now) is EventStatus.EXPIRED:
        expired = replace(settle_event(event, now), marks=marks)
        return Due(Step.EXPIRED, expired, NoticeEvent.BREAK_GLASS_EXPIRED)
    if _ends_soon(event.created_at, event.ends_at, marks, now):
        return Due(Step.WARNED, replace(event, marks=replace(marks, warned_at=now)), NoticeEvent.BREAK_GLASS_ENDING)
    return None


def _due_ending(
    request: ApprovalRequest, rule: ApprovalRule | None, now: datetime, marks: Marks, extension: ApprovalRequest | None
) -> Due[ApprovalRequest] | None:
    """Warn of the end, unless an approved extension follows: then access does not end."""
    status = None if extension is None else extension.status_at(now)
    if status is RequestStatus.APPROVED:
        return None
    if status is RequestStatus.PENDING:
        extending = Extending.ASKED
    elif rule is None or find_extend_rejection(Extension(request, extension), request.profile, rule, now):
        extending = Extending.IMPOSSIBLE
    else:
        extending = Extending.POSSIBLE
    warned = replace(request, marks=replace(marks, warned_at=now))
    return Due(Step.WARNED, warned, NoticeEvent.REQUEST_ENDING, extending)


def _due_waiting(
    request: ApprovalRequest, rule: ApprovalRule, now: datetime, marks: Marks
) -> Due[ApprovalRequest] | None:
    """Escalate or remind. An escalation asks the approvers again, so it is a reminder as well."""
    waited = now - request.created_at
    if rule.escalation is not None and marks.escalated_at is None and waited >= rule.escalation.after:
        marks = replace(marks, reminded_at=now, escalated_at=now)
        return Due(Step.ESCALATED, replace(request, marks=marks), NoticeEvent.REQUEST_ESCALATED)
    reminded = (marks.reminded_at or request.created_at) - request.created_at
    if _any_between(reminded, rule.reminders or (), waited):
        return Due(Step.REMINDED, replace(request, marks=replace(marks, reminded_at=now)), NoticeEvent.REQUEST_REMINDER)
    return None


def _any_between(after: timedelta, times: Iterable[timedelta], until: timedelta) -> bool:
    return any(after < each <= until for each in times)


def _ends_soon(starts_at: datetime | None, ends_at: datetime | None, marks: Marks, now: datetime) -> bool:
    if starts_at is None or ends_at is None or marks.warned_at is not None:
        return False
    return ends_at - starts_at > _TOO_SHORT_TO_WARN and ends_at - WARNED_BEFORE <= now < ends_at
