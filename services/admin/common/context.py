"""The read rounds: everything a call is decided by, read concurrently. Without all of it there is no decision.

A round that may change something ends in a refusal or in the entitlement that lets its caller act, and in nothing
between: all that is built on it stops with its caller's lockout.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from services.admin.common.policies import Policies, PolicyReader
from services.admin.common.refusals import refuse_actor, refuse_asker, refuse_over_budget, refuse_profile
from shared.aws.dynamodb.grants import GrantsAndLockouts, GrantTable
from shared.aws.dynamodb.rate_limit import Limited, RateLimiter
from shared.core.people import person_of
from shared.core.permissions import Deed, Entitlement
from shared.core.session import Session
from shared.edge.audit.line import AuditLine
from shared.edge.caller_facts import note_documents
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal

Found = TypeVar("Found")


class GrantView(Protocol):
    """A request or an event as the API shows it."""

    @property
    def id(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def profile(self) -> str: ...
    @property
    def status(self) -> StrEnum: ...
    @property
    def rule(self) -> str | None: ...
    @property
    def duration_s(self) -> int: ...
    def as_json(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class NewGrantFacts:
    """The facts of a call that asks for a new grant, by a caller who is not locked out."""

    policies: Policies
    standing: GrantsAndLockouts


@dataclass(frozen=True, slots=True)
class ActionFacts(Generic[Found]):
    """The facts of a call that acts on what was found, by a caller whom no lockout keeps from it."""

    policies: Policies
    found: Found
    entitlement: Entitlement


@dataclass(frozen=True, slots=True)
class FactsReader:
    """Reads documents, standing and budget, each from where it is kept, and notes the documents in the audit line.

    Every method raises an ExceptionGroup of `AwsError` where a read failed, and of `IndeterminateError`
    without an access policy.
    """

    policies: PolicyReader
    grants: GrantTable
    budget: RateLimiter

    def forget(self) -> None:
        self.policies.documents.forget()

    async def read_asking(self, ctx: RequestContext, profile: str, now: datetime) -> NewGrantFacts | Refusal:
        """Read what decides on a new grant; refuse at once what no policy has to decide."""
        person = person_of(ctx.principal)
        async with asyncio.TaskGroup() as reads:
            policies = reads.create_task(self.policies.read(profile))
            standing = reads.create_task(self.grants.load(person, profile, now))
            spending = reads.create_task(self.budget.spend(person.user, now))
        note_policies(ctx.audit, policies.result())
        if isinstance(budget := spending.result(), Limited):
            return refuse_over_budget(person.user, budget)
        if policies.result().usable_profile is None:
            return refuse_profile(person.user, profile)
        if lockouts := standing.result().lockouts:
            return refuse_asker(person.user, profile, lockouts)
        return NewGrantFacts(policies.result(), standing.result())

    async def read_acting(
        self,
        ctx: RequestContext,
        finding: Awaitable[Found],
        deed: Deed[Found],
        now: datetime,
        *,
        is_counted: bool = True,
    ) -> ActionFacts[Found] | Refusal:
        """Read what decides whether the caller may do a deed to what is found; refuse it to a locked-out caller."""
        person = person_of(ctx.principal)
        async with asyncio.TaskGroup() as reads:
            reading = reads.create_task(self.policies.read())
            finding_it = reads.create_task(_await(finding))
            locking = reads.create_task(self.grants.load_lockouts(deed.subjects(person), now))
            spending = reads.create_task(self.budget.spend(person.user, now)) if is_counted else None
        policies, found, lockouts = reading.result(), finding_it.result(), locking.result()
        note_policies(ctx.audit, policies)
        if spending is not None and isinstance(budget := spending.result(), Limited):
            return refuse_over_budget(person.user, budget)
        if deed.is_stopped(found, lockouts):
            return refuse_actor(person.user, lockouts)
        return ActionFacts(policies, found, policies.entitlement_of(person))

    async def read_changing(self, ctx: RequestContext, deed: Deed[None], now: datetime) -> ActionFacts[None] | Refusal:
        """Read what decides whether the caller may do a deed that concerns nothing that exists."""
        return await self.read_acting(ctx, _nothing(), deed, now)

    async def read_with(self, reading: Awaitable[Found]) -> tuple[Policies, Found]:
        """Read the policies and something else concurrently, without a rate limit: reading has a limit of its own."""
        async with asyncio.TaskGroup() as reads:
            policies = reads.create_task(self.policies.read())
            found = reads.create_task(_await(reading))
        return policies.result(), found.result()


async def _nothing() -> None:
    """Find nothing."""


async def _await(awaitable: Awaitable[Found]) -> Found:
    return await awaitable


def note_policies(audit: AuditLine, policies: Policies) -> None:
    """Say by which version it was decided, how old each document was, and which were served past their time."""
    audit.policy_version = policies.access_version
    note_documents(audit, policies.documents)


def note_grant(audit: AuditLine, grant: GrantView) -> None:
    audit.grant_id, audit.grant_status, audit.grant_user = grant.id, grant.status.value, grant.user
    audit.profile, audit.grant_rule = grant.profile, grant.rule
    audit.duration_asked_s = grant.duration_s


def note_session(audit: AuditLine, row: Session) -> None:
    audit.session_id, audit.stamp, audit.session_user = row.session_id, row.stamp, row.user
    audit.profile, audit.role_arn, audit.via, audit.grant_id = row.profile, row.role_arn, row.via.value, row.grant_id
