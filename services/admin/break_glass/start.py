"""`POST /v1/break-glass`: reaching a profile without an approval."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final

from services.admin.break_glass.models import BeginBreakGlass, EventChanged, view_event
from services.admin.break_glass.refusals import Attempt, refuse_beginning
from services.admin.common.context import Asking, FactsReader, facts_of, note_grant
from services.admin.common.refusals import refuse_contended
from services.admin.notify.notifier import Announcer
from shared.aws.dynamodb.break_glass import BreakGlassTable
from shared.core.access.evaluate import evaluate
from shared.core.break_glass.beginning import BeginningObstacle, Begun, History, Invocation, begin
from shared.core.break_glass.policy import rule_for
from shared.core.events import NoticeEvent
from shared.core.people import person_of
from shared.edge.answers import Answer, Refusal
from shared.edge.inputs import parse_body
from shared.edge.lambda_app import Asked

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Beginning:
    """Begins events. `clock` gives the present instant in UTC, `ids` new ids."""

    reader: FactsReader
    events: BreakGlassTable
    announcer: Announcer
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    async def begin(self, asked: Asked) -> Answer | Refusal:
        """Begin an event and tell everyone who is to know."""
        wanted = parse_body(asked.request, BeginBreakGlass)
        if isinstance(wanted, Refusal):
            return wanted
        asked.audit.profile = wanted.profile
        person, now = person_of(asked.principal), self.clock()
        with asked.audit.step("read"):
            async with asyncio.TaskGroup() as reads:
                asking = reads.create_task(self.reader.read_asking(asked, wanted.profile, now))
                loading = reads.create_task(self.events.load_history(person, wanted.profile))
        known = asking.result()
        if isinstance(known, Refusal):
            return known
        with asked.audit.step("write"):
            begun = await self._begin(asked, wanted, known, loading.result(), now)
        if isinstance(begun, Refusal):
            return begun
        view = view_event(begun.event, now)
        note_grant(asked.audit, view)
        notified = await self.announcer.announce(asked, NoticeEvent.BREAK_GLASS_STARTED, view.as_json(), now)
        return Answer(EventChanged(event=view, notified=notified).as_json(), HTTPStatus.CREATED)

    async def _begin(
        self,
        asked: Asked,
        wanted: BeginBreakGlass,
        known: Asking,
        history: History,
        now: datetime,
    ) -> Begun | Refusal:
        """Decide and write; where another event was counted in between, read the history anew and decide again."""
        event_id = self.ids()
        for attempt in range(_ATTEMPTS):
            if attempt:
                history = await self.events.load_history(person_of(asked.principal), wanted.profile)
            begun = self._decide(asked, wanted, known, history, event_id, now)
            if isinstance(begun, Refusal) or await self.events.begin(begun, history):
                return begun
        return refuse_contended("budget")

    def _decide(
        self,
        asked: Asked,
        wanted: BeginBreakGlass,
        known: Asking,
        history: History,
        event_id: str,
        now: datetime,
    ) -> Begun | Refusal:
        decision = evaluate(known.policies.access, facts_of(asked, wanted.profile, now))
        asked.audit.rule, asked.audit.dissenting_shadows = decision.rule_name, decision.dissenting_shadows
        rule = rule_for(known.policies.break_glass, person_of(asked.principal), wanted.profile)
        begun = begin(
            _invocation(asked, wanted),
            decision=decision,
            rule=rule,
            policy_version=known.policies.break_glass_version,
            history=history,
            event_id=event_id,
            now=now,
        )
        if isinstance(begun, BeginningObstacle):
            return refuse_beginning(begun, Attempt(wanted, asked.principal.user, decision, rule, history))
        return begun


def _invocation(asked: Asked, wanted: BeginBreakGlass) -> Invocation:
    return Invocation(
        invoker=person_of(asked.principal),
        invoker_arn=asked.request.caller.arn,
        account=asked.principal.account,
        profile=wanted.profile,
        reason=wanted.reason,
        justification=wanted.justification,
        duration=wanted.duration,
    )
