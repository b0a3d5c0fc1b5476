"""A revocation as the API shows it."""

from collections.abc import Mapping

from services.admin.common.known_names import KnownName
from services.admin.common.models import LockDuration, Reason, TargetInput, View
from services.admin.kill_switch.models import KillSwitchView
from services.admin.lockouts.models import LockoutView
from shared.aws.dynamodb.revocation_rows import RevocationRow
from shared.core.revocation import Target
from shared.edge.timestamps import Timestamp


class RevokeMany(TargetInput):
    """End everything issued to a user, of a profile or to everyone. `lock_for` keeps new credentials away longer."""

    reason: Reason
    lock_for: LockDuration | None = None


class RevocationView(View):
    """A revocation of many sessions. It holds from the first response on; `marked` rows say so by now."""

    id: str
    target: Target
    name: str | None
    reason: str
    by: str
    at: Timestamp
    issued_until: Timestamp
    marked: int
    complete: bool


class ManyRevoked(View):
    """A revocation of many sessions, and what came of it. `known` is null for everyone."""

    revocation: RevocationView
    lockout: LockoutView
    known: KnownName | None
    kill_switch: KillSwitchView
    notified: Mapping[str, bool]


class RevocationResponse(View):
    """A revocation and how far its rows are marked."""

    revocation: RevocationView


def view_revocation(row: RevocationRow) -> RevocationView:
    """Show a revocation, and how far its rows are marked."""
    return RevocationView(
        id=row.revocation_id,
        target=row.revocation.target,
        name=row.revocation.name or None,
        reason=row.ending.comment or "",
        by=row.ending.by or "",
        at=row.ending.at,
        issued_until=row.revocation.issued_until,
        marked=row.marked,
        complete=row.is_complete,
    )
