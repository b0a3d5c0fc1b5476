"""A break-glass event as the API shows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from services.admin.common.grants import Readable
from services.admin.common.models import (
    ActionView,
    GrantFilters,
    View,
    Window,
    WindowDuration,
    view_action,
    whole_seconds,
)
from services.admin.common.pagination import Listed
from shared.aws.dynamodb.schema import ItemKind
from shared.core.break_glass.event import BreakGlassEvent, settle
from shared.core.break_glass.policy import ReasonCode
from shared.core.grants import EventStatus
from shared.core.permissions import Entitlement
from shared.edge.inputs import Input, ProfileName, plain_text
from shared.edge.timestamps import Timestamp


class BeginBreakGlass(Input):
    """Declare an emergency. Those who are notified and the reviewer read the justification."""

    profile: ProfileName
    reason: Annotated[ReasonCode, Field(strict=False)]
    justification: Annotated[str, plain_text(20, 1000)]
    duration: WindowDuration | None = None


class EventFilters(GrantFilters):
    """Which events: one's own, those one can review, those one may see, or all; the last takes `read`."""

    view: Literal["mine", "reviewable", "visible", "all"] = "mine"
    status: Annotated[EventStatus, Field(strict=False)] | None = None


class EventView(View):
    """A break-glass event. `rule` and `policy_version` are the break-glass policy's when it began."""

    id: str
    user: str
    profile: str
    status: EventStatus
    reason: ReasonCode
    justification: str
    duration_s: int
    created_at: Timestamp
    window: Window
    review_required: bool
    ended: ActionView | None
    review: ActionView | None
    rule: str
    policy_version: str


class EventResponse(View):
    """One break-glass event."""

    event: EventView


class EventChanged(View):
    """One event after a change, and which targets were notified."""

    event: EventView
    notified: Mapping[str, bool]


class EventPage(View):
    """Some events, newest first. More may follow while there is a cursor, even after an empty page.

    `unreadable` names rows that are left out, because the service cannot understand them.
    """

    events: tuple[EventView, ...]
    next_cursor: str | None
    unreadable: tuple[str, ...]


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


def _page(listed: Listed[BreakGlassEvent], now: datetime) -> EventPage:
    views = tuple(view_event(event, now) for event in listed.rows)
    return EventPage(events=views, next_cursor=listed.next_cursor, unreadable=listed.unreadable)


READABLE_EVENTS: Final[Readable[BreakGlassEvent, EventFilters]] = Readable(
    item=ItemKind.BREAK_GLASS,
    filters=EventFilters,
    id_of=lambda event: event.event_id,
    may_see=Entitlement.may_see_event,
    may_act=Entitlement.can_review,
    is_open=lambda filters: filters.status is EventStatus.ACTIVE,
    view=view_event,
    respond=lambda event, now: EventResponse(event=view_event(event, now)),
    page=_page,
)
