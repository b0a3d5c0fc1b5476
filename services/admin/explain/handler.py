"""`POST /v1/explain`: what a vend would decide, rule by rule."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from services.admin.common.context import note_policies
from services.admin.common.policies import Policies, PolicyReader
from services.admin.common.refusals import NEEDS_READ
from services.admin.explain.models import (
    ExplainRequest,
    ExplainResponse,
    refused,
    view_lookup,
    view_outcome,
    view_rule,
    view_terms,
)
from services.admin.tickets.check import TicketCheck
from shared.aws.dynamodb.grants import GrantsAndLockouts, GrantTable
from shared.core.access.authorize import RefusalCode
from shared.core.access.evaluate import Facts, parse_source_ip
from shared.core.access.explain import explain
from shared.core.approval.policy import rule_for
from shared.core.groups import NONE_KNOWN, Groups
from shared.core.membership import groups_with
from shared.core.people import Person, person_of
from shared.core.present_grants import present_grants
from shared.edge.deciding import facts_of
from shared.edge.error_codes import Code
from shared.edge.inputs import parse_body
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response


@dataclass(frozen=True, slots=True)
class ExplainHandler:
    """Explains. `group_sync` as for `groups_with`; `clock` gives the present instant in UTC."""

    policies: PolicyReader
    grants: GrantTable
    tickets: TicketCheck
    group_sync: bool
    clock: Callable[[], datetime]

    async def explain(self, ctx: RequestContext) -> Response | Refusal:
        """Explain a decision: the caller's own to anyone, others' to who may read everything.

        Without the permission `read` one sees the rules that are about oneself and the profile, not what their
        conditions list, and a profile that is switched off as one that is not there. That an enabled profile is there
        is no secret: `GET /profiles` lists it.
        """
        body = parse_body(ctx.request, ExplainRequest)
        if isinstance(body, Refusal):
            return body
        ctx.audit.profile = body.profile
        facts = _facts(ctx, body, self.clock())
        if isinstance(facts, Refusal):
            return facts
        own = person_of(ctx.principal)
        person = own if facts.user == own.user else Person(facts.user)
        with ctx.audit.step("read"):
            async with asyncio.TaskGroup() as reads:
                reading = reads.create_task(self.policies.read(body.profile))
                loading = reads.create_task(self.grants.load(person, body.profile, facts.at))
        policies, standing = reading.result(), loading.result()
        note_policies(ctx.audit, policies)
        if facts.groups is None:
            groups = groups_with(NONE_KNOWN, standing.memberships, synced=self.group_sync)
            facts = replace(facts, groups=groups)
        may_read = policies.entitlement_of(own).may_read_all
        if _is_about_others(body) and not may_read:
            return NEEDS_READ
        answer = _explain(facts, person, policies, standing, may_read=may_read)
        return Response((await self._with_lookup(ctx, answer, policies, may_read=may_read)).as_json())

    async def _with_lookup(
        self, ctx: RequestContext, answer: ExplainResponse, policies: Policies, *, may_read: bool
    ) -> ExplainResponse:
        """Add to the terms of a request the look-up of its ticket. Its address and its credential are not shown."""
        rule = rule_for(policies.approval, answer.profile)
        if answer.approval is None or rule is None or rule.ticket_lookup is None:
            return answer
        with ctx.audit.step("ticket"):
            found = await self.tickets.find(rule.ticket_lookup)
        lookup = view_lookup(rule.ticket_lookup, found, may_read=may_read)
        return answer.model_copy(update={"approval": answer.approval.model_copy(update={"ticket_lookup": lookup})})


def _facts(ctx: RequestContext, body: ExplainRequest, now: datetime) -> Facts | Refusal:
    """Take the caller's own facts where they ask about themselves; of another user what was given is known.

    Groups of another user that were not given are read later, with the grants.
    """
    at = body.at or now
    own = facts_of(ctx, body.profile, at)
    facts = own if body.user in (None, own.user) else Facts(user=str(body.user), profile=body.profile, at=at)
    source_ip = facts.source_ip if body.source_ip is None else parse_source_ip(body.source_ip)
    if body.source_ip is not None and source_ip is None:
        return Refusal(Code.INVALID_REQUEST, "Field 'source_ip' must be an IP address.")
    return replace(
        facts,
        account=facts.account if body.account is None else body.account,
        role=facts.role if body.role is None else body.role,
        source_ip=source_ip,
        authentication=facts.authentication if body.authentication is None else body.authentication,
        issuer=facts.issuer if body.issuer is None else body.issuer,
        claims=facts.claims if body.claims is None else body.claims,
        groups=facts.groups if body.groups is None else Groups(frozenset(body.groups), not_known_in=frozenset()),
    )


def _is_about_others(body: ExplainRequest) -> bool:
    return any(getattr(body, name) is not None for name in body.model_fields_set - {"profile", "at"})


def _explain(
    facts: Facts, person: Person, policies: Policies, standing: GrantsAndLockouts, *, may_read: bool
) -> ExplainResponse:
    profile = policies.profile
    known = frozenset() if facts.groups is None else facts.groups.names
    holder = replace(person, account=facts.account or "", groups=known)
    explanation = explain(
        policies.access,
        facts,
        grants=present_grants(standing.grants, holder, policies.present),
        is_locked_out=standing.is_locked_out,
        profile_cap=None if profile is None else profile.max_duration,
    )
    is_usable = policies.usable_profile is not None
    return ExplainResponse(
        user=facts.user,
        profile=facts.profile,
        at=facts.at,
        catalogue="enabled" if is_usable else "disabled" if may_read and profile is not None else "unknown",
        locked_out=standing.is_locked_out,
        # The catalogue comes first: a profile that is not in it is refused.
        outcome=view_outcome(explanation) if is_usable else refused(RefusalCode.DENIED),
        approval=view_terms(explanation.decision, policies.approval, facts.profile, holder) if is_usable else None,
        rule=explanation.decision.rule_name,
        policy_version=policies.access_version,
        rules=tuple(
            view_rule(account, may_read=may_read) for account in explanation.rules if may_read or account.concerns_asker
        ),
    )
