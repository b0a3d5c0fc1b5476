"""`GET`, `POST` and `DELETE /v1/lockouts`: no new credentials for a user, of a profile or for everyone."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.admin.common.context import FactsReader, note_policies
from services.admin.common.known_names import KnownNames
from services.admin.common.policies import Policies
from services.admin.common.refusals import NEEDS_LOCK, NEEDS_READ_OF_ALL, refuse_conflict
from services.admin.lockouts.models import Lock, LockoutChanged, LockoutList, Unlock, view_lockout
from services.admin.notify.notifier import Announcer
from shared.aws.dynamodb.lockouts import LockoutTable
from shared.core.caller_names import is_caller_name
from shared.core.events import NoticeEvent
from shared.core.lockout import LiftingRejection, LockoutChange, lift_all, lock_out, new_lockout
from shared.core.people import Action, near_names, person_of
from shared.core.permissions import Deed, of_others
from shared.core.revocation import Target
from shared.edge.error_codes import Code
from shared.edge.inputs import Nothing, parse_body, parse_query
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

_ATTEMPTS: Final = 5
_OWN_LOCKOUT: Final = Refusal(
    Code.LOCKED_OUT,
    "You cannot lift a lockout of your own, under any of your names; another person can.",
)
Decide = Callable[[], Coroutine[Any, Any, Sequence[LockoutChange] | Refusal]]


@dataclass(frozen=True, slots=True)
class LockoutHandlers:
    """Sets, lifts and lists lockouts. `clock` gives the present instant in UTC, `ids` new ids."""

    reader: FactsReader
    lockouts: LockoutTable
    names: KnownNames
    announcer: Announcer
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    async def list(self, ctx: RequestContext) -> Response | Refusal:
        """List the lockouts in force."""
        nothing = parse_query(ctx.request, Nothing)
        if isinstance(nothing, Refusal):
            return nothing
        now = self.clock()
        with ctx.audit.step("read"):
            policies, (found, unreadable) = await self.reader.read_with(self.lockouts.list_open())
        note_policies(ctx.audit, policies)
        if not policies.entitlement_of(person_of(ctx.principal)).may_see_lockouts:
            return NEEDS_READ_OF_ALL
        views = tuple(view_lockout(record) for record in found if record.is_active(now))
        ctx.audit.unreadable.extend(unreadable)
        return Response(LockoutList(lockouts=views, unreadable=tuple(unreadable)).as_json())

    async def lock(self, ctx: RequestContext) -> Response | Refusal:
        """Set a lockout. One that lasts as long already stays as it is, and that is no error."""
        body = parse_body(ctx.request, Lock)
        if isinstance(body, Refusal):
            return body
        now, lockout_id = self.clock(), self.ids()
        ending = Action(ctx.principal.user, now, body.reason)
        ends_at = None if body.duration is None else now + body.duration
        lockout = new_lockout(lockout_id, body.target, body.name, ending, ends_at, of_person=True)

        async def decide() -> Sequence[LockoutChange]:
            return [lock_out(await self.lockouts.find(body.target, body.name), lockout)]

        return await self._change(ctx, body, NoticeEvent.LOCKOUT_SET, now, decide)

    async def unlock(self, ctx: RequestContext) -> Response | Refusal:
        """Lift the lockout of every name of a user, and what there is of the very name; of a profile; of everyone."""
        params = parse_query(ctx.request, Unlock)
        if isinstance(params, Refusal):
            return params
        now, person = self.clock(), person_of(ctx.principal)

        async def decide() -> Sequence[LockoutChange] | Refusal:
            found = await self.lockouts.find(params.target, params.name)
            changes = lift_all(found, Action(person.user, now, params.comment), by=person)
            match changes:
                case LiftingRejection.OWN_LOCKOUT:
                    return _OWN_LOCKOUT
                case LiftingRejection.NOT_LOCKED:
                    return await self._not_locked(params, now)
                case _:
                    return changes

        return await self._change(ctx, params, NoticeEvent.LOCKOUT_LIFTED, now, decide)

    async def _change(
        self,
        ctx: RequestContext,
        params: Lock | Unlock,
        event: NoticeEvent,
        now: datetime,
        decide: Decide,
    ) -> Response | Refusal:
        ctx.audit.target = params.target.words(params.name)
        policies = await self._permit(ctx, now)
        if isinstance(policies, Refusal):
            return policies
        with ctx.audit.step("write"):
            changes = await self._write(decide)
        if isinstance(changes, Refusal):
            return changes
        view = view_lockout(changes[0].after)
        is_new = not all(change.is_none for change in changes)
        async with asyncio.TaskGroup() as work:
            # Neither undoes what is written.
            notifying = work.create_task(self.announcer.announce(ctx, event, view.as_json(), now)) if is_new else None
            target = params.target if isinstance(params, Lock) else Target.ALL
            looking = work.create_task(self.names.look_up(ctx, target, params.name, policies, now))
        known, notified = looking.result(), {} if notifying is None else notifying.result()
        return Response(LockoutChanged(lockout=view, known=known, notified=notified).as_json())

    async def _not_locked(self, params: Unlock, now: datetime) -> Refusal:
        """Say that nothing is there to lift, and which lockout may have been meant."""
        words = params.target.words(params.name)
        if params.target is Target.USER and not is_caller_name(params.name):
            return Refusal(Code.INVALID_REQUEST, f"No caller can be called {params.name!a}, and no lockout is of it.")
        active = [record for record in (await self.lockouts.list_open())[0] if record.is_active(now)]
        near = near_names(params.name, [record.name for record in active if record.target is params.target])
        hint = f"In force is one of {', '.join(near)}." if near else "`sentinel lock list` lists what is in force."
        return Refusal(Code.CONFLICT, f"No lockout of {words} is in force.", hint=hint)

    async def _permit(self, ctx: RequestContext, now: datetime) -> Policies | Refusal:
        with ctx.audit.step("read"):
            facts = await self.reader.read_changing(ctx, Deed(of_others), now)
        if isinstance(facts, Refusal):
            return facts
        return facts.policies if facts.entitlement.may_lock else NEEDS_LOCK

    async def _write(self, decide: Decide) -> Sequence[LockoutChange] | Refusal:
        for _ in range(_ATTEMPTS):
            changes = await decide()
            if isinstance(changes, Refusal) or await self.lockouts.change(*changes):
                return changes
        return refuse_conflict("lockout")
