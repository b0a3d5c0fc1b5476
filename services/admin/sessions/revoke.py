"""`POST /v1/sessions/{id}/revoke`: ending one session that STS has issued."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.admin.common.context import FactsReader, note_session
from services.admin.common.refusals import NEEDS_LOCK, NEEDS_REVOKE, NOT_FOUND, refuse_contended
from services.admin.lockouts.models import view_lockout
from services.admin.revocations.effects import RevocationEffects
from services.admin.sessions.models import RevokeSession, SessionRevoked, view_session
from shared.aws.dynamodb.lockouts import LockoutTable
from shared.aws.dynamodb.revocation_rows import RevocationRow
from shared.aws.dynamodb.revocations import RevocationTable
from shared.aws.dynamodb.session_lists import SessionLists
from shared.core.action import Action
from shared.core.events import NoticeEvent
from shared.core.ids import is_id
from shared.core.lockout import LockoutChange, lock_out, new_lockout
from shared.core.permissions import Deed, of_others, owned_by
from shared.core.revocation import Target
from shared.core.session import Session, SessionState, revocation_of, revoke
from shared.edge.answers import Answer, Refusal
from shared.edge.codes import Code
from shared.edge.inputs import parse_body
from shared.edge.instants import format_instant
from shared.edge.lambda_app import Asked

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """The session as it is then, the lockout that came with it, and whether it was this call that revoked it."""

    row: Session
    lockout: LockoutChange | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Revoking:
    """Revokes sessions. `clock` gives the present instant in UTC, `ids` new ids."""

    reader: FactsReader
    sessions: SessionLists
    revocations: RevocationTable
    lockouts: LockoutTable
    effects: RevocationEffects
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    async def revoke(self, asked: Asked) -> Answer | Refusal:
        """Revoke a session. To revoke what is revoked changes nothing and is no error."""
        wanted = parse_body(asked.request, RevokeSession)
        if isinstance(wanted, Refusal):
            return wanted
        now = self.clock()
        found = await self._find(asked, wanted, now)
        if isinstance(found, Refusal):
            return found
        row, is_own = found
        with asked.audit.step("write"):
            outcome = await self._write(asked, wanted, row, now, is_own=is_own)
        if isinstance(outcome, Refusal):
            return outcome
        return await self._answer(asked, outcome, now)

    async def _answer(self, asked: Asked, outcome: Outcome, now: datetime) -> Answer:
        view, lockout, revocation = view_session(outcome.row, now), outcome.lockout, revocation_of(outcome.row)
        notified: Mapping[str, bool] = {}
        if outcome.is_new:
            switch, notified = await self.effects.write_kill_switch_and_notify(
                asked, revocation, NoticeEvent.SESSION_REVOKED, view, now
            )
        else:
            switch = await self.effects.write_kill_switch(asked, revocation)
        return Answer(
            SessionRevoked(
                session=view,
                lockout=None if lockout is None else view_lockout(lockout.after),
                kill_switch=switch,
                notified=notified,
            ).as_json(),
        )

    async def _find(
        self,
        asked: Asked,
        wanted: RevokeSession,
        now: datetime,
    ) -> tuple[Session, bool] | Refusal:
        """Find the session, and whether it is only as their own that the caller may revoke it."""
        session_id = asked.parameters["id"]
        if not is_id(session_id):
            return NOT_FOUND
        asked.audit.session_id = session_id

        # A lockout in addition does more than protect the actor.
        deed = Deed(owned_by(asked.principal.user) if wanted.lock_for is None else of_others)
        with asked.audit.step("read"):
            known = await self.reader.read_acting(asked, self.sessions.find(session_id), deed, now)
        if isinstance(known, Refusal):
            return known
        entitlement = known.entitlement
        if known.found is None or not entitlement.may_see_session(known.found.user):
            return NOT_FOUND
        note_session(asked.audit, known.found)
        if not entitlement.may_revoke_of(known.found.user):
            return NEEDS_REVOKE
        if wanted.lock_for is not None and not entitlement.may_lock:
            return NEEDS_LOCK
        return known.found, not entitlement.may_revoke_all

    async def _write(
        self,
        asked: Asked,
        wanted: RevokeSession,
        row: Session,
        now: datetime,
        *,
        is_own: bool,
    ) -> Outcome | Refusal:
        """Write the revocation, on what was read; where somebody was faster, read anew and decide again."""
        ending = Action(asked.principal.user, now, wanted.reason)
        for attempt in range(_ATTEMPTS):
            if attempt:
                row = await self.sessions.find(row.session_id) or row
            lockout = await self._lockout(wanted, row.user, ending)
            revoked = revoke(row, ending)
            if isinstance(revoked, SessionState):
                return await self._lock_only(row, revoked, lockout)
            if await self.revocations.revoke_session(_revocation_row(revoked, ending, is_own=is_own), lockout):
                return Outcome(revoked, lockout, is_new=True)
        return refuse_contended("session")

    async def _lock_only(
        self,
        row: Session,
        state: SessionState,
        lockout: LockoutChange | None,
    ) -> Outcome | Refusal:
        if state is not SessionState.REVOKED:
            return _refuse_ended(row, state)
        if lockout is not None and not await self.lockouts.change(lockout):
            return refuse_contended("lockout")
        return Outcome(row, lockout, is_new=False)

    async def _lockout(self, wanted: RevokeSession, user: str, ending: Action) -> LockoutChange | None:
        if wanted.lock_for is None:
            return None
        ends_at = ending.at + wanted.lock_for
        lockout = new_lockout(self.ids(), Target.USER, user, ending, ends_at, of_person=True)
        return lock_out(await self.lockouts.find(Target.USER, user), lockout)


def _revocation_row(row: Session, ending: Action, *, is_own: bool) -> RevocationRow:
    return RevocationRow(row.session_id, revocation_of(row, is_own=is_own), ending, marked=1, is_complete=True)


def _refuse_ended(row: Session, state: SessionState) -> Refusal:
    if state is SessionState.FAILED:
        return Refusal(Code.CONFLICT, "There is nothing to revoke: STS issued nothing for this session.")
    return Refusal(Code.CONFLICT, f"There is nothing to revoke: the session ended at {format_instant(row.ends_at)}.")
