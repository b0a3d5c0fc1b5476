"""Whether a name was ever seen: a revocation or a lockout of a name never seen has no effect, and should say so.

Every look is one query of an index for a page, or of two days' partitions. What it finds decides nothing.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final, TypeAlias

from services.admin.common.models import View
from services.admin.common.policies import Policies, PolicyReader
from shared.aws.concurrency import gather_all
from shared.aws.dynamodb.approvals import ApprovalTable
from shared.aws.dynamodb.break_glass import BreakGlassTable
from shared.aws.dynamodb.grant_lists import ListQuery
from shared.aws.dynamodb.schema import EVIDENCE, ItemKind
from shared.aws.dynamodb.session_lists import SessionLists, SessionQuery
from shared.aws.errors import AwsError
from shared.core.approval.request import ApprovalRequest
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.globs import is_literal
from shared.core.people import near_names
from shared.core.revocation import Target
from shared.core.session import Session
from shared.edge.indeterminate import IndeterminateError
from shared.edge.lambda_app import RequestContext


class KnownName(View):
    """Whether anything of the named user or profile was ever seen, and what else may have been meant.

    Seen is a session, a request, an event, or the name written in a policy. `seen` is null where that could not be
    looked up. What was asked for is done in any case.
    """

    seen: bool | None
    near: tuple[str, ...]


_RECENT: Final = timedelta(hours=24)
_AHEAD: Final = timedelta(minutes=5)
_A_PAGE: Final = 100
_LIMIT_S: Final = 2.0
# Left of the request's time for the answer, in seconds.
_FOR_THE_ANSWER_S: Final = 1.0
_Row: TypeAlias = Session | ApprovalRequest | BreakGlassEvent


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Looks names up among sessions, requests, events, and what policies write out."""

    catalogue: PolicyReader
    sessions: SessionLists
    requests: ApprovalTable
    events: BreakGlassTable

    async def look_up(
        self,
        ctx: RequestContext,
        target: Target,
        name: str,
        policies: Policies,
        now: datetime,
    ) -> KnownName | None:
        """Say whether a user or a profile was ever seen, and what it may have been meant for; None for everyone.

        Never undoes what was done: where it takes too long or fails, `seen` is None.
        """
        if target not in (Target.USER, Target.PROFILE):
            return None
        try:
            async with asyncio.timeout(max(0.0, min(_LIMIT_S, ctx.time_left_s - _FOR_THE_ANSWER_S))):
                return await self._look_up(target, name, policies, now)
        except (AwsError, IndeterminateError, TimeoutError) as error:
            ctx.audit.detail = f"the name could not be looked up: {str(error) or 'no time was left'}"
            return KnownName(seen=None, near=())

    async def _look_up(self, target: Target, name: str, policies: Policies, now: datetime) -> KnownName:
        written = set(_written_names(policies, target))
        if name in written or name in await self._names(target, name, now):
            return KnownName(seen=True, near=())
        if target is Target.PROFILE and (await self.catalogue.read(name)).profile is not None:
            return KnownName(seen=True, near=())
        return KnownName(seen=False, near=near_names(name, written | await self._names(target, None, now)))

    async def _names(self, target: Target, name: str | None, now: datetime) -> set[str]:
        """Give the users, or the profiles, of the latest rows: of one name, or of any."""
        user, profile = (name, None) if target is Target.USER else (None, name)
        limit = _A_PAGE if name is None else 1
        since = now - (_RECENT if name is None else EVIDENCE)
        requests = ListQuery(ItemKind.APPROVAL, user, profile)
        events = ListQuery(ItemKind.BREAK_GLASS, user, profile)

        async def glance() -> Sequence[_Row]:
            return await self.sessions.glance(SessionQuery(since, now + _AHEAD, user, profile), limit)

        async def asked_for() -> Sequence[_Row]:
            return (await self.requests.page(requests, None, limit)).rows

        async def broken_for() -> Sequence[_Row]:
            return (await self.events.page(events, None, limit)).rows

        rows = chain.from_iterable(await gather_all([glance(), asked_for(), broken_for()]))
        return {row.user if target is Target.USER else row.profile for row in rows}


def _written_names(policies: Policies, target: Target) -> Iterator[str]:
    """List the users, or the profiles, that policies write out."""
    access = [rule.conditions for rule in policies.access.rules]
    approval = () if policies.approval is None else policies.approval.rules
    break_glass = () if policies.break_glass is None else policies.break_glass.rules
    admin = () if policies.admin is None else policies.admin.rules
    if target is Target.PROFILE:
        globs = [*(conditions.profiles or () for conditions in access)]
        globs += [*(rule.profiles for rule in approval), *(rule.profiles for rule in break_glass)]
    else:
        globs = [*(conditions.users or () for conditions in access), *(rule.approvers or () for rule in approval)]
        globs += [rule.escalation.approvers or () for rule in approval if rule.escalation is not None]
        globs += [*(rule.users or () for rule in break_glass), *(rule.users or () for rule in admin)]
    return filter(is_literal, chain.from_iterable(globs))
