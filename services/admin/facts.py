"""The read rounds: everything a call is decided by, asked for at once. One answer missing means no decision."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from services.admin.policies import Policies, PolicyReader
from shared.aws.budget import Exhausted, RateBudget, Spent
from shared.aws.grants import GrantTable, Standing
from shared.core.access.facts import Facts, parse_source_ip
from shared.edge.lambda_app import Asked

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Asking:
    """What is known when somebody asks for something new."""

    policies: Policies
    standing: Standing
    budget: Spent | Exhausted


@dataclass(frozen=True, slots=True)
class Acting(Generic[Found]):
    """What is known when somebody acts on what is there already."""

    policies: Policies
    found: Found
    budget: Spent | Exhausted


@dataclass(frozen=True, slots=True)
class FactsReader:
    """Reads documents, standing and budget, each from where it is kept.

    Every method raises an ExceptionGroup of `AwsError` where a read failed, and of `UndecidableError` where there is no
    access policy.
    """

    policies: PolicyReader
    grants: GrantTable
    budget: RateBudget

    def forget(self) -> None:
        self.policies.documents.forget()

    async def read_asking(self, user: str, profile: str, now: datetime) -> Asking:
        async with asyncio.TaskGroup() as reads:
            policies = reads.create_task(self.policies.read(profile))
            standing = reads.create_task(self.grants.load_standing(user, profile, now))
            budget = reads.create_task(self.budget.spend(user, now))
        return Asking(policies.result(), standing.result(), budget.result())

    async def read_acting(self, user: str, finding: Awaitable[Found], now: datetime) -> Acting[Found]:
        async with asyncio.TaskGroup() as reads:
            policies = reads.create_task(self.policies.read())
            found = reads.create_task(_await(finding))
            budget = reads.create_task(self.budget.spend(user, now))
        return Acting(policies.result(), found.result(), budget.result())

    async def read_changing(self, user: str, now: datetime) -> Acting[None]:
        """Read what decides whether somebody may change anything, whatever there is already."""
        return await self.read_acting(user, _nothing(), now)

    async def read_with(self, reading: Awaitable[Found]) -> tuple[Policies, Found]:
        """Read the policies beside something else, spending nothing: such calls have spent the budget of reading."""
        async with asyncio.TaskGroup() as reads:
            policies = reads.create_task(self.policies.read())
            found = reads.create_task(_await(reading))
        return policies.result(), found.result()


async def _nothing() -> None:
    """Find nothing."""


async def _await(awaitable: Awaitable[Found]) -> Found:
    return await awaitable


def facts_of(asked: Asked, profile: str, now: datetime) -> Facts:
    """Say what the access policy may know about the caller."""
    return Facts(
        user=asked.principal.user,
        profile=profile,
        at=now,
        account=asked.principal.account,
        role=asked.principal.role,
        source_ip=parse_source_ip(asked.request.caller.source_ip),
    )
