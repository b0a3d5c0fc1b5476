"""A break-glass event as the API shows it."""

from datetime import datetime

from services.admin.views import EventView, Window, view_action, whole_seconds
from shared.core.break_glass.closing import settle
from shared.core.break_glass.event import BreakGlassEvent


def view_event(event: BreakGlassEvent, now: datetime) -> EventView:
    """Show an event as it is at `now`: what time has done to it counts, written down or not."""
    present = settle(event, now)
    return EventView(
        id=present.event_id,
        user=present.user,
        profile=present.profile,
        status=present.status,
        reason=present.reason,
        justification=present.justification,
        duration_s=whole_seconds(present.ends_at - present.created_at),
        created_at=present.created_at,
        window=Window(starts_at=present.created_at, ends_at=present.ends_at),
        review_required=present.is_review_required,
        ended=view_action(present.ended),
        review=view_action(present.review),
        rule=present.rule,
        policy_version=present.policy_version,
    )
