"""Comparing CloudTrail with the sessions: an event that issued credentials of a protected role needs a session."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final

from sentinel.api.rate_limit import Pause, within_limit
from sentinel.api.sessions import Session
from sentinel.api.sessions_client import SessionApi
from sentinel.cloudtrail.events import TrailEvent
from sentinel.cloudtrail.history import CloudTrail, TrailError
from sentinel.cloudtrail.scope import Scope
from sentinel.errors import Refusal
from sentinel.terminal.output import accepted
from shared.core.stamp import Stamp, parse_stamp

# Every way STS issues credentials of a role (STS API reference). Sentinel's is the first; the others explain nothing.
ISSUING: Final = ("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")
_NOT_FOUND: Final = "not_found"
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
# Within one request, AssumeRole may be called again where an answer is slow: with the same credentials.
_ONE_REQUEST: Final = timedelta(seconds=30)
Issuing = tuple[TrailEvent, str]


@dataclass(frozen=True, slots=True)
class Unexplained:
    """An event that no session row explains, and why."""

    event: TrailEvent
    role_arn: str
    why: str


def protected_role(event: TrailEvent, globs: Sequence[str]) -> str | None:
    """Name the protected role an event is about; None for another."""
    role = event.parameter("roleArn")
    return role if role is not None and any(fnmatchcase(role, glob) for glob in globs) else None


def claimed_stamp(event: TrailEvent) -> Stamp | None:
    """Read whose session an event says it is: the source identity it sets or, in a chain, the one it inherited.

    A caller that has a source identity cannot set another (STS API reference, AssumeRole).
    """
    return parse_stamp(event.caller_source_identity or event.parameter("sourceIdentity") or "")


def find_doubt(event: TrailEvent, role_arn: str, session: Session | None) -> str | None:
    """Say why the row of the session the event claims does not explain it; None where it does."""
    stamp = claimed_stamp(event)
    if stamp is None:
        return "its source identity is not one of Sentinel's"
    if session is None:
        return f"there is no session {stamp.session_id}"
    if session.stamp != str(stamp):
        return f"session {session.id} has another stamp"
    doubt = _chain_doubt(event, session) if event.caller_source_identity else _vend_doubt(event, role_arn, session)
    if doubt is None and event.error is None and session.status == "failed":
        return f"session {session.id} says that nothing was issued"
    return doubt


def _vend_doubt(event: TrailEvent, role_arn: str, session: Session) -> str | None:
    if session.role_arn != role_arn:
        return f"session {session.id} is of another role"
    if abs(event.at - session.issued_at) > _CLOCKS_DIFFER:
        return f"session {session.id} was issued at another time"
    return None


def _chain_doubt(event: TrailEvent, session: Session) -> str | None:
    if event.caller_role_arn != session.role_arn:
        return f"the caller's role is not that of session {session.id}"
    if not session.issued_at - _CLOCKS_DIFFER <= event.at <= session.ends_at + _CLOCKS_DIFFER:
        return f"session {session.id} was not live then"
    return None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many events were on protected roles, those that no session explains, and what was not looked at.

    `sessions` are those that the events claim.
    """

    checked: int
    unexplained: Sequence[Unexplained]
    gaps: Sequence[str]
    sessions: Sequence[Session] = ()


@dataclass(slots=True)
class _Vends:
    """The events that issued the credentials of each session. A stamp can be read, and so can be used again."""

    _first: dict[str, TrailEvent] = field(default_factory=dict)

    def find_doubt(self, event: TrailEvent, session_id: str) -> str | None:
        """Say why an event is not of the same request as the others of its session; None where it is."""
        if event.error is not None or event.caller_source_identity:
            return None
        first = self._first.setdefault(session_id, event)
        is_same_caller = event.identity.access_key_id == first.identity.access_key_id
        if is_same_caller and abs(event.at - first.at) <= _ONE_REQUEST:
            return None
        return f"event {first.id} issued session {session_id}, too: one of them is not Sentinel's"


async def find_in_all(trails: Mapping[str, CloudTrail], scope: Scope, begin: datetime, end: datetime) -> list[Issuing]:
    """Find the events of every region, at once: each has a limit of its own. One that cannot be asked becomes a gap.

    Those shortly before `begin` are found, too: a session that was issued then may be claimed again afterwards.

    Raises:
        TrailError: none can be asked; the first one's reason.

    """

    def look(region: str) -> list[Issuing] | TrailError:
        try:
            return list(find_issuing(trails[region], scope.globs, begin - _CLOCKS_DIFFER, end))
        except TrailError as error:
            return error

    answers = await asyncio.gather(*(asyncio.to_thread(look, region) for region in scope.regions))
    failed = {region: each for region, each in zip(scope.regions, answers, strict=True) if isinstance(each, TrailError)}
    if len(failed) == len(scope.regions):
        raise next(iter(failed.values()))
    scope.gaps.extend(f"the region {region}: {error.message}" for region, error in failed.items())
    found = (issuing for each in answers if not isinstance(each, TrailError) for issuing in each)
    return list({event.id: (event, role) for event, role in found}.values())


def find_issuing(trail: CloudTrail, globs: Sequence[str], begin: datetime, end: datetime) -> Iterator[Issuing]:
    """Find the events that ask for credentials of a protected role, each with the role.

    By the event's name, not by the role's: an attempt that AWS refused names no resource, and a role below a protected
    path may be in no profile.

    Raises:
        TrailError: CloudTrail cannot be asked.

    """
    for name in ISSUING:
        for event in trail.look_up("EventName", name, begin, end):
            role = protected_role(event, globs)
            if role is not None:
                yield event, role


async def verify(
    api: SessionApi, issuing: Iterable[Issuing], gaps: Sequence[str], pause: Pause = asyncio.sleep
) -> Verdict:
    """Look up the session of every event.

    Raises:
        RefusedError: the caller may not read all sessions. A session they may not see would look like none.

    """
    accepted(await api.page({"view": "all", "limit": "1"}))
    known: dict[str, Session | None] = {}
    checked, unexplained, vends = 0, list[Unexplained](), _Vends()
    for event, role in issuing:
        checked += 1
        stamp = claimed_stamp(event)
        if stamp is not None and stamp.session_id not in known:
            known[stamp.session_id] = await find_row(api, stamp.session_id, pause)
        doubt = find_doubt(event, role, None if stamp is None else known[stamp.session_id])
        if doubt is None and stamp is not None:
            doubt = vends.find_doubt(event, stamp.session_id)
        if doubt is not None:
            unexplained.append(Unexplained(event, role, doubt))
    nothing = [] if checked else ["anything: there was no event on a protected role in this time, so nothing is shown"]
    sessions = [session for session in known.values() if session is not None]
    return Verdict(checked, unexplained, [*gaps, *nothing], sessions)


async def find_row(api: SessionApi, session_id: str, pause: Pause = asyncio.sleep) -> Session | None:
    """Find the row of a session; None without one.

    Raises:
        RefusedError: the service refuses to say.

    """
    answer = await within_limit(lambda: api.find(session_id), pause)
    if isinstance(answer, Refusal) and answer.code == _NOT_FOUND:
        return None
    return accepted(answer).session
