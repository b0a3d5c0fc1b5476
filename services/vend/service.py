"""The vend, readable top to bottom: read the facts side by side, decide, then issue and record side by side."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.vend.facts import FactsReader, Known
from services.vend.forms import facts_of, render_credentials, session_row
from services.vend.issuing import GrantGone, Issuer, Order
from services.vend.notes import note_decision, note_issued, note_known, note_order, note_wanted
from services.vend.refusals import refuse, refuse_by_sts, refuse_locked_out, refuse_over_budget, refuse_profile
from services.vend.request import VendRequest, parse_vend_request
from shared.aws.dynamodb.rate_limit import Limited
from shared.aws.errors import RefusedError
from shared.core.access.authorize import RefusalCode, Refuse, authorize
from shared.core.access.evaluate import evaluate
from shared.core.people import person_of
from shared.core.sts_refusals import sts_refusal_of
from shared.edge.answers import Answer, Refusal
from shared.edge.lambda_app import Asked


@dataclass(frozen=True, slots=True)
class VendService:
    """Vends credentials. `clock` gives the present instant in UTC."""

    reader: FactsReader
    issuer: Issuer
    budget_limit: int
    clock: Callable[[], datetime]

    async def vend(self, asked: Asked) -> Answer | Refusal:
        """Answer `GET /` and `POST /`: credentials for one profile, or why there are none."""
        wanted = parse_vend_request(asked.request)
        if isinstance(wanted, Refusal):
            return wanted
        note_wanted(asked.audit, wanted)
        now = self.clock()
        with asked.audit.step("read"):
            known = await self.reader.read(
                person_of(asked.principal),
                wanted.profile,
                now,
                lambda policy: evaluate(policy, facts_of(asked, wanted.profile, now)),
            )
        note_known(asked.audit, known)
        order = self._decide(asked, wanted, known, now)
        if isinstance(order, Refusal):
            return order
        with asked.audit.step("write"):
            return await self._issue(asked, order, known)

    def _decide(self, asked: Asked, wanted: VendRequest, known: Known, now: datetime) -> Order | Refusal:
        user = asked.principal.user
        if isinstance(known.budget, Limited):
            return refuse_over_budget(user, self.budget_limit, known.budget.retry_after_s)
        profile = known.profile
        if profile is None or not profile.enabled:
            return refuse_profile(user, wanted.profile)
        note_decision(asked.audit, known.decision, profile)
        authorization = authorize(
            known.decision,
            profile=wanted.profile,
            grants=known.grants,
            is_locked_out=bool(known.lockouts),
            now=now,
            requested=wanted.duration,
            profile_cap=profile.max_duration,
        )
        if isinstance(authorization, Refuse):
            if authorization.code is RefusalCode.LOCKED_OUT:
                return refuse_locked_out(user, wanted.profile, known.lockouts)
            return refuse(authorization.code, known.decision, user, wanted.profile, known.lapsed)
        return Order(user, wanted.profile, profile, known.decision, authorization, now, asked.answer_by_s)

    async def _issue(self, asked: Asked, order: Order, known: Known) -> Answer | Refusal:
        stamp = self.issuer.stamp(order)
        note_order(asked.audit, order, stamp)
        row = session_row(asked, order, stamp, known.policy_version)
        try:
            issued = await self.issuer.issue(order, stamp, row, asked.audit)
        except RefusedError as error:
            refusal = sts_refusal_of(error.code) if error.dependency == "sts" else None
            if refusal is None:
                raise
            asked.audit.dependency, asked.audit.detail = error.dependency, str(error)
            return refuse_by_sts(refusal, order.profile_name, order.decision.rule_name)
        if isinstance(issued, GrantGone):
            return refuse(RefusalCode.APPROVAL_REQUIRED, order.decision, order.user, order.profile_name)
        note_issued(asked.audit, issued)
        return Answer(render_credentials(issued, order.profile.role_account))
