"""Writing the kill switch: one writer at a time, from what the table says at that moment, and only what changed."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeAlias

from services.admin.kill_switch.models import KillSwitchView, Plan, SwitchAccount, SwitchStatus, view_switch
from shared.aws.concurrency import gather_all
from shared.aws.dynamodb.lease import Lease
from shared.aws.dynamodb.revocations import RevocationTable
from shared.aws.errors import AwsError
from shared.aws.iam import BoundaryAccounts, BoundaryPolicy, Version
from shared.core.arn import Arn
from shared.core.kill_switch import build_boundary
from shared.core.revocation import Revocation
from shared.core.switch_guards import Guarded, owner_of, switch_name
from shared.edge.lambda_app import InvocationContext

# Left of the request's time for the answer itself, in seconds.
_FOR_THE_ANSWER_S: Final = 0.5
Outcome: TypeAlias = tuple[SwitchStatus, str]
Act: TypeAlias = Callable[[BoundaryPolicy, Version, str], Coroutine[Any, Any, Outcome]]


@dataclass(frozen=True, slots=True)
class KillSwitch:
    """The policy in every account of `where`; none means that the kill switch is off.

    `guarded` says what it keeps, its account left to the request. `ids` makes the names of lease holders, `clock` gives
    the present instant in UTC.
    """

    where: Sequence[str]
    guarded: Guarded
    accounts: BoundaryAccounts
    revocations: RevocationTable
    lease: Lease
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    async def sync(self, ctx: InvocationContext, revocation: Revocation | None = None) -> KillSwitchView:
        """Write the policy wherever it does not say what it should. A failure is in the view, and never raised.

        It fails, too, where there was no room for the `revocation` that this is about.
        """
        with ctx.audit.step("kill_switch"):
            view = await self._sync(ctx, revocation) if self.where else view_switch(None, [], self.clock())
        ctx.audit.kill_switch = view.status.value
        ctx.audit.kill_switch_uncovered = view.uncovered
        ctx.audit.kill_switch_failures = {each.account: each.detail for each in view.accounts if each.detail}
        return view

    async def compare(self, ctx: InvocationContext) -> KillSwitchView:
        """Say whether the policy says what it should, and write nothing.

        Raises:
            AwsError: the revocations could not be read.

        """
        with ctx.audit.step("kill_switch"):
            plan = await self._plan(ctx)
            return view_switch(plan, await self._visit(plan, ctx.own_account, _compare), self.clock())

    async def _sync(self, ctx: InvocationContext, revocation: Revocation | None) -> KillSwitchView:
        limit_s = max(0.0, ctx.time_left_s - _FOR_THE_ANSWER_S)
        try:
            # The table is read after the lease is held: the plan holds what this request wrote itself.
            async with asyncio.timeout(limit_s), self.lease.held(self.ids(), limit_s):
                plan = await self._plan(ctx)
                outcomes = await self._visit(plan, ctx.own_account, _apply)
        except (AwsError, TimeoutError) as error:
            detail = str(error) or "no answer in time"
            return view_switch(None, [_failed(account, detail) for account in self.where], self.clock())
        return view_switch(plan, outcomes, self.clock(), revocation)

    async def _plan(self, ctx: InvocationContext) -> Plan:
        now = self.clock()
        live = await self.revocations.load_live(now)
        return Plan(build_boundary(live, now, replace(self.guarded, account=ctx.own_account)), len(live))

    async def _visit(self, plan: Plan, own_account: str, act: Act) -> list[SwitchAccount]:
        document = plan.boundary.document
        return await gather_all(self._in_account(document, account, own_account, act) for account in self.where)

    async def _in_account(self, document: str, account: str, own_account: str, act: Act) -> SwitchAccount:
        name = switch_name(self.guarded.deployment)
        try:
            async with self.accounts.open(
                Arn(self.guarded.partition, "iam", "", account, f"policy/{name}"), own_account
            ) as policy:
                status, version = await _unless_foreign(policy, document, act)
        except (AwsError, ForeignBoundaryError) as error:
            return _failed(account, str(error))
        return SwitchAccount(account=account, status=status, version=version, detail=None)


class ForeignBoundaryError(Exception):
    """The policy is another deployment's: writing over it would bring its revoked sessions back to life."""


async def _unless_foreign(policy: BoundaryPolicy, document: str, act: Act) -> Outcome:
    present = await policy.read()
    ours = owner_of(json.loads(document))
    if present.owner not in (None, ours):
        raise ForeignBoundaryError(
            f"written by another deployment ({present.owner}, this one is {ours}): give each deployment a name and its "
            "own policy, or put the policy's first document back where it is to change hands"
        )
    return await act(policy, present, document)


async def _apply(policy: BoundaryPolicy, present: Version, document: str) -> Outcome:
    if present.says(document):
        return SwitchStatus.UNCHANGED, present.version_id
    return SwitchStatus.APPLIED, await policy.write(document)


async def _compare(_: BoundaryPolicy, present: Version, document: str) -> Outcome:
    return SwitchStatus.UNCHANGED if present.says(document) else SwitchStatus.BEHIND, present.version_id


def _failed(account: str, detail: str) -> SwitchAccount:
    return SwitchAccount(account=account, status=SwitchStatus.FAILED, version=None, detail=detail)
