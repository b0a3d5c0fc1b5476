"""The vend, readable top to bottom: read the facts side by side, decide, then issue and record side by side."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from services.vend.facts import FactsReader, VendFacts
from services.vend.issuing import GrantAlreadyUsed, Issuer, IssueRequest
from services.vend.mapping import (
    circumstances_of,
    note_facts,
    note_issue_request,
    note_issued,
    note_request,
    render_credentials,
    session_row,
)
from services.vend.refusals import refuse, refuse_by_sts, refuse_locked_out, refuse_over_budget, refuse_profile
from services.vend.request import VendRequest, parse_vend_request
from shared.aws.dynamodb.rate_limit import Limited
from shared.aws.errors import RefusedError
from shared.core.access.authorize import RefusalCode, Refuse
from shared.core.access.recorded import Circumstances
from shared.core.break_glass.policy import rule_for
from shared.core.sts_refusals import sts_refusal_of
from shared.edge.deciding import decide
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response


@dataclass(frozen=True, slots=True)
class VendService:
    """Vends credentials. `clock` gives the present instant in UTC."""

    reader: FactsReader
    issuer: Issuer
    budget_limit: int
    clock: Callable[[], datetime]

    async def vend(self, ctx: RequestContext) -> Response | Refusal:
        """Answer `GET /` and `POST /`: credentials for one profile, or a refusal that says why not."""
        request = parse_vend_request(ctx.request)
        if isinstance(request, Refusal):
            return request
        note_request(ctx.audit, request)
        now = self.clock()
        with ctx.audit.step("read"):
            facts = await self.reader.read(
                ctx.principal,
                request.profile,
                now,
                lambda policy, caller: decide(replace(ctx, principal=caller), policy, request.profile, now),
            )
        circumstances = circumstances_of(request, facts)
        note_facts(ctx.audit, facts, circumstances)
        issue_request = self._decide(ctx, request, facts, circumstances, now)
        if isinstance(issue_request, Refusal):
            return issue_request
        with ctx.audit.step("write"):
            return await self._issue(ctx, issue_request, facts)

    def _decide(
        self, ctx: RequestContext, request: VendRequest, facts: VendFacts, circumstances: Circumstances, now: datetime
    ) -> IssueRequest | Refusal:
        user = ctx.principal.user
        if isinstance(facts.budget, Limited):
            return refuse_over_budget(user, self.budget_limit, facts.budget.retry_after_s)
        profile = facts.profile
        if profile is None or not profile.enabled:
            return refuse_profile(user, request.profile)
        ctx.audit.role_arn = profile.role_arn
        authorization = circumstances.authorize(facts.decision, request.profile, now)
        if isinstance(authorization, Refuse):
            if authorization.code is RefusalCode.LOCKED_OUT:
                return refuse_locked_out(user, request.profile, facts.lockouts)
            emergency = rule_for(facts.break_glass, facts.person, request.profile)
            return refuse(authorization.code, facts.decision, user, request.profile, facts.lapsed, emergency)
        return IssueRequest(user, request.profile, profile, facts.decision, authorization, now, ctx.answer_by_s)

    async def _issue(self, ctx: RequestContext, issue_request: IssueRequest, facts: VendFacts) -> Response | Refusal:
        stamp = self.issuer.stamp(issue_request)
        note_issue_request(ctx.audit, issue_request, stamp)
        row = session_row(ctx, issue_request, stamp, facts.policy_version)
        try:
            issued = await self.issuer.issue(issue_request, stamp, row, ctx.audit)
        except RefusedError as error:
            refusal = sts_refusal_of(error.code) if error.dependency == "sts" else None
            if refusal is None:
                raise
            ctx.audit.dependency, ctx.audit.detail = error.dependency, str(error)
            return refuse_by_sts(refusal, issue_request.profile_name, issue_request.decision.rule_name)
        if isinstance(issued, GrantAlreadyUsed):
            return refuse(
                RefusalCode.APPROVAL_REQUIRED,
                issue_request.decision,
                issue_request.user,
                issue_request.profile_name,
                break_glass=rule_for(facts.break_glass, facts.person, issue_request.profile_name),
            )
        note_issued(ctx.audit, issued)
        return Response(render_credentials(issued, issue_request.profile.role_account))
