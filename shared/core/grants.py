"""Grants and lockouts, which a vend finds already made, and the states of the items that give grants."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.core.people import Person
from shared.core.stamp import Via


class RequestStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"  # a grant, from `starts_at` to `ends_at`
    DENIED = "denied"
    CANCELLED = "cancelled"  # cancelled before it was decided
    EXPIRED = "expired"  # not decided in time
    CONSUMED = "consumed"  # a `once` approval that was used
    ENDED = "ended"  # its window is over
    WITHDRAWN = "withdrawn"  # cancelled after it was approved


class EventStatus(StrEnum):
    ACTIVE = "active"  # a grant, until `ends_at`
    CLOSED = "closed"
    EXPIRED = "expired"
    REVIEWED = "reviewed"


class GrantUses(StrEnum):
    WINDOW = "window"  # serves any number of vends until it ends
    ONCE = "once"  # serves one vend, consumed in the transaction that records its session


@dataclass(frozen=True, slots=True)
class Extended:
    """The approval that a request extends. `so_far` is the sum of its window and those of all that it extends."""

    request_id: str
    so_far: timedelta


@dataclass(frozen=True, slots=True)
class Approver:
    """Who approved a request, and how long it had waited then; None where that is not known."""

    person: Person
    waited: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """An approved request (`via` approval) or a break-glass event with its window, for one user and one profile.

    The window is `[starts_at, ends_at)`, both UTC. An approved request has its approvers, or was approved
    automatically. `extends` is the approval that it extends.
    """

    via: Via
    grant_id: str
    profile: str
    starts_at: datetime
    ends_at: datetime
    uses: GrantUses = GrantUses.WINDOW
    approved_by: tuple[Approver, ...] = ()
    is_auto_approved: bool = False
    extends: Extended | None = None

    @property
    def so_far(self) -> timedelta:
        """The sum of the windows that it extends."""
        return timedelta(0) if self.extends is None else self.extends.so_far

    def remaining(self, now: datetime) -> timedelta:
        """Give the time that is left of its window; zero before the window and after it."""
        return max(self.ends_at - now, timedelta(0)) if self.starts_at <= now else timedelta(0)


@dataclass(frozen=True, slots=True)
class Lockout:
    """A ban on new vends for a subject: `user#<user>`, `profile#<name>` or `all`. `ends_at` None: until lifted."""

    subject: str
    reason: str
    ends_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        return self.ends_at is None or now < self.ends_at


def extension_of(grant: Grant, grants: Iterable[Grant]) -> Grant | None:
    """Find, among the same holder's grants, the extension whose window begins where this one's ends; None without one.

    Grants for one use have none.
    """
    for each in grants:
        is_of_it = each.extends is not None and each.extends.request_id == grant.grant_id
        is_for_the_same = (each.via, each.profile) == (grant.via, grant.profile)
        if is_of_it and is_for_the_same and each.starts_at <= grant.ends_at:
            return each if GrantUses.ONCE not in (grant.uses, each.uses) else None
    return None


def longest(grants: Iterable[Grant], via: Via, profile: str, now: datetime) -> Grant | None:
    """Find, among the grants of one kind for a profile, the one that ends last; None if none has time left."""
    live = [
        grant
        for grant in grants
        if grant.via is via and grant.profile == profile and grant.remaining(now) > timedelta(0)
    ]
    return max(live, key=lambda grant: (grant.ends_at, grant.grant_id), default=None)
