"""Which lockout is to be in force after somebody asked for one, or revoked."""

from datetime import datetime

from shared.aws.lockouts import LockoutChange, LockoutTable
from shared.core.action import Action
from shared.core.lockout import LockoutRecord, hold, lock
from shared.core.people import person_key
from shared.core.revocation import Target


async def locking(
    lockouts: LockoutTable,
    target: Target,
    name: str,
    ending: Action,
    ends_at: datetime | None,
    lockout_id: str,
) -> LockoutChange:
    """Make the change to a lockout until `ends_at` (UTC; None until lifted). `ending` says who wants it and why.

    A lockout of a user is of every name of the person.
    """
    person = person_key(name) if target is Target.USER else ""
    wanted = _record(target, name, ending, ends_at, lockout_id, person)
    found = await lockouts.find(target, name)
    present = next((record for record in found if record.person == person), None)
    return LockoutChange(present, lock(present, wanted))


async def bridging(
    lockouts: LockoutTable,
    target: Target,
    name: str,
    ending: Action,
    ends_at: datetime,
    lockout_id: str,
) -> LockoutChange:
    """Make the change to the lockout that covers the vends under way while something is revoked.

    Anybody may revoke what is their own: of a user it is of the very name, and it never replaces another lockout. None
    is needed beside one that lasts as long.
    """
    wanted = _record(target, name, ending, ends_at, lockout_id)
    found = await lockouts.find(target, name)
    for covering in found:
        if covering.is_active(ending.at) and covering.outlasts(wanted):
            return LockoutChange(covering, covering)
    present = next((record for record in found if not record.person), None)
    return LockoutChange(present, hold(present, wanted))


def _record(
    target: Target,
    name: str,
    ending: Action,
    ends_at: datetime | None,
    lockout_id: str,
    person: str = "",
) -> LockoutRecord:
    return LockoutRecord(
        lockout_id=lockout_id,
        target=target,
        name=name,
        reason=ending.comment or "",
        by=ending.by or "",
        at=ending.at,
        ends_at=ends_at,
        person=person,
    )
