"""Which lockout is to be in force after somebody asked for one."""

from datetime import datetime

from shared.aws.lockouts import LockoutChange
from shared.core.grants import Ending
from shared.core.lockout import LockoutRecord, lock
from shared.core.revocation import Target


def locking(
    present: LockoutRecord | None,
    target: Target,
    name: str,
    ending: Ending,
    ends_at: datetime | None,
    lockout_id: str,
) -> LockoutChange:
    """Make the change to a lockout until `ends_at` (UTC; None until lifted). `ending` says who wants it and why."""
    wanted = LockoutRecord(
        lockout_id=lockout_id,
        target=target,
        name=name,
        reason=ending.comment or "",
        by=ending.by or "",
        at=ending.at,
        ends_at=ends_at,
    )
    return LockoutChange(present, lock(present, wanted))
