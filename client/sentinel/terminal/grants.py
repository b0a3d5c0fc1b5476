"""Requests and events on a terminal: a table of many, the facts of one."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import click

from sentinel.api.grants import (
    Action,
    ApprovalRequest,
    BreakGlassEvent,
    EventAnswer,
    Grant,
    RequestAnswer,
    Window,
)
from sentinel.terminal.output import note, print_json
from sentinel.terminal.tables import print_table
from sentinel.terminal.times import absolute, relative
from shared.core.durations import format_duration

_STYLES: Final = {
    "pending": "yellow",
    "approved": "green",
    "active": "red",
    "denied": "red",
    "closed": "yellow",
    "expired": "yellow",
    "reviewed": "green",
}
_HEAD: Final = ("id", "status", "user", "profile", "for", "when", "why")


class Announced(Protocol):
    """An answer to a change: which targets were notified."""

    @property
    def notified(self) -> Mapping[str, bool]: ...


def print_grants(grants: Sequence[Grant], plural: str, now: datetime, *, as_json: bool) -> None:
    """Print a list: a table for people, one JSON object for scripts."""
    if as_json:
        print_json({plural: [grant.model_dump(mode="json") for grant in grants]})
    elif grants:
        print_table(_HEAD, (_cells(grant, now) for grant in grants), _STYLES)
    else:
        note(f"there are no such {plural}")


def print_grant(grant: Grant, now: datetime, *, as_json: bool) -> None:
    """Print one with everything known of it."""
    if as_json:
        print_json(grant.model_dump(mode="json"))
        return
    for name, value in _facts(grant, now):
        if value:
            click.echo(f"{name:<14} {value}")


def warn_unnotified(answer: Announced) -> None:
    """Name the targets whose notification failed. The change itself is made."""
    for target in (target for target, arrived in answer.notified.items() if not arrived):
        note(f"done, but the notification to {target} failed: inform them yourself")


def note_extensions_ended(answer: RequestAnswer | EventAnswer) -> None:
    """Name the requests that ended with the one they extended."""
    for request_id in answer.extensions_ended if isinstance(answer, RequestAnswer) else ():
        note(f"its extension, request {request_id}, is ended too")


def notified_words(answer: Announced) -> str:
    """Say which targets were notified of a change."""
    arrived = [target for target, has_arrived in answer.notified.items() if has_arrived]
    return f"notified: {', '.join(arrived)}" if arrived else "no notification was sent: none is configured"


def approve_words(request: ApprovalRequest, link: str | None = None) -> str:
    """Say who can approve, and what they run, or open in a browser."""
    people = " or ".join(request.approvers)
    count = "" if request.quorum == 1 else f"{request.quorum} of "
    return f"{count}{people} can approve it: sentinel request approve {request.id}" + (f" or {link}" if link else "")


def _cells(grant: Grant, now: datetime) -> tuple[str, ...]:
    duration = format_duration(timedelta(seconds=grant.duration_s))
    start = _start(grant)
    wanted = duration if start is None else f"{duration} from {absolute(start)}"
    if isinstance(grant, ApprovalRequest) and grant.extends:
        wanted = f"{duration} after {grant.extends}"
    return grant.id, grant.status, grant.user, grant.profile, wanted, _when(grant, now), _why(grant)


def _facts(grant: Grant, now: datetime) -> Iterator[tuple[str, str]]:
    yield "id", grant.id
    yield "status", f"{grant.status}, {_when(grant, now)}"
    yield "user", grant.user
    yield "profile", grant.profile
    yield "duration", format_duration(timedelta(seconds=grant.duration_s))
    if isinstance(grant, ApprovalRequest):
        yield "extends", grant.extends or ""
        yield "extended by", grant.extended_by or ""
        yield "starts", _start_words(grant, now)
        yield "reason", grant.reason
        yield "ticket", grant.ticket or ""
        yield "uses", "one vend" if grant.uses == "once" else ""
        yield "approvers", f"{grant.quorum} of {', '.join(grant.approvers)}"
        for approval in grant.approvals:
            yield "approved", action_words(Action(by=approval.user, at=approval.at, comment=approval.comment), now)
    else:
        yield "reason", grant.reason
        yield "justification", grant.justification
        yield "review", "required" if grant.review_required and grant.review is None else ""
    if grant.window is not None:
        yield "window", _window_words(grant.window, now)
        yield "shorter", _shortened_words(grant, grant.window)
    if grant.ended is not None:
        yield "ended", action_words(grant.ended, now)
    if isinstance(grant, BreakGlassEvent) and grant.review is not None:
        yield "reviewed", action_words(grant.review, now)


def _shortened_words(grant: Grant, window: Window) -> str:
    """Say why an automatically approved request got less time than requested."""
    is_shorter = window.ends_at - window.starts_at < timedelta(seconds=grant.duration_s)
    if not isinstance(grant, ApprovalRequest) or not grant.auto_approved or not is_shorter:
        return ""
    return "it ends with the hours of automatic approval; an approver can approve another request for longer"


def _window_words(window: Window, now: datetime) -> str:
    began, is_over = ("begins" if window.starts_at > now else "began"), window.ends_at <= now
    end = "ended" if is_over else "ends"
    return (
        f"{began} {relative(window.starts_at, now)} ({absolute(window.starts_at)}), "
        f"{end} {relative(window.ends_at, now)} ({absolute(window.ends_at)})"
    )


def _start(grant: Grant) -> datetime | None:
    """Return the requested start of the window; None for at once."""
    return grant.starts_at if isinstance(grant, ApprovalRequest) else None


def _start_words(request: ApprovalRequest, now: datetime) -> str:
    """Say when the window would begin if approved; empty once there is a window."""
    if request.window is not None:
        return ""
    if request.starts_at is None:
        return "as soon as it is approved"
    return f"{relative(request.starts_at, now)} ({absolute(request.starts_at)}), or when it is approved, if later"


def action_words(action: Action, now: datetime) -> str:
    """Say who did something, when, and what they said."""
    by = f"by {action.by} " if action.by else ""
    return f"{by}{relative(action.at, now)}" + (f": {action.comment}" if action.comment else "")


def _when(grant: Grant, now: datetime) -> str:
    if isinstance(grant, ApprovalRequest) and grant.status == "pending":
        return f"expires {relative(grant.pending_until, now)}"
    if grant.status in ("approved", "active") and grant.window is not None:
        upcoming = grant.window.starts_at > now
        return (
            f"begins {relative(grant.window.starts_at, now)}"
            if upcoming
            else f"ends {relative(grant.window.ends_at, now)}"
        )
    return f"filed {relative(grant.created_at, now)}"


def _why(grant: Grant) -> str:
    if isinstance(grant, ApprovalRequest):
        return f"{grant.ticket}: {grant.reason}" if grant.ticket else grant.reason
    return f"{grant.reason}: {grant.justification}"
