"""`GET /v1/break-glass` and `GET /v1/break-glass/{id}`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.admin.break_glass.models import EventFilters, EventPage, EventResponse, view_event
from services.admin.common.context import FactsReader, note_grant
from services.admin.common.grants import place_of, query_for, read_many, read_one
from services.admin.common.pagination import Listing
from shared.aws.dynamodb.break_glass import BreakGlassTable
from shared.aws.dynamodb.grant_lists import Position
from shared.aws.dynamodb.schema import ItemKind
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.grants import EventStatus
from shared.core.permissions import Entitlement
from shared.edge.inputs import parse_query
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

_KIND: Final = ItemKind.BREAK_GLASS


@dataclass(frozen=True, slots=True)
class EventReading:
    """Shows events to who may see them. `clock` gives the present instant in UTC."""

    reader: FactsReader
    events: BreakGlassTable
    clock: Callable[[], datetime]

    async def get(self, ctx: RequestContext) -> Response | Refusal:
        """Show one event."""
        event = await read_one(ctx, self.reader, self.events.find, Entitlement.may_see_event)
        if isinstance(event, Refusal):
            return event
        view = view_event(event, self.clock())
        note_grant(ctx.audit, view)
        return Response(EventResponse(event=view).as_json())

    async def list(self, ctx: RequestContext) -> Response | Refusal:
        """List one's own events, those one can review now, or all."""
        filters = parse_query(ctx.request, EventFilters)
        if isinstance(filters, Refusal):
            return filters
        now = self.clock()
        listed = await read_many(
            ctx,
            self.reader,
            Listing(self.events, _locate),
            query_for(_KIND, filters, ctx.principal.user, is_open=filters.status is EventStatus.ACTIVE),
            filters,
            lambda event, caller: filters.view != "reviewable" or caller.can_review(event, now),
            now,
        )
        if isinstance(listed, Refusal):
            return listed
        views = tuple(view_event(event, now) for event in listed.rows)
        return Response(EventPage(events=views, next_cursor=listed.next_cursor, unreadable=listed.unreadable).as_json())


def _locate(event: BreakGlassEvent) -> Position:
    return place_of(_KIND, event, event.event_id)
