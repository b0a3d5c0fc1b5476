"""Revocations: what ends the sessions STS already issued, one by one or all up to an instant."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.core.durations import CHAINING_MAXIMUM

# Records and cutoffs keep whole seconds: a vend in the cutoff's own second would be revoked at once.
ONE_SECOND: Final = timedelta(seconds=1)
# No request is answered later than this: the most that the setting of a deadline may say.
LONGEST_REQUEST: Final = timedelta(seconds=25)
# A vend decides first and issues up to this much later: within its request's time, and with the clocks of two machines
# apart. A revocation reaches whatever was issued until then.
ISSUE_MARGIN: Final = LONGEST_REQUEST + timedelta(seconds=5)
# A session may chain up to its end, and what it chained into lives another hour.
_LONGEST_CHAIN: Final = 2 * CHAINING_MAXIMUM + ISSUE_MARGIN
# IAM takes seconds to spread a policy's version, during which a session that was revoked may still chain.
SPREAD_MARGIN: Final = timedelta(minutes=2)


class Target(StrEnum):
    """What a revocation ends: one session, or every session issued up to an instant to a user, of a profile, at all."""

    SESSION = "session"
    USER = "user"
    PROFILE = "profile"
    ALL = "all"

    def words(self, name: str) -> str:
        """Name in plain words whom or what it is about."""
        return "everyone" if self is Target.ALL else f"{self} {name}"


@dataclass(frozen=True, slots=True)
class Revocation:
    """One revocation. `name` is the session's id, the user or the profile; empty for all.

    `issued_until` (UTC) is the latest instant at which STS can have issued what it ends, what that chained into left
    aside. `user` is whose session it is, and empty for the others. `revoked_at` is when it was made; None where that is
    not known. It `is_own` where somebody without the permission to revoke made it of what is theirs.
    """

    target: Target
    name: str
    issued_until: datetime
    user: str = ""
    revoked_at: datetime | None = None
    is_own: bool = False

    @property
    def issued_from(self) -> datetime:
        """The earliest issue that can still be alive at `issued_until`: what is older has ended by itself."""
        return self.issued_until - CHAINING_MAXIMUM - ISSUE_MARGIN

    @property
    def reaches_until(self) -> datetime:
        """The latest issue of anything it ends, what a session chained into up to its revocation included."""
        if self.target is not Target.SESSION or self.revoked_at is None:
            return self.issued_until
        return max(self.issued_until, self.revoked_at + ISSUE_MARGIN)

    @property
    def matters_from(self) -> datetime:
        """The instant from which on it matters for an hour: nothing vended, and nothing chained, lives longer."""
        if self.revoked_at is None:
            return self.issued_until
        return max(self.issued_until, self.revoked_at + SPREAD_MARGIN)

    def is_live(self, now: datetime) -> bool:
        """Whether anything it ends can still be alive."""
        return now < self.matters_from + CHAINING_MAXIMUM


def revoke_many(target: Target, name: str, at: datetime, reached: datetime | None, *, is_own: bool) -> Revocation:
    """Revoke all sessions of a user, of a profile or of everyone, at an instant (UTC).

    It reaches what vends under way may still be issued, and never less than an earlier cutoff `reached`.
    """
    issued_until = max(at + ISSUE_MARGIN, reached or at)
    return Revocation(target, name, issued_until, revoked_at=at, is_own=is_own)


def locked_until(revocation: Revocation, at: datetime, lock_for: timedelta | None) -> datetime:
    """Tell until when no vend may begin: past the end of the revocation, and for as long as a lockout was asked for."""
    return max(revocation.issued_until + ONE_SECOND, at + (lock_for or timedelta(0)))


def unreached_since(cutoff: datetime | None, now: datetime) -> datetime | None:
    """Tell the earliest issue, after a user's cutoff, of anything that can be alive; None where nothing can.

    While the cutoff is ahead of `now`, the user is locked out, and it reaches everything there was.
    """
    if cutoff is None:
        return now - _LONGEST_CHAIN
    return None if cutoff >= now else max(now - _LONGEST_CHAIN, cutoff + ONE_SECOND)
