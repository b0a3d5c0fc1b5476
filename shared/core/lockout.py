"""Lockouts as they are set and lifted: no new vend for a person, a user, a profile or everyone."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.core.action import Action
from shared.core.people import Person, same_person
from shared.core.revocation import Target


class LiftingObstacle(StrEnum):
    """Why a lockout is not lifted."""

    OWN_LOCKOUT = "nobody lifts their own lockout, under any of their names"
    NOT_LOCKED = "there is no lockout in force"


@dataclass(frozen=True, slots=True)
class LockoutRecord:
    """One lockout and what became of it. `name` is empty for everyone; `ends_at` None lasts until lifted; all UTC.

    A lockout of a user with a `person` holds for every name of that key; without one, for the very name alone.
    """

    lockout_id: str
    target: Target
    name: str
    reason: str
    by: str
    at: datetime
    ends_at: datetime | None
    lifted: Action | None = None
    person: str = ""

    def is_active(self, now: datetime) -> bool:
        return self.lifted is None and (self.ends_at is None or now < self.ends_at)

    def outlasts(self, other: "LockoutRecord") -> bool:
        """Whether it lasts at least as long as the other."""
        return self.ends_at is None or (other.ends_at is not None and other.ends_at <= self.ends_at)


def lock(present: LockoutRecord | None, wanted: LockoutRecord) -> LockoutRecord:
    """Decide which lockout is in force then: the wanted one, or the present one where that lasts as long anyway."""
    if present is not None and present.is_active(wanted.at) and present.outlasts(wanted):
        return present
    return wanted


def hold(present: LockoutRecord | None, wanted: LockoutRecord) -> LockoutRecord:
    """Decide which lockout is in force while a revocation is felt: one that is there keeps its author and reason.

    Anybody may revoke what is their own, and nobody speaks over a lockout by it. Only its end may move, and only later.
    """
    if present is None or not present.is_active(wanted.at):
        return wanted
    return present if present.outlasts(wanted) else replace(present, ends_at=wanted.ends_at)


def lift(present: LockoutRecord | None, act: Action, *, by: Person) -> LockoutRecord | LiftingObstacle:
    """Lift a lockout. Nobody lifts what may be their own: they may be the reason for it."""
    if present is None or not present.is_active(act.at):
        return LiftingObstacle.NOT_LOCKED
    if present.target is Target.USER and same_person(by, Person(present.name)):
        return LiftingObstacle.OWN_LOCKOUT
    return replace(present, lifted=act)
