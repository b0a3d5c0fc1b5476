"""Grants and lockouts: what was decided about a person before they asked for credentials."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.core.people import Person
from shared.core.stamp import Via


class GrantUses(StrEnum):
    WINDOW = "window"  # serves any number of vends until it ends
    ONCE = "once"  # serves one vend, consumed in the transaction that records its session


@dataclass(frozen=True, slots=True)
class Grant:
    """An approved request (`via` approval) or a break-glass event with its window, for one user and one profile.

    The window is `[starts_at, ends_at)`, both UTC. An approved request has who approved it, or approved itself.
    """

    via: Via
    grant_id: str
    profile: str
    starts_at: datetime
    ends_at: datetime
    uses: GrantUses = GrantUses.WINDOW
    approved_by: tuple[Person, ...] = ()
    is_auto_approved: bool = False

    def remaining(self, now: datetime) -> timedelta:
        """Tell how long the grant still serves; zero before its window and after it."""
        return max(self.ends_at - now, timedelta(0)) if self.starts_at <= now else timedelta(0)


@dataclass(frozen=True, slots=True)
class Lockout:
    """No new vend for a subject: `user#<user>`, `profile#<name>` or `all`. `ends_at` None lasts until lifted."""

    subject: str
    reason: str
    ends_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        return self.ends_at is None or now < self.ends_at


def longest(grants: Iterable[Grant], via: Via, profile: str, now: datetime) -> Grant | None:
    """Pick, among the grants of one kind for a profile, the one that ends last; None when none has time left."""
    live = [
        grant
        for grant in grants
        if grant.via is via and grant.profile == profile and grant.remaining(now) > timedelta(0)
    ]
    return max(live, key=lambda grant: (grant.ends_at, grant.grant_id), default=None)
