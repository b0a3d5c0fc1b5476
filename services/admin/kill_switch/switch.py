"""Writing the kill switch: one writer at a time, from what the table says at that moment, and only what changed."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from services.admin.kill_switch.view import Plan, view_switch
from services.admin.revoking_views import KillSwitchView, SwitchAccount, SwitchStatus
from shared.aws.boundary import BoundaryAccounts, BoundaryPolicy
from shared.aws.errors import AwsError
from shared.aws.lease import Lease
from shared.aws.revocations import RevocationTable
from shared.aws.settling import all_of
from shared.core.arn import Arn
from shared.core.kill_switch import build_boundary
from shared.edge.lambda_app import Asked

# Left of the request's time for the answer itself, in seconds.
_FOR_THE_ANSWER_S: Final = 0.5
Outcome: TypeAlias = tuple[SwitchStatus, str]
Act: TypeAlias = Callable[[BoundaryPolicy, str], Coroutine[Any, Any, Outcome]]


@dataclass(frozen=True, slots=True)
class KillSwitch:
    """The policy in every account. `policies` are their ARNs; none means that the kill switch is off.

    `ids` makes the names of lease holders, `clock` gives the present instant in UTC.
    """

    policies: Sequence[Arn]
    accounts: BoundaryAccounts
    revocations: RevocationTable
    lease: Lease
    ids: Callable[[], str]
    clock: Callable[[], datetime]

    async def sync(self, asked: Asked) -> KillSwitchView:
        """Write the policy wherever it does not say what it should. Whatever fails is said, and never raised."""
        with asked.audit.step("kill_switch"):
            view = await self._sync(asked) if self.policies else view_switch(None, [], self.clock())
        asked.audit.kill_switch = view.status.value
        asked.audit.kill_switch_failures = {each.account: each.detail for each in view.accounts if each.detail}
        return view

    async def compare(self, asked: Asked) -> KillSwitchView:
        """Say whether the policy says what it should, and write nothing.

        Raises:
            AwsError: the revocations could not be read.

        """
        with asked.audit.step("kill_switch"):
            plan = await self._plan()
            return view_switch(plan, await self._visit(plan, asked.own_account, _compare), self.clock())

    async def _sync(self, asked: Asked) -> KillSwitchView:
        limit_s = max(0.0, asked.time_left_s - _FOR_THE_ANSWER_S)
        try:
            # Whoever waits for the lease reads the table after it: what they wrote themselves is in their plan.
            async with asyncio.timeout(limit_s), self.lease.held(self.ids(), limit_s):
                plan = await self._plan()
                outcomes = await self._visit(plan, asked.own_account, _apply)
        except (AwsError, TimeoutError) as error:
            detail = str(error) or "no answer in time"
            return view_switch(None, [_failed(arn, detail) for arn in self.policies], self.clock())
        return view_switch(plan, outcomes, self.clock())

    async def _plan(self) -> Plan:
        now = self.clock()
        live = await self.revocations.load_live(now)
        return Plan(build_boundary(live, now), len(live))

    async def _visit(self, plan: Plan, own_account: str, act: Act) -> list[SwitchAccount]:
        return await all_of(self._in_account(plan.boundary.document, arn, own_account, act) for arn in self.policies)

    async def _in_account(self, document: str, arn: Arn, own_account: str, act: Act) -> SwitchAccount:
        try:
            async with self.accounts.open(arn, own_account) as policy:
                status, version = await act(policy, document)
        except AwsError as error:
            return _failed(arn, str(error))
        return SwitchAccount(account=arn.account, status=status, version=version, detail=None)


async def _apply(policy: BoundaryPolicy, document: str) -> Outcome:
    present = await policy.read()
    if present.says(document):
        return SwitchStatus.UNCHANGED, present.version_id
    return SwitchStatus.APPLIED, await policy.write(document)


async def _compare(policy: BoundaryPolicy, document: str) -> Outcome:
    present = await policy.read()
    return SwitchStatus.UNCHANGED if present.says(document) else SwitchStatus.BEHIND, present.version_id


def _failed(arn: Arn, detail: str) -> SwitchAccount:
    return SwitchAccount(account=arn.account, status=SwitchStatus.FAILED, version=None, detail=detail)
