"""Setting and lifting lockouts: bans on new vends for a person, a user, a profile or everyone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.core.people import Action, Person, person_key, same_person
from shared.core.revocation import Target


class LiftingRejection(StrEnum):
    """Why lifting a lockout is rejected."""

    OWN_LOCKOUT = "no one may lift their own lockout, under any of their names"
    NOT_LOCKED = "there is no lockout in force"


@dataclass(frozen=True, slots=True)
class LockoutRecord:
    """One lockout and its lifting. `name` is empty for everyone; `ends_at` None: until lifted; instants are UTC.

    A lockout of a user with a `person` holds for every name with that key; without it, for this exact name only.
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
        """Whether this lockout lasts at least as long as the other."""
        return self.ends_at is None or (other.ends_at is not None and other.ends_at <= self.ends_at)


@dataclass(frozen=True, slots=True)
class LockoutChange:
    """A write of a lockout: the record that was read (None: no record), and the record to be in force."""

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
    """Make a lockout. With `of_person`, a user's lockout is of every name of the person."""
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
    """Set a lockout, given those that the target has."""
    present = next((record for record in found if record.person == wanted.person), None)
    return LockoutChange(present, lock(present, wanted))


def bridge(found: Sequence[LockoutRecord], wanted: LockoutRecord) -> LockoutChange:
    """Lock out vends in progress during a revocation.

    Anyone may revoke their own sessions, so this lockout is of the exact name and never replaces another one. It is not
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
    """Lift every lockout of a target that is in force, a person's first; rejected if one may be the actor's own."""
    lifted = [(record, lift(record, action, by=by)) for record in found]
    if any(after is LiftingRejection.OWN_LOCKOUT for _, after in lifted):
        return LiftingRejection.OWN_LOCKOUT
    changes = [LockoutChange(record, after) for record, after in lifted if isinstance(after, LockoutRecord)]
    return sorted(changes, key=lambda change: not change.after.person) or LiftingRejection.NOT_LOCKED


def lock(present: LockoutRecord | None, wanted: LockoutRecord) -> LockoutRecord:
    """Give the lockout to be in force: the wanted one, or the present one if that lasts at least as long."""
    if present is not None and present.is_active(wanted.at) and present.outlasts(wanted):
        return present
    return wanted


def hold(present: LockoutRecord | None, wanted: LockoutRecord) -> LockoutRecord:
    """Give the lockout to be in force during a revocation: an existing one keeps its author and reason.

    Anyone may revoke their own sessions, but may not overwrite a lockout by that. Only its end may change, to a later
    one.
    """
    if present is None or not present.is_active(wanted.at):
        return wanted
    return present if present.outlasts(wanted) else replace(present, ends_at=wanted.ends_at)


def lift(present: LockoutRecord | None, act: Action, *, by: Person) -> LockoutRecord | LiftingRejection:
    """Lift a lockout. No one may lift what may be their own lockout."""
    if present is None or not present.is_active(act.at):
        return LiftingRejection.NOT_LOCKED
    if present.target is Target.USER and same_person(by, Person(present.name)):
        return LiftingRejection.OWN_LOCKOUT
    return replace(present, lifted=act)
