"""`POST /v1/break-glass`: reaching a profile without an approval."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from services.admin.break_glass.models import BeginBreakGlass, EventChanged, view_event
from services.admin.break_glass.refusals import Attempt, refuse_start
from services.admin.common.context import FactsReader, NewGrantFacts, note_grant
from services.admin.common.refusals import refuse_conflict
from services.admin.notify.notifier import Announcer
from shared.aws.dynamodb.break_glass import BreakGlassTable
from shared.core.break_glass.policy import rule_for
from shared.core.break_glass.start import Begun, History, Invocation, StartRejection, begin
from shared.core.events import NoticeEvent
from shared.core.people import person_of
from shared.edge.deciding import decide
from shared.edge.inputs import parse_body
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class EventStart:
    """Begins events. `clock` gives the present instant in UTC, `ids` new ids."""

    reader: FactsReader
    events: BreakGlassTable
    announcer: Announcer
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    async def begin(self, ctx: RequestContext) -> Response | Refusal:
        """Begin an event and tell everyone who is to know."""
        body = parse_body(ctx.request, BeginBreakGlass)
        if isinstance(body, Refusal):
            return body
        ctx.audit.profile = body.profile
        person, now = person_of(ctx.principal), self.clock()
        with ctx.audit.step("read"):
            async with asyncio.TaskGroup() as reads:
                asking = reads.create_task(self.reader.read_asking(ctx, body.profile, now))
                loading = reads.create_task(self.events.load_history(person, body.profile))
        facts = asking.result()
        if isinstance(facts, Refusal):
            return facts
        with ctx.audit.step("write"):
            begun = await self._begin(ctx, body, facts, loading.result(), now)
        if isinstance(begun, Refusal):
            return begun
        view = view_event(begun.event, now)
        note_grant(ctx.audit, view)
        notified = await self.announcer.announce(ctx, NoticeEvent.BREAK_GLASS_STARTED, view.as_json(), now)
        return Response(EventChanged(event=view, notified=notified).as_json(), HTTPStatus.CREATED)

    async def _begin(
        self,
        ctx: RequestContext,
        body: BeginBreakGlass,
        facts: NewGrantFacts,
        history: History,
        now: datetime,
    ) -> Begun | Refusal:
        """Decide and write; where another event was counted in between, read the history and decide again."""
        event_id = self.ids()
        for attempt in range(_ATTEMPTS):
            if attempt:
                history = await self.events.load_history(person_of(ctx.principal), body.profile)
            begun = self._decide(ctx, body, facts, history, event_id, now)
            if isinstance(begun, Refusal) or await self.events.begin(begun, history):
                return begun
        return refuse_conflict("budget")

    def _decide(
        self,
        ctx: RequestContext,
        body: BeginBreakGlass,
        facts: NewGrantFacts,
        history: History,
        event_id: str,
        now: datetime,
    ) -> Begun | Refusal:
        decision = decide(ctx, facts.policies.access, body.profile, now)
        rule = rule_for(facts.policies.break_glass, person_of(ctx.principal), body.profile)
        begun = begin(
            _invocation(ctx, body),
            decision=decision,
            rule=rule,
            policy_version=facts.policies.break_glass_version,
            history=history,
            event_id=event_id,
            now=now,
        )
        if isinstance(begun, StartRejection):
            return refuse_start(begun, Attempt(body, ctx.principal.user, decision, rule, history))
        return begun


def _invocation(ctx: RequestContext, body: BeginBreakGlass) -> Invocation:
    return Invocation(
        invoker=person_of(ctx.principal),
        invoker_arn=ctx.request.caller.arn,
        account=ctx.principal.account,
        profile=body.profile,
        reason=body.reason,
        justification=body.justification,
        duration=body.duration,
    )
