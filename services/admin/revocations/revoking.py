"""`POST /v1/revocations` and `POST /v1/revocations/{id}/continue`: ending all sessions of somebody.

The cutoff is written first: from then on everything issued up to it is revoked. A vend under way may have read the
lockouts just before, and answers some seconds later; so the cutoff lies a margin ahead, and a lockout stops every vend
that begins within the margin. Such a vend ends without credentials or under the cutoff, never beside both.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from services.admin.consequences import Consequences
from services.admin.entitlement import Entitlement, entitlement_of
from services.admin.facts import FactsReader
from services.admin.lockouts.locking import locking
from services.admin.lockouts.view import view_lockout
from services.admin.notes import note_policies
from services.admin.refusals import NEEDS_LOCK, NEEDS_REVOKE, NOT_FOUND, refuse_contended, refuse_over_budget
from services.admin.revocations.marking import Marking
from services.admin.revocations.view import view_revocation
from services.admin.revoking_bodies import RevokeMany
from services.admin.revoking_views import ManyRevoked, RevocationAnswer
from shared.aws.budget import Exhausted
from shared.aws.lockouts import LockoutChange, LockoutTable
from shared.aws.revocation_rows import RevocationRow
from shared.aws.revocations import RevocationTable
from shared.core.admin_policy import Permission
from shared.core.grants import Ending
from shared.core.ids import is_id
from shared.core.people import person_of
from shared.core.revocation import ISSUE_MARGIN, Revocation, Target
from shared.core.webhook import NoticeEvent
from shared.edge.answers import Answer, Refusal
from shared.edge.inputs import Nothing, parse_body, parse_optional_body
from shared.edge.lambda_app import Asked

_ATTEMPTS: Final = 5
# Rows and cutoffs keep whole seconds: a vend in the cutoff's own second would be born revoked.
_ONE_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class MassRevoking:
    """Revokes many sessions at once. `clock` gives the present instant in UTC, `ids` new ids."""

    reader: FactsReader
    revocations: RevocationTable
    lockouts: LockoutTable
    marking: Marking
    consequences: Consequences
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    async def revoke(self, asked: Asked) -> Answer | Refusal:
        """Revoke everything of a user, of a profile or of everyone."""
        wanted = parse_body(asked.request, RevokeMany)
        if isinstance(wanted, Refusal):
            return wanted
        now = self.clock()
        asked.audit.target = wanted.target.words(wanted.name)
        refusal = await self._refuse(asked, wanted, now)
        if refusal is not None:
            return refusal
        with asked.audit.step("write"):
            written = await self._write(wanted, Ending(asked.principal.user, now, wanted.reason))
        if isinstance(written, Refusal):
            return written
        row, lockout = written
        async with asyncio.TaskGroup() as work:
            following = work.create_task(
                self.consequences.follow(asked, NoticeEvent.SESSIONS_REVOKED, view_revocation(row), now),
            )
            marking = work.create_task(self.marking.mark_some(asked, row))
        switch, notified = following.result()
        return Answer(
            ManyRevoked(
                revocation=view_revocation(marking.result()),
                lockout=view_lockout(lockout.after),
                kill_switch=switch,
                notified=notified,
            ).as_json(),
            HTTPStatus.CREATED,
        )

    async def go_on(self, asked: Asked) -> Answer | Refusal:
        """Go on marking the rows of a revocation."""
        nothing = parse_optional_body(asked.request, Nothing)
        if isinstance(nothing, Refusal):
            return nothing
        revocation_id = asked.parameters["id"]
        if not is_id(revocation_id):
            return NOT_FOUND
        with asked.audit.step("read"):
            policies, row = await self.reader.read_with(self.revocations.find(revocation_id))
        note_policies(asked.audit, policies)
        if row is None or not _may_revoke(entitlement_of(person_of(asked.principal), policies), row.revocation):
            return NOT_FOUND
        asked.audit.target = row.revocation.target.words(row.revocation.name)
        row = await self.marking.mark_some(asked, row)
        return Answer(RevocationAnswer(revocation=view_revocation(row)).as_json())

    async def _refuse(self, asked: Asked, wanted: RevokeMany, now: datetime) -> Refusal | None:
        with asked.audit.step("read"):
            known = await self.reader.read_changing(asked.principal.user, now)
        note_policies(asked.audit, known.policies)
        if isinstance(known.budget, Exhausted):
            return refuse_over_budget(asked.principal.user, known.budget)
        entitlement = entitlement_of(person_of(asked.principal), known.policies)
        if not _may_revoke(entitlement, Revocation(wanted.target, wanted.name, now)):
            return NEEDS_REVOKE
        if wanted.lock_for is not None and Permission.LOCK not in entitlement.permissions:
            return NEEDS_LOCK
        return None

    async def _write(self, wanted: RevokeMany, ending: Ending) -> tuple[RevocationRow, LockoutChange] | Refusal:
        """Write cutoff, lockout and revocation, on what was read; where somebody was faster, read anew."""
        revocation_id, lockout_id = self.ids(), self.ids()
        for _ in range(_ATTEMPTS):
            reached = await self.revocations.find_cutoff(wanted.target, wanted.name)
            issued_until = max(ending.at + ISSUE_MARGIN, reached or ending.at)
            locked_until = max(issued_until + _ONE_SECOND, ending.at + (wanted.lock_for or timedelta(0)))
            present = await self.lockouts.find(wanted.target, wanted.name)
            lockout = locking(present, wanted.target, wanted.name, ending, locked_until, lockout_id)
            row = RevocationRow(revocation_id, Revocation(wanted.target, wanted.name, issued_until), ending)
            if await self.revocations.cut_off(row, lockout):
                return row, lockout
        return refuse_contended("lockout")


def _may_revoke(entitlement: Entitlement, revocation: Revocation) -> bool:
    if revocation.target is Target.USER:
        return entitlement.may_revoke_of(revocation.name)
    return revocation.target is not Target.SESSION and Permission.REVOKE in entitlement.permissions
