"""`POST /v1/break-glass/{id}/close` and `/review`."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeAlias

from services.admin.break_glass.models import EventChanged, EventView, view_event
from services.admin.break_glass.refusals import refuse_closing
from services.admin.common.context import FactsReader
from services.admin.common.transitions import DecisionContext, GrantSteps, Kind
from services.admin.notify.notifier import Announcer
from shared.aws.dynamodb.break_glass import BreakGlassTable
from shared.core.break_glass.event import Act, BreakGlassEvent, ClosingRejection, close, review, settle
from shared.core.events import NoticeEvent
from shared.core.grants import EventStatus
from shared.core.permissions import Deed, Entitlement, of_others, owned_by
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

Decided: TypeAlias = BreakGlassEvent | ClosingRejection
_KIND: Final[Kind[BreakGlassEvent, ClosingRejection, EventView]] = Kind(
    name="event",
    may_see=Entitlement.may_see_event,
    settle=settle,
    view=view_event,
    respond=lambda view, notified, _: EventChanged(event=view, notified=notified),
    refuse=refuse_closing,
    events={
        EventStatus.CLOSED: NoticeEvent.BREAK_GLASS_CLOSED,
        EventStatus.EXPIRED: NoticeEvent.BREAK_GLASS_EXPIRED,
        EventStatus.REVIEWED: NoticeEvent.BREAK_GLASS_REVIEWED,
    },
    too_late=ClosingRejection.WRONG_STATE,
    unseen=ClosingRejection.NOT_AS_SHOWN,
)


class EventClosing:
    """Ends and reviews events. `clock` gives the present instant in UTC."""

    def __init__(
        self, reader: FactsReader, events: BreakGlassTable, announcer: Announcer, clock: Callable[[], datetime]
    ) -> None:
        self._steps = GrantSteps(_KIND, reader, events, announcer, clock)

    async def close(self, ctx: RequestContext) -> Response | Refusal:
        """End an active event before its time."""

        async def decide(context: DecisionContext[BreakGlassEvent], event: BreakGlassEvent) -> Decided:
            return close(event, _act(context, is_entitled=context.entitlement.may_close(event.profile)))

        return await self._steps.take(ctx, Deed(owned_by(ctx.principal.user)), decide)

    async def review(self, ctx: RequestContext) -> Response | Refusal:
        """Record another person's review of an event that is over."""

        async def decide(context: DecisionContext[BreakGlassEvent], event: BreakGlassEvent) -> Decided:
            return review(event, _act(context, is_entitled=context.entitlement.may_review(event.profile)))

        return await self._steps.take(ctx, Deed(of_others, gives=True), decide)


def _act(context: DecisionContext[BreakGlassEvent], *, is_entitled: bool) -> Act:
    return Act(context.entitlement.person, context.now, is_entitled, context.comment)
