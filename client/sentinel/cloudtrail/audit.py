"""Whether a session row explains an event that issued credentials of a protected role."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Final

from sentinel.api.sessions import Session
from sentinel.cloudtrail.events import TrailEvent
from shared.core.stamp import Stamp, parse_stamp

# Every way STS issues credentials of a role (STS API reference). Sentinel's is the first; the others explain nothing.
ISSUING: Final = ("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")
PROTECTED_ROLES: Final = ("arn:*:iam::*:role/sentinel/protected/*",)
_CLOCKS_DIFFER: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Unexplained:
    """An event nobody vouches for, and why."""

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
