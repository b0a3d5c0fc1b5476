"""Comparing CloudTrail with the sessions: every credential of a protected role must have a row."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sentinel.audit import ISSUING, Unexplained, claimed_stamp, find_doubt, protected_role
from sentinel.cloudtrail import CloudTrail
from sentinel.output import accepted
from sentinel.refusal import Refusal
from sentinel.session_api import SessionApi
from sentinel.sessions import Session
from sentinel.trail import TrailEvent

_NOT_FOUND: Final = "not_found"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many events were on protected roles, and those that no session explains."""

    checked: int
    unexplained: Sequence[Unexplained]


def find_issuing(
    trail: CloudTrail, globs: Sequence[str], begin: datetime, end: datetime
) -> Iterator[tuple[TrailEvent, str]]:
    """Find the events that ask for credentials of a protected role, each with the role.

    Raises:
        TrailError: CloudTrail cannot be asked.

    """
    seen = set[str]()
    for name in ISSUING:
        for event in trail.look_up("EventName", name, begin, end):
            role = protected_role(event, globs)
            if role is not None and event.id not in seen:
                seen.add(event.id)
                yield event, role


async def verify(api: SessionApi, issuing: Iterable[tuple[TrailEvent, str]]) -> Verdict:
    """Look every event's session up.

    Raises:
        RefusedError: the caller may not read all sessions. A session they may not see would look like none.

    """
    accepted(await api.page({"view": "all", "limit": "1"}))
    known: dict[str, Session | None] = {}
    checked, unexplained = 0, list[Unexplained]()
    for event, role in issuing:
        checked += 1
        stamp = claimed_stamp(event)
        if stamp is not None and stamp.session_id not in known:
            known[stamp.session_id] = await _find(api, stamp.session_id)
        doubt = find_doubt(event, role, None if stamp is None else known[stamp.session_id])
        if doubt is not None:
            unexplained.append(Unexplained(event, role, doubt))
    return Verdict(checked, unexplained)


async def _find(api: SessionApi, session_id: str) -> Session | None:
    answer = await api.find(session_id)
    if isinstance(answer, Refusal) and answer.code == _NOT_FOUND:
        return None
    return accepted(answer).session
