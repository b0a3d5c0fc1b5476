"""Revocations: they end issued sessions, a single one or all up to an instant."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.core.durations import CHAINING_MAXIMUM

# Records and cutoffs have whole seconds: a vend in the same second as the cutoff would be revoked at once.
ONE_SECOND: Final = timedelta(seconds=1)
# The latest response to any request: the maximum of the setting for the deadline.
LONGEST_REQUEST: Final = timedelta(seconds=25)
# A vend issues up to this much after its decision: its request's time, plus the difference between two machines'
# clocks. A revocation reaches everything that was issued until then.
ISSUE_MARGIN: Final = LONGEST_REQUEST + timedelta(seconds=5)
# A session may assume further roles until its end, and their sessions last another hour.
_LONGEST_CHAIN: Final = 2 * CHAINING_MAXIMUM + ISSUE_MARGIN
# IAM takes seconds to propagate a policy version; until then a revoked session may still assume roles.
SPREAD_MARGIN: Final = timedelta(minutes=2)


class Target(StrEnum):
    """What a revocation ends: one session, or all of a user, of a profile or of everyone up to an instant."""

    SESSION = "session"
    USER = "user"
    PROFILE = "profile"
    ALL = "all"

    def words(self, name: str) -> str:
        """Give the target in plain words."""
        return "everyone" if self is Target.ALL else f"{self} {name}"


@dataclass(frozen=True, slots=True)
class Revocation:
    """One revocation. `name` is the session's id, the user or the profile; empty for all.

    `issued_until` (UTC) is the latest instant at which STS can have issued what it ends, sessions of further assumed
    roles not included. `user` is the session's user, empty for the other targets. `revoked_at` is when it was made;
    None where that is not known. `is_own`: made by someone without the permission to revoke, of their own sessions.
    """

    target: Target
    name: str
    issued_until: datetime
    user: str = ""
    revoked_at: datetime | None = None
    is_own: bool = False

    @property
    def issued_from(self) -> datetime:
        """The earliest instant of issue of a session that can be active at `issued_until`; older ones have ended."""
        return self.issued_until - CHAINING_MAXIMUM - ISSUE_MARGIN

    @property
    def reaches_until(self) -> datetime:
        """The latest instant of issue of anything it ends, sessions of further assumed roles included."""
        if self.target is not Target.SESSION or self.revoked_at is None:
            return self.issued_until
        return max(self.issued_until, self.revoked_at + ISSUE_MARGIN)

    @property
    def matters_from(self) -> datetime:
        """The start of the last hour in which it matters: no session, vended or chained, lasts longer."""
        if self.revoked_at is None:
            return self.issued_until
        return max(self.issued_until, self.revoked_at + SPREAD_MARGIN)

    def is_live(self, now: datetime) -> bool:
        """Whether anything it ends can still be active."""
        return now < self.matters_from + CHAINING_MAXIMUM


def revoke_many(target: Target, name: str, at: datetime, reached: datetime | None, *, is_own: bool) -> Revocation:
    """Revoke all sessions of a user, of a profile or of everyone, at an instant (UTC).

    It includes what vends in progress may still issue, and is never before an earlier cutoff `reached`.
    """
    issued_until = max(at + ISSUE_MARGIN, reached or at)
    return Revocation(target, name, issued_until, revoked_at=at, is_own=is_own)


def locked_until(revocation: Revocation, at: datetime, lock_for: timedelta | None) -> datetime:
    """Give the end of the lockout: after the revocation's own reach, and after the requested lockout, if any."""
    return max(revocation.issued_until + ONE_SECOND, at + (lock_for or timedelta(0)))


def unreached_since(cutoff: datetime | None, now: datetime) -> datetime | None:
    """Give the earliest issue after a user's cutoff of a session that can be active; None if none can be.

    While the cutoff is later than `now`, the user is locked out and the cutoff reaches every session.
    """
    if cutoff is None:
        return now - _LONGEST_CHAIN
    return None if cutoff >= now else max(now - _LONGEST_CHAIN, cutoff + ONE_SECOND)
