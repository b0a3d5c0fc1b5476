"""`POST /v1/break-glass/{id}/close` and `/review`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from services.admin.break_glass.models import EventChanged, view_event
from services.admin.break_glass.refusals import refuse_closing
from services.admin.common.context import FactsReader, note_grant
from services.admin.common.models import Remark
from services.admin.common.refusals import NOT_FOUND, refuse_conflict
from services.admin.common.transitions import Applied, Conflict, NoOp, Rejected, transition
from services.admin.notify.notifier import Announcer
from shared.aws.dynamodb.break_glass import BreakGlassTable
from shared.core.break_glass.closing import Act, ClosingRejection, close, review, settle
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.break_glass.status import EventStatus
from shared.core.events import NoticeEvent
from shared.core.ids import is_id
from shared.core.permissions import Deed, Entitlement, of_others, owned_by
from shared.edge.inputs import parse_optional_body
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

_EVENTS: Final[Mapping[EventStatus, NoticeEvent]] = {
    EventStatus.CLOSED: NoticeEvent.BREAK_GLASS_CLOSED,
    EventStatus.EXPIRED: NoticeEvent.BREAK_GLASS_EXPIRED,
    EventStatus.REVIEWED: NoticeEvent.BREAK_GLASS_REVIEWED,
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One caller before one event: what they say, what they may, and when."""

    event: BreakGlassEvent
    entitlement: Entitlement
    comment: str | None
    now: datetime

    def act(self, *, is_entitled: bool) -> Act:
        return Act(self.entitlement.person, self.now, is_entitled, self.comment)


Found: TypeAlias = BreakGlassEvent | None
Step: TypeAlias = Callable[[Scene, BreakGlassEvent], Awaitable[BreakGlassEvent | ClosingRejection]]


@dataclass(frozen=True, slots=True)
class Closing:
    """Ends and reviews events. `clock` gives the present instant in UTC."""

    reader: FactsReader
    events: BreakGlassTable
    announcer: Announcer
    clock: Callable[[], datetime]

    async def close(self, ctx: RequestContext) -> Response | Refusal:
        """End an active event before its time."""

        async def step(scene: Scene, event: BreakGlassEvent) -> BreakGlassEvent | ClosingRejection:
            return close(event, scene.act(is_entitled=scene.entitlement.may_close(event.profile)))

        return await self._step(ctx, Deed(owned_by(ctx.principal.user)), step)

    async def review(self, ctx: RequestContext) -> Response | Refusal:
        """Record that somebody else has looked at an event that is over."""

        async def step(scene: Scene, event: BreakGlassEvent) -> BreakGlassEvent | ClosingRejection:
            return review(event, scene.act(is_entitled=scene.entitlement.may_review(event.profile)))

        return await self._step(ctx, Deed(of_others, gives=True), step)

    async def _step(self, ctx: RequestContext, deed: Deed[Found], step: Step) -> Response | Refusal:
        now = self.clock()
        scene = await self._open(ctx, deed, now)
        if isinstance(scene, Refusal):
            return scene
        with ctx.audit.step("write"):
            outcome = await transition(self.events, scene.event, lambda event: step(scene, event))
        view = view_event(outcome.row, now)
        note_grant(ctx.audit, view)
        match outcome:
            case Applied(row):
                notified = await self.announcer.announce(ctx, _EVENTS[row.status], view.as_json(), now)
                return Response(EventChanged(event=view, notified=notified).as_json())
            case NoOp():
                return Response(EventChanged(event=view, notified={}).as_json())
            case Conflict():
                return refuse_conflict("event")
            case Rejected(row, rejection):
                if rejection is ClosingRejection.WRONG_STATE:
                    await self._settle(ctx, row, now)
                return refuse_closing(rejection, row, view)

    async def _open(self, ctx: RequestContext, deed: Deed[Found], now: datetime) -> Scene | Refusal:
        remark = parse_optional_body(ctx.request, Remark)
        if isinstance(remark, Refusal):
            return remark
        event_id = ctx.parameters["id"]
        if not is_id(event_id):
            return NOT_FOUND
        ctx.audit.grant_id = event_id
        with ctx.audit.step("read"):
            facts = await self.reader.read_acting(ctx, self.events.find(event_id), deed, now)
        if isinstance(facts, Refusal):
            return facts
        if facts.found is None or not facts.entitlement.may_see_event(facts.found):
            return NOT_FOUND
        return Scene(facts.found, facts.entitlement, remark.comment, now)

    async def _settle(self, ctx: RequestContext, event: BreakGlassEvent, now: datetime) -> None:
        """Write down that time has ended an event, and tell of it, before the caller learns that they came too late."""
        settled = settle(event, now)
        if settled.status is event.status or await self.events.change(event, settled) != settled:
            return
        view = view_event(settled, now)
        await self.announcer.announce(ctx, NoticeEvent.BREAK_GLASS_EXPIRED, view.as_json(), now, is_by_time=True)
