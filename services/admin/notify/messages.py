"""What a notice says to people: one or two sentences, and the command that comes next."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from services.admin.notify.quoting import name, quote
from shared.core.durations import format_duration
from shared.core.events import NoticeEvent
from shared.core.follow_up import Extending
from shared.core.revocation import Target

# The object of the API's answers that the notice is about.
Details: TypeAlias = Mapping[str, Any]
_NAMED: Final = 5
_NAMES: Final = ("id", "user", "profile", "name")


def sentence(event: NoticeEvent, actor: str | None, details: Details) -> str:
    """Say what happened. `actor` is the user who did it, None where time did.

    What people wrote is in quotes, on one line and cut where it is long.
    """
    return _SENTENCES[event](name(actor or "Sentinel"), _with_plain_names(details))


def _filed(_: str, request: Details) -> str:
    needed = "" if request["quorum"] == 1 else f"It needs {request['quorum']} approvals. "
    asks = "asks for" if request["extends"] is None else "asks to extend"
    return (
        f"{request['user']} {asks} {request['profile']} {_window(request)}: {_why(request)}. "
        f"{needed}{_who_can(request)}"
    )


def _voted(actor: str, request: Details) -> str:
    comment = _comment(_vote_of(actor, request))
    return (
        f"{actor} approved {_whose(actor, request)} {_request(request)} {_window(request)}{comment}, "
        f"{len(request['approvals'])} of {request['quorum']} approvals. {_who_can(request)}"
    )


def _approved(actor: str, request: Details) -> str:
    window = request["window"]
    by = "the approval policy" if request["auto_approved"] else _listed("and", _voters(request))
    comment = "" if request["auto_approved"] else _comment(_vote_of(actor, request))
    return (
        f"{request['user']} may use {request['profile']} from {_instant(window['starts_at'])} "
        f"to {_instant(window['ends_at'])}: {_why(request)}. Approved by {by}{comment}."
    )


def _denied(actor: str, request: Details) -> str:
    return f"{actor} denied {_whose(actor, request)} {_request(request)}{_comment(request['ended'])}."


def _cancelled(actor: str, request: Details) -> str:
    return f"{actor} cancelled {_whose(actor, request)} {_request(request)}{_comment(request['ended'])}."


def _withdrawn(actor: str, request: Details) -> str:
    return (
        f"{actor} withdrew {_whose(actor, request)} approved {_request(request)}"
        f"{_comment(request['ended'])}. No new credentials are given for it."
    )


def _request_expired(_: str, request: Details) -> str:
    return (
        f"{request['user']}'s {_request(request)} expired: it was not decided by {_instant(request['pending_until'])}."
    )


def _reminder(_: str, request: Details) -> str:
    return (
        f"{request['user']}'s {_request(request)} {_window(request)} waits since "
        f"{_instant(request['created_at'])}, and expires at {_instant(request['pending_until'])}: {_why(request)}. "
        f"{_so_far(request)}{_who_can(request)}"
    )


def _escalated(_: str, request: Details) -> str:
    return (
        f"{request['user']}'s {_request(request)} {_window(request)} was not decided since "
        f"{_instant(request['created_at'])}, and more people may now: {_why(request)}. "
        f"{_so_far(request)}{_who_can(request)}"
    )


def _request_ending(_: str, request: Details) -> str:
    return (
        f"{request['user']}'s approval for {request['profile']} ends at {_instant(request['window']['ends_at'])}, "
        f"and with it the access that it gives.{_extending(request)}"
    )


def _extending(request: Details) -> str:
    match request["extension"]:
        case Extending.ASKED:
            return f" Request {request['extended_by']}, which extends it, still waits for its approval."
        case Extending.POSSIBLE:
            return f" To extend it: sentinel request create --extend {request['id']}"
        case _:
            return ""


def _event_ending(_: str, event: Details) -> str:
    return (
        f"{event['user']}'s break-glass event on {event['profile']} ends at {_instant(event['window']['ends_at'])}, "
        "and with it the access that it gives."
    )


def _started(_: str, event: Details) -> str:
    return (
        f"{event['user']} broke glass on {event['profile']} until {_instant(event['window']['ends_at'])} "
        f"({event['reason']}): {quote(event['justification'])}. To end it: sentinel break-glass close {event['id']}"
    )


def _closed(actor: str, event: Details) -> str:
    return (
        f"{actor} closed {_whose(actor, event)} break-glass event on {event['profile']}{_comment(event['ended'])}."
        f"{_review(event)}"
    )


def _event_expired(_: str, event: Details) -> str:
    return (
        f"{event['user']}'s break-glass event on {event['profile']} ended at {_instant(event['window']['ends_at'])}."
        f"{_review(event)}"
    )


def _reviewed(actor: str, event: Details) -> str:
    return (
        f"{actor} reviewed {_whose(actor, event)} break-glass event on {event['profile']}{_comment(event['review'])}."
    )


def _session_revoked(actor: str, session: Details) -> str:
    return (
        f"{actor} revoked {_whose(actor, session)} session {session['id']} of {session['profile']}{_revoked(session)}."
    )


def _sessions_revoked(actor: str, revocation: Details) -> str:
    return f"{actor} revoked every session of {_about(revocation)}: {quote(revocation['reason'])}."


def _locked(actor: str, lockout: Details) -> str:
    until = "until it is lifted" if lockout["ends_at"] is None else f"until {_instant(lockout['ends_at'])}"
    return f"{actor} locked out {_about(lockout)} {until}: {quote(lockout['reason'])}."


def _unlocked(actor: str, lockout: Details) -> str:
    return f"{actor} lifted the lockout of {_about(lockout)}{_comment(lockout['lifted'])}."


_SENTENCES: Final[Mapping[NoticeEvent, Callable[[str, Details], str]]] = {
    NoticeEvent.REQUEST_FILED: _filed,
    NoticeEvent.REQUEST_VOTED: _voted,
    NoticeEvent.REQUEST_APPROVED: _approved,
    NoticeEvent.REQUEST_DENIED: _denied,
    NoticeEvent.REQUEST_CANCELLED: _cancelled,
    NoticeEvent.REQUEST_WITHDRAWN: _withdrawn,
    NoticeEvent.REQUEST_EXPIRED: _request_expired,
    NoticeEvent.REQUEST_REMINDER: _reminder,
    NoticeEvent.REQUEST_ESCALATED: _escalated,
    NoticeEvent.REQUEST_ENDING: _request_ending,
    NoticeEvent.BREAK_GLASS_STARTED: _started,
    NoticeEvent.BREAK_GLASS_CLOSED: _closed,
    NoticeEvent.BREAK_GLASS_EXPIRED: _event_expired,
    NoticeEvent.BREAK_GLASS_ENDING: _event_ending,
    NoticeEvent.BREAK_GLASS_REVIEWED: _reviewed,
    NoticeEvent.SESSION_REVOKED: _session_revoked,
    NoticeEvent.SESSIONS_REVOKED: _sessions_revoked,
    NoticeEvent.LOCKOUT_SET: _locked,
    NoticeEvent.LOCKOUT_LIFTED: _unlocked,
}


def _with_plain_names(details: Details) -> Details:
    """Have every name in an object written as a sentence takes it."""
    return {
        **details,
        **{key: name(details[key]) for key in _NAMES if details.get(key)},
        "approvers": list(map(name, details.get("approvers", ()))),
        "approvals": [{**vote, "user": name(vote["user"])} for vote in details.get("approvals", ())],
    }


def _about(details: Details) -> str:
    return Target(details["target"]).words(details["name"] or "")


def _revoked(session: Details) -> str:
    act = session["revoked"]
    return "" if act is None or act["comment"] is None else f": {quote(act['comment'])}"


def _request(request: Details) -> str:
    word = "request for" if request["extends"] is None else "request to extend"
    return f"{word} {request['profile']}"


def _window(request: Details) -> str:
    """Say how long the window is to be, and from when where that was asked for; of an extension, until when."""
    duration = timedelta(seconds=request["duration_s"])
    length = format_duration(duration)
    if request["extends"] is not None:
        ends_at = datetime.fromisoformat(request["starts_at"]) + duration
        return f"by {length} until {ends_at:%Y-%m-%d %H:%M} UTC"
    return f"for {length}" if request["starts_at"] is None else f"for {length} from {_instant(request['starts_at'])}"


def _why(request: Details) -> str:
    ticket = "" if request["ticket"] is None else f" (ticket {quote(request['ticket'])})"
    return quote(request["reason"]) + ticket


def _who_can(request: Details) -> str:
    return f"{_listed('or', request['approvers'])} can approve: sentinel request approve {request['id']}"


def _so_far(request: Details) -> str:
    if request["quorum"] == 1:
        return ""
    return f"It has {len(request['approvals'])} of {request['quorum']} approvals. "


def _review(event: Details) -> str:
    return f" It awaits a review: sentinel break-glass review {event['id']}" if event["review_required"] else ""


def _whose(actor: str, details: Details) -> str:
    return "their own" if actor == details["user"] else f"{details['user']}'s"


def _voters(request: Details) -> list[str]:
    return [vote["user"] for vote in request["approvals"]]


def _vote_of(actor: str, request: Details) -> Details | None:
    return next((vote for vote in request["approvals"] if vote["user"] == actor), None)


def _comment(act: Details | None) -> str:
    return "" if act is None or act["comment"] is None else f" ({quote(act['comment'])})"


def _listed(word: str, names: Iterable[str]) -> str:
    """Write `a, b or c`; of a long list only the beginning, and how many more there are."""
    named = list(names)
    if len(named) > _NAMED:
        named = [*named[: _NAMED - 1], f"{len(named) - _NAMED + 1} more"]
    return f" {word} ".join(filter(None, [", ".join(named[:-1]), *named[-1:]]))


def _instant(written: str) -> str:
    """Write `2026-11-02T13:00:00Z` as `2026-11-02 13:00 UTC`."""
    return f"{written[:10]} {written[11:16]} UTC"
