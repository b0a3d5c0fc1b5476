"""`POST /v1/explain`: what a vend would decide, rule by rule."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from services.admin.common.context import note_policies
from services.admin.common.models import View, whole_seconds
from services.admin.common.policies import Policies, PolicyReader
from services.admin.common.refusals import NEEDS_READ
from services.admin.tickets.check import TicketCheck, Unusable
from shared.aws.dynamodb.grants import GrantsAndLockouts, GrantTable
from shared.core.access.authorize import Issue, RefusalCode, Refuse
from shared.core.access.evaluate import Decision, Facts, Verdict, parse_source_ip
from shared.core.access.explain import Explanation, RuleAccount, explain
from shared.core.approval.policy import ApprovalPolicy, approvers_for, can_be_met, rule_for
from shared.core.claims import ClaimName
from shared.core.grants import GrantUses
from shared.core.groups import NONE_KNOWN, GroupName, Groups
from shared.core.identity import Authentication
from shared.core.membership import groups_with
from shared.core.people import Person, person_of
from shared.core.present_grants import present_grants
from shared.core.ticket_lookup import TicketLookup
from shared.edge.deciding import facts_of
from shared.edge.error_codes import Code
from shared.edge.inputs import Input, ProfileName, UserName, parse_body, plain_text
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response
from shared.edge.timestamps import Timestamp

AskedText = Annotated[str, StringConstraints(max_length=1000)]
AskedClaim = AskedText | Annotated[tuple[AskedText, ...], Field(max_length=200, strict=False)]


class ExplainRequest(Input):
    """Ask why. What is left out is the caller's own and the present instant.

    `claims` and `groups` are all there are: a claim that is not among them is not known, a group is known not to be.
    Without `groups`, another user's are those of the grant table, of no token.
    """

    profile: ProfileName
    user: UserName | None = None
    at: Timestamp | None = None
    account: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")] | None = None
    role: Annotated[str, plain_text(0, 64)] | None = None
    source_ip: Annotated[str, StringConstraints(min_length=2, max_length=45)] | None = None
    authentication: Annotated[Authentication, Field(strict=False)] | None = None
    issuer: Annotated[str, plain_text(0, 32)] | None = None
    claims: Annotated[dict[ClaimName, AskedClaim], Field(max_length=50)] | None = None
    groups: Annotated[tuple[GroupName, ...], Field(max_length=200, strict=False)] | None = None


class ConditionView(View):
    """One written condition. `holds` is null where the fact is not known; `words` need the permission `read`."""

    name: str
    holds: bool | None
    words: str | None


class RuleView(View):
    """One rule of the access policy: whether it matched, and whether it is the one that decides."""

    name: str
    effect: str
    shadow: bool
    matched: bool
    decides: bool
    conditions: tuple[ConditionView, ...]


class Outcome(View):
    """What a vend would answer: credentials by way of `via`, or the refusal `code`."""

    result: Literal["issue", "refuse"]
    via: Literal["direct", "approval", "break-glass"] | None
    grant_id: str | None
    duration_s: int | None
    code: str | None


class LookupView(View):
    """The document `tickets/<name>` by which the ticket of a request is looked up.

    "unusable": it does not exist or is not valid, so that every request is refused; `problem` says which, with the
    permission `read`. Without it, "usable" is also said of one that is switched off.
    """

    name: str
    state: Literal["usable", "disabled", "unusable"]
    problem: str | None


class TermsView(View):
    """What a request would need: the approval rule of the profile, for the user in question.

    `ticket` is the pattern of its ticket; null where it needs none. `ticket_lookup` is null where none is looked up.
    """

    rule: str
    approvers: tuple[str, ...]
    quorum: int
    max_duration_s: int
    pending_s: int
    uses: GrantUses
    ticket: str | None
    ticket_lookup: LookupView | None


class ExplainResponse(View):
    """What would be decided, rule by rule. `approval` is null where no approval is demanded, or none can be given.

    Without the permission `read`, `rules` are those about the asker and the profile, and `catalogue` says "unknown" of
    a profile that is disabled as well.
    """

    user: str
    profile: str
    at: Timestamp
    catalogue: Literal["enabled", "disabled", "unknown"]
    locked_out: bool
    outcome: Outcome
    approval: TermsView | None
    rule: str | None
    policy_version: str
    rules: tuple[RuleView, ...]


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
        lookup = _lookup(rule.ticket_lookup, found, may_read=may_read)
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
        outcome=_outcome(explanation) if is_usable else _refused(RefusalCode.DENIED),
        approval=_terms(explanation.decision, policies.approval, facts.profile, holder) if is_usable else None,
        rule=explanation.decision.rule_name,
        policy_version=policies.access_version,
        rules=tuple(
            _rule(account, may_read=may_read) for account in explanation.rules if may_read or account.concerns_asker
        ),
    )


def _outcome(explanation: Explanation) -> Outcome:
    match explanation.outcome:
        case Refuse(code):
            return _refused(code)
        case Issue(via, grant, duration):
            return Outcome(
                result="issue",
                via=via.value,
                grant_id=None if grant is None else grant.grant_id,
                duration_s=whole_seconds(duration),
                code=None,
            )


def _terms(decision: Decision, policy: ApprovalPolicy | None, profile: str, asker: Person) -> TermsView | None:
    rule = rule_for(policy, profile)
    if decision.verdict is not Verdict.REQUIRE_APPROVAL or rule is None or not can_be_met(rule, asker):
        return None
    return TermsView(
        rule=rule.name,
        approvers=approvers_for(rule.approver_words, asker),
        quorum=rule.quorum,
        max_duration_s=whole_seconds(rule.max_duration),
        pending_s=whole_seconds(rule.pending_ttl),
        uses=rule.uses,
        ticket=rule.ticket,
        ticket_lookup=None,
    )


def _lookup(name: str, found: TicketLookup | Unusable, *, may_read: bool) -> LookupView:
    if isinstance(found, Unusable):
        return LookupView(name=name, state="unusable", problem=found.problem if may_read else None)
    # When tickets are not looked up is no business of who could use it.
    state: Literal["usable", "disabled"] = "usable" if found.enabled or not may_read else "disabled"
    return LookupView(name=name, state=state, problem=None)


def _refused(code: RefusalCode) -> Outcome:
    return Outcome(result="refuse", via=None, grant_id=None, duration_s=None, code=code.value)


def _rule(account: RuleAccount, *, may_read: bool) -> RuleView:
    return RuleView(
        name=account.name,
        effect=account.effect,
        shadow=account.is_shadow,
        matched=account.matched,
        decides=account.decides,
        conditions=tuple(
            ConditionView(name=each.name, holds=each.holds, words=each.words if may_read else None)
            for each in account.conditions
        ),
    )
