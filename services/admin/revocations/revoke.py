"""`POST /v1/revocations` and `POST /v1/revocations/{id}/continue`: ending many sessions.

The cutoff is written first: from then on everything issued up to it is revoked. A vend under way may have read the
lockouts just before, and answers some seconds later; so the cutoff lies a margin ahead, and a lockout stops every vend
that begins within the margin. Such a vend ends without credentials or under the cutoff, never outside both.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Final

from services.admin.common.context import ActionFacts, FactsReader
from services.admin.common.known_names import KnownNames
from services.admin.common.refusals import NEEDS_LOCK, NEEDS_REVOKE, NOT_FOUND, refuse_conflict
from services.admin.lockouts.models import view_lockout
from services.admin.revocations.effects import RevocationEffects
from services.admin.revocations.marking import SessionMarking
from services.admin.revocations.models import ManyRevoked, RevocationResponse, RevokeMany, view_revocation
from shared.aws.dynamodb.lockouts import LockoutTable
from shared.aws.dynamodb.rate_limit import RateLimiter
from shared.aws.dynamodb.revocation_rows import RevocationRow
from shared.aws.dynamodb.revocations import RevocationTable
from shared.aws.dynamodb.session_lists import SessionLists, SessionQuery
from shared.aws.errors import AwsError
from shared.core.events import NoticeEvent
from shared.core.ids import is_id
from shared.core.lockout import LockoutChange, bridge, lock_out, new_lockout
from shared.core.people import Action
from shared.core.permissions import Deed, ends_own
from shared.core.revocation import ISSUE_MARGIN, Revocation, Target, locked_until, revoke_many, unreached_since
from shared.edge.inputs import Nothing, parse_body, parse_optional_body
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response


@dataclass(frozen=True, slots=True)
class LiveSessions:
    """Looks for sessions and for vends. What cannot be known may be there, so nothing here raises.

    `vends` is the budget that every request for credentials takes from.
    """

    sessions: SessionLists
    vends: RateLimiter

    async def has_any(self, user: str, cutoff: datetime | None, now: datetime) -> bool:
        """Tell whether anything vended to a user after the cutoff may be alive, or be under way."""
        since = unreached_since(cutoff, now)
        if since is None:
            return False
        try:
            page = await self.sessions.page(SessionQuery(since, now + ISSUE_MARGIN, user=user), None, 1)
        except AwsError:
            return True
        return bool(page.rows) or await self.is_vending(user, now)

    async def is_vending(self, user: str, now: datetime) -> bool:
        """Tell whether a vend may be under way whose session is in no list yet."""
        try:
            return await self.vends.was_spent(user, now - ISSUE_MARGIN, now)
        except AwsError:
            return True


_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class MassRevocation:
    """Revokes many sessions at once. `clock` gives the present instant in UTC, `ids` new ids."""

    reader: FactsReader
    revocations: RevocationTable
    lockouts: LockoutTable
    living: LiveSessions
    marking: SessionMarking
    names: KnownNames
    effects: RevocationEffects
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    async def revoke(self, ctx: RequestContext) -> Response | Refusal:
        """Revoke everything of a user, of a profile or of everyone."""
        body = parse_body(ctx.request, RevokeMany)
        if isinstance(body, Refusal):
            return body
        now = self.clock()
        ctx.audit.target = body.target.words(body.name)
        facts = await self._permit(ctx, body, now)
        if isinstance(facts, Refusal):
            return facts
        with ctx.audit.step("write"):
            is_own = not facts.entitlement.may_revoke_all
            written = await self._write(body, Action(ctx.principal.user, now, body.reason), is_own=is_own)
        if isinstance(written, Refusal):
            return written
        row, lockout = written
        async with asyncio.TaskGroup() as work:
            applying = work.create_task(
                self.effects.write_kill_switch_and_notify(
                    ctx, row.revocation, NoticeEvent.SESSIONS_REVOKED, view_revocation(row), now
                ),
            )
            marking = work.create_task(self.marking.mark_some(ctx, row))
            looking = work.create_task(self.names.look_up(ctx, body.target, body.name, facts.policies, now))
        switch, notified = applying.result()
        return Response(
            ManyRevoked(
                revocation=view_revocation(marking.result()),
                lockout=view_lockout(lockout.after),
                known=looking.result(),
                kill_switch=switch,
                notified=notified,
            ).as_json(),
            HTTPStatus.CREATED,
        )

    async def continue_marking(self, ctx: RequestContext) -> Response | Refusal:
        """Go on marking the rows of a revocation."""
        nothing = parse_optional_body(ctx.request, Nothing)
        if isinstance(nothing, Refusal):
            return nothing
        revocation_id = ctx.parameters["id"]
        if not is_id(revocation_id):
            return NOT_FOUND

        def is_own(row: RevocationRow | None) -> bool:
            return row is not None and ends_own(row.revocation, ctx.principal.user)

        with ctx.audit.step("read"):
            facts = await self.reader.read_acting(
                ctx,
                self.revocations.find(revocation_id),
                Deed(is_own),
                self.clock(),
                is_counted=False,
            )
        if isinstance(facts, Refusal):
            return facts
        row = facts.found
        if row is None or not facts.entitlement.may_revoke(row.revocation):
            return NOT_FOUND
        ctx.audit.target = row.revocation.target.words(row.revocation.name)
        row = await self.marking.mark_some(ctx, row)
        return Response(RevocationResponse(revocation=view_revocation(row)).as_json())

    async def _permit(self, ctx: RequestContext, body: RevokeMany, now: datetime) -> ActionFacts[None] | Refusal:
        revocation = Revocation(body.target, body.name, now)
        is_own = body.lock_for is None and ends_own(revocation, ctx.principal.user)
        with ctx.audit.step("read"):
            facts = await self.reader.read_changing(ctx, Deed(lambda _: is_own), now)
        if isinstance(facts, Refusal):
            return facts
        if not facts.entitlement.may_revoke(revocation):
            return NEEDS_REVOKE
        if body.lock_for is not None and not facts.entitlement.may_lock:
            return NEEDS_LOCK
        return facts

    async def _write(
        self,
        body: RevokeMany,
        ending: Action,
        *,
        is_own: bool,
    ) -> tuple[RevocationRow, LockoutChange] | Refusal:
        """Write cutoff, lockout and revocation, on what was read; where another caller was faster, start over."""
        revocation_id, lockout_id = self.ids(), self.ids()
        for _ in range(_ATTEMPTS):
            reached = await self.revocations.find_cutoff(body.target, body.name)
            revocation = revoke_many(body.target, body.name, ending.at, reached, is_own=is_own)
            lockout = await self._lockout(body, ending, revocation, lockout_id)
            row = RevocationRow(revocation_id, revocation, ending)
            is_listed = await self._ends_anything(revocation, reached)
            if await self.revocations.cut_off(row, lockout, is_listed=is_listed):
                return await self._as_listed(row, is_listed=is_listed), lockout
        return refuse_conflict("lockout")

    async def _lockout(
        self,
        body: RevokeMany,
        ending: Action,
        revocation: Revocation,
        lockout_id: str,
    ) -> LockoutChange:
        """Make the change to the lockout that stops vends while the revocation is felt, or for as long as asked."""
        is_asked = body.lock_for is not None
        until = locked_until(revocation, ending.at, body.lock_for)
        lockout = new_lockout(lockout_id, body.target, body.name, ending, until, of_person=is_asked)
        found = await self.lockouts.find(body.target, body.name)
        return lock_out(found, lockout) if is_asked else bridge(found, lockout)

    async def _ends_anything(self, revocation: Revocation, reached: datetime | None) -> bool:
        """Whether the kill switch has to know of it. What a person revokes of their own is not listed twice."""
        if revocation.target is not Target.USER:
            return True
        cutoff = reached if revocation.is_own else None
        return await self.living.has_any(revocation.name, cutoff, revocation.revoked_at or revocation.issued_until)

    async def _as_listed(self, row: RevocationRow, *, is_listed: bool) -> RevocationRow:
        """Look once more, now that no vend begins, for one that began before the cutoff was there."""
        if is_listed:
            return row
        if await self.living.is_vending(row.revocation.name, row.ending.at):
            await self.revocations.list_late(row)
            return row
        return replace(row, is_complete=True)
