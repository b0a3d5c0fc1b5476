"""A lockout as the API shows it."""

from services.admin.revoking_views import LockoutView
from services.admin.views import view_action
from shared.core.lockout import LockoutRecord


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
