"""A lockout as the API shows it."""

from collections.abc import Mapping

from services.admin.common.known_names import KnownName
from services.admin.common.models import ActionView, Comment, LockDuration, Reason, TargetInput, View, view_action
from shared.core.lockout import LockoutRecord
from shared.core.revocation import Target
from shared.edge.inputs import UserName
from shared.edge.timestamps import Timestamp


class Lock(TargetInput):
    """No new credentials for a user, of a profile or for everyone. Without `duration` it lasts until it is lifted."""

    reason: Reason
    duration: LockDuration | None = None


class Unlock(TargetInput):
    """Lift the lockout of a user, a profile or everyone."""

    # A lockout of a name that no caller can have, set by an earlier version, can still be lifted.
    user: UserName | None = None
    comment: Comment | None = None


class LockoutView(View):
    """A lockout. `name` is null for everyone; without `ends_at` it lasts until it is lifted."""

    id: str
    target: Target
    name: str | None
    reason: str
    by: str
    at: Timestamp
    ends_at: Timestamp | None
    lifted: ActionView | None


class LockoutChanged(View):
    """A lockout after a change, and which targets were notified. `known` is null for everyone, and when lifting."""

    lockout: LockoutView
    known: KnownName | None
    notified: Mapping[str, bool]


class LockoutList(View):
    """Every lockout in force, newest first. `unreadable` names those the service cannot understand: they still hold."""

    lockouts: tuple[LockoutView, ...]
    unreadable: tuple[str, ...]


def view_lockout(record: LockoutRecord) -> LockoutView:
    """Show a lockout."""
    return LockoutView(
        id=record.lockout_id,
        target=record.target,
        name=record.name or None,
        reason=record.reason,
        by=record.by,
        at=record.at,
        ends_at=record.ends_at,
        lifted=view_action(record.lifted),
    )
