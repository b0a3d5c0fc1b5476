"""Lockouts as they are set and lifted: no new vend for a person, a user, a profile or everyone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.core.action import Action
from shared.core.people import Person, person_key, same_person
from shared.core.revocation import Target


class LiftingRejection(StrEnum):
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


@dataclass(frozen=True, slots=True)
class LockoutChange:
    """From the record that was read, None where there was none, to the one that is to be in force."""

    before: LockoutRecord | None
    after: LockoutRecord

    @property
    def is_none(self) -> bool:
        return self.before == self.after


def new_lockout(
    lockout_id: str,
    target: Target,
    name: str,
    action: Action,
    ends_at: datetime | None,
    *,
    of_person: bool,
) -> LockoutRecord:
    """Give the lockout that an action asks for. With `of_person`, a user's is of every name of the person."""
    return LockoutRecord(
        lockout_id=lockout_id,
        target=target,
        name=name,
        reason=action.comment or "",
        by=action.by or "",
        at=action.at,
        ends_at=ends_at,
        person=person_key(name) if of_person and target is Target.USER else "",
    )


def lock_out(found: Sequence[LockoutRecord], wanted: LockoutRecord) -> LockoutChange:
    """Set a lockout where the target has those that were found."""
    present = next((record for record in found if record.person == wanted.person), None)
    return LockoutChange(present, lock(present, wanted))


def bridge(found: Sequence[LockoutRecord], wanted: LockoutRecord) -> LockoutChange:
    """Cover the vends that are under way while something is revoked.

    Anyone may revoke what is their own: such a lockout is of the very name, and it never replaces another one. None is
    needed where one of those found lasts as long.
    """
    for covering in found:
        if covering.is_active(wanted.at) and covering.outlasts(wanted):
            return LockoutChange(covering, covering)
    present = next((record for record in found if not record.person), None)
    return LockoutChange(present, hold(present, wanted))


def lift_all(
    found: Sequence[LockoutRecord], action: Action, *, by: Person
) -> Sequence[LockoutChange] | LiftingRejection:
    """Lift every lockout of a target that is in force, that of every name of a person first; none may be their own."""
    lifted = [(record, lift(record, action, by=by)) for record in found]
    if any(after is LiftingRejection.OWN_LOCKOUT for _, after in lifted):
        return LiftingRejection.OWN_LOCKOUT
    changes = [LockoutChange(record, after) for record, after in lifted if isinstance(after, LockoutRecord)]
    return sorted(changes, key=lambda change: not change.after.person) or LiftingRejection.NOT_LOCKED


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


def lift(present: LockoutRecord | None, act: Action, *, by: Person) -> LockoutRecord | LiftingRejection:
    """Lift a lockout. Nobody lifts what may be their own: they may be the reason for it."""
    if present is None or not present.is_active(act.at):
        return LiftingRejection.NOT_LOCKED
    if present.target is Target.USER and same_person(by, Person(present.name)):
        return LiftingRejection.OWN_LOCKOUT
    return replace(present, lifted=act)
