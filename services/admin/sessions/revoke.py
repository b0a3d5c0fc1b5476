"""`POST /v1/sessions/{id}/revoke`: ending one session that STS has issued."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.admin.common.context import FactsReader, note_session
from services.admin.common.refusals import NEEDS_LOCK, NEEDS_REVOKE, NOT_FOUND, refuse_conflict
from services.admin.lockouts.models import view_lockout
from services.admin.revocations.effects import RevocationEffects
from services.admin.sessions.models import RevokeSession, SessionRevoked, view_session
from shared.aws.dynamodb.lockouts import LockoutTable
from shared.aws.dynamodb.revocation_rows import RevocationRow
from shared.aws.dynamodb.revocations import RevocationTable
from shared.aws.dynamodb.session_lists import SessionLists
from shared.core.events import NoticeEvent
from shared.core.ids import is_id
from shared.core.lockout import LockoutChange, lock_out, new_lockout
from shared.core.people import Action
from shared.core.permissions import Deed, of_others, owned_by
from shared.core.revocation import Target
from shared.core.session import Session, SessionState, revocation_of, revoke
from shared.edge.error_codes import Code
from shared.edge.inputs import parse_body
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response
from shared.edge.timestamps import format_timestamp

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """The session as it is then, the lockout that came with it, and whether it was this call that revoked it."""

    row: Session
    lockout: LockoutChange | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class SessionRevocation:
    """Revokes sessions. `clock` gives the present instant in UTC, `ids` new ids."""

    reader: FactsReader
    sessions: SessionLists
    revocations: RevocationTable
    lockouts: LockoutTable
    effects: RevocationEffects
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    async def revoke(self, ctx: RequestContext) -> Response | Refusal:
        """Revoke a session. To revoke what is revoked changes nothing and is no error."""
        body = parse_body(ctx.request, RevokeSession)
        if isinstance(body, Refusal):
            return body
        now = self.clock()
        found = await self._find(ctx, body, now)
        if isinstance(found, Refusal):
            return found
        row, is_own = found
        with ctx.audit.step("write"):
            outcome = await self._write(ctx, body, row, now, is_own=is_own)
        if isinstance(outcome, Refusal):
            return outcome
        return await self._answer(ctx, outcome, now)

    async def _answer(self, ctx: RequestContext, outcome: Outcome, now: datetime) -> Response:
        view, lockout, revocation = view_session(outcome.row, now), outcome.lockout, revocation_of(outcome.row)
        notified: Mapping[str, bool] = {}
        if outcome.is_new:
            switch, notified = await self.effects.write_kill_switch_and_notify(
                ctx, revocation, NoticeEvent.SESSION_REVOKED, view, now
            )
        else:
            switch = await self.effects.write_kill_switch(ctx, revocation)
        return Response(
            SessionRevoked(
                session=view,
                lockout=None if lockout is None else view_lockout(lockout.after),
                kill_switch=switch,
                notified=notified,
            ).as_json(),
        )

    async def _find(
        self,
        ctx: RequestContext,
        body: RevokeSession,
        now: datetime,
    ) -> tuple[Session, bool] | Refusal:
        """Find the session, and whether it is only as their own that the caller may revoke it."""
        session_id = ctx.parameters["id"]
        if not is_id(session_id):
            return NOT_FOUND
        ctx.audit.session_id = session_id

        # A lockout in addition does more than protect the actor.
        deed = Deed(owned_by(ctx.principal.user) if body.lock_for is None else of_others)
        with ctx.audit.step("read"):
            facts = await self.reader.read_acting(ctx, self.sessions.find(session_id), deed, now)
        if isinstance(facts, Refusal):
            return facts
        entitlement = facts.entitlement
        if facts.found is None or not entitlement.may_see_session(facts.found.user):
            return NOT_FOUND
        note_session(ctx.audit, facts.found)
        if not entitlement.may_revoke_of(facts.found.user):
            return NEEDS_REVOKE
        if body.lock_for is not None and not entitlement.may_lock:
            return NEEDS_LOCK
        return facts.found, not entitlement.may_revoke_all

    async def _write(
        self,
        ctx: RequestContext,
        body: RevokeSession,
        row: Session,
        now: datetime,
        *,
        is_own: bool,
    ) -> Outcome | Refusal:
        """Write the revocation, on what was read; where another caller was faster, read and decide again."""
        ending = Action(ctx.principal.user, now, body.reason)
        for attempt in range(_ATTEMPTS):
            if attempt:
                row = await self.sessions.find(row.session_id) or row
            lockout = await self._lockout(body, row.user, ending)
            revoked = revoke(row, ending)
            if isinstance(revoked, SessionState):
                return await self._lock_only(row, revoked, lockout)
            if await self.revocations.revoke_session(_revocation_row(revoked, ending, is_own=is_own), lockout):
                return Outcome(revoked, lockout, is_new=True)
        return refuse_conflict("session")

    async def _lock_only(
        self,
        row: Session,
        state: SessionState,
        lockout: LockoutChange | None,
    ) -> Outcome | Refusal:
        if state is not SessionState.REVOKED:
            return _refuse_ended(row, state)
        if lockout is not None and not await self.lockouts.change(lockout):
            return refuse_conflict("lockout")
        return Outcome(row, lockout, is_new=False)

    async def _lockout(self, body: RevokeSession, user: str, ending: Action) -> LockoutChange | None:
        if body.lock_for is None:
            return None
        ends_at = ending.at + body.lock_for
        lockout = new_lockout(self.ids(), Target.USER, user, ending, ends_at, of_person=True)
        return lock_out(await self.lockouts.find(Target.USER, user), lockout)


def _revocation_row(row: Session, ending: Action, *, is_own: bool) -> RevocationRow:
    return RevocationRow(row.session_id, revocation_of(row, is_own=is_own), ending, marked=1, is_complete=True)


def _refuse_ended(row: Session, state: SessionState) -> Refusal:
    if state is SessionState.FAILED:
        return Refusal(Code.CONFLICT, "There is nothing to revoke: STS issued nothing for this session.")
    return Refusal(Code.CONFLICT, f"There is nothing to revoke: the session ended at {format_timestamp(row.ends_at)}.")
