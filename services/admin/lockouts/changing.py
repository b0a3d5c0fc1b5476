"""`GET`, `POST` and `DELETE /v1/lockouts`: no new credentials for a user, of a profile or for everyone."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.admin.announcing import Announcer
from services.admin.entitlement import entitlement_of
from services.admin.facts import FactsReader
from services.admin.lockouts.locking import locking
from services.admin.lockouts.view import view_lockout
from services.admin.notes import note_policies
from services.admin.refusals import NEEDS_LOCK, NEEDS_READ, refuse_contended, refuse_over_budget
from services.admin.revoking_bodies import Lock, Unlock
from services.admin.revoking_views import LockoutChanged, LockoutList
from shared.aws.budget import Exhausted
from shared.aws.lockouts import LockoutChange, LockoutTable
from shared.core.admin_policy import Permission
from shared.core.grants import Ending
from shared.core.lockout import LiftingObstacle, lift
from shared.core.people import person_of
from shared.core.revocation import Target
from shared.core.webhook import NoticeEvent
from shared.edge.answers import Answer, Refusal
from shared.edge.codes import Code
from shared.edge.inputs import Nothing, parse_body, parse_query
from shared.edge.lambda_app import Asked

_ATTEMPTS: Final = 5
_SEEING: Final = frozenset({Permission.READ, Permission.LOCK, Permission.REVOKE})
_OWN_LOCKOUT: Final = Refusal(
    Code.NOT_PERMITTED,
    "Nobody lifts a lockout while they are locked out themselves, under any of their names; somebody else can.",
)
Decide = Callable[[], Coroutine[Any, Any, LockoutChange | Refusal]]


@dataclass(frozen=True, slots=True)
class Locking:
    """Sets, lifts and lists lockouts. `clock` gives the present instant in UTC, `ids` new ids."""

    reader: FactsReader
    lockouts: LockoutTable
    announcer: Announcer
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    async def list(self, asked: Asked) -> Answer | Refusal:
        """List the lockouts in force."""
        nothing = parse_query(asked.request, Nothing)
        if isinstance(nothing, Refusal):
            return nothing
        now = self.clock()
        with asked.audit.step("read"):
            policies, found = await self.reader.read_with(self.lockouts.list_open())
        note_policies(asked.audit, policies)
        if not entitlement_of(person_of(asked.principal), policies).permissions & _SEEING:
            return NEEDS_READ
        views = tuple(view_lockout(record) for record in found if record.is_active(now))
        return Answer(LockoutList(lockouts=views).as_json())

    async def lock(self, asked: Asked) -> Answer | Refusal:
        """Set a lockout. One that lasts as long already stays as it is, and that is no error."""
        wanted = parse_body(asked.request, Lock)
        if isinstance(wanted, Refusal):
            return wanted
        now, lockout_id = self.clock(), self.ids()
        ending = Ending(asked.principal.user, now, wanted.reason)
        ends_at = None if wanted.duration is None else now + wanted.duration

        async def decide() -> LockoutChange:
            present = await self.lockouts.find(wanted.target, wanted.name)
            return locking(present, wanted.target, wanted.name, ending, ends_at, lockout_id)

        return await self._change(asked, wanted, NoticeEvent.LOCKOUT_SET, now, decide)

    async def unlock(self, asked: Asked) -> Answer | Refusal:
        """Lift a lockout."""
        wanted = parse_query(asked.request, Unlock)
        if isinstance(wanted, Refusal):
            return wanted
        now, person = self.clock(), person_of(asked.principal)

        async def decide() -> LockoutChange | Refusal:
            present = await self.lockouts.find(wanted.target, wanted.name)
            own = await self.lockouts.find(Target.USER, person.user)
            lifted = lift(present, Ending(person.user, now, wanted.comment), by=person, of_the_lifter=own)
            match lifted:
                case LiftingObstacle.OWN_LOCKOUT:
                    return _OWN_LOCKOUT
                case LiftingObstacle.NOT_LOCKED:
                    return Refusal(Code.CONFLICT, f"No lockout of {wanted.target.words(wanted.name)} is in force.")
            return LockoutChange(present, lifted)

        return await self._change(asked, wanted, NoticeEvent.LOCKOUT_LIFTED, now, decide)

    async def _change(
        self,
        asked: Asked,
        wanted: Lock | Unlock,
        event: NoticeEvent,
        now: datetime,
        decide: Decide,
    ) -> Answer | Refusal:
        asked.audit.target = wanted.target.words(wanted.name)
        refusal = await self._refuse(asked, now)
        if refusal is not None:
            return refusal
        with asked.audit.step("write"):
            change = await self._write(decide)
        if isinstance(change, Refusal):
            return change
        view = view_lockout(change.after)
        notified = {} if change.is_none else await self.announcer.announce(asked, event, view, now)
        return Answer(LockoutChanged(lockout=view, notified=notified).as_json())

    async def _refuse(self, asked: Asked, now: datetime) -> Refusal | None:
        with asked.audit.step("read"):
            known = await self.reader.read_changing(asked.principal.user, now)
        note_policies(asked.audit, known.policies)
        if isinstance(known.budget, Exhausted):
            return refuse_over_budget(asked.principal.user, known.budget)
        permissions = entitlement_of(person_of(asked.principal), known.policies).permissions
        return None if Permission.LOCK in permissions else NEEDS_LOCK

    async def _write(self, decide: Decide) -> LockoutChange | Refusal:
        for _ in range(_ATTEMPTS):
            change = await decide()
            if isinstance(change, Refusal) or await self.lockouts.change(change):
                return change
        return refuse_contended("lockout")
