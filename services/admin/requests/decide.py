"""`POST /v1/requests/{id}/approve`, `/deny` and `/cancel`."""

from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from services.admin.common.context import FactsReader, note_grant
from services.admin.common.models import Remark
from services.admin.common.policies import Policies
from services.admin.common.refusals import NOT_FOUND, refuse_conflict
from services.admin.common.transitions import Applied, Conflict, NoOp, Rejected, transition
from services.admin.notify.notifier import Announcer
from services.admin.requests.models import RequestChanged, view_request
from services.admin.requests.refusals import refuse_deciding
from shared.aws.dynamodb.approvals import ApprovalTable
from shared.core.approval.deciding import Act, DecidingRejection, approve, cancel, demands_approval, deny, settle
from shared.core.approval.policy import rule_for
from shared.core.approval.request import ApprovalRequest
from shared.core.approval.status import RequestStatus
from shared.core.events import NoticeEvent
from shared.core.ids import is_id
from shared.core.people import Person
from shared.core.permissions import Deed, Entitlement, of_others, owned_by
from shared.edge.inputs import parse_optional_body
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

# What is told when a request comes into a state. That a window is over needs no telling.
_EVENTS: Final[Mapping[RequestStatus, NoticeEvent]] = {
    RequestStatus.PENDING: NoticeEvent.REQUEST_VOTED,
    RequestStatus.APPROVED: NoticeEvent.REQUEST_APPROVED,
    RequestStatus.DENIED: NoticeEvent.REQUEST_DENIED,
    RequestStatus.CANCELLED: NoticeEvent.REQUEST_CANCELLED,
    RequestStatus.WITHDRAWN: NoticeEvent.REQUEST_WITHDRAWN,
    RequestStatus.EXPIRED: NoticeEvent.REQUEST_EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Sitting:
    """One caller before one request: what they say, what they may, and when."""

    request: ApprovalRequest
    policies: Policies
    entitlement: Entitlement
    comment: str | None
    now: datetime

    def act(self, locked_out: AbstractSet[Person] = frozenset()) -> Act:
        rule = rule_for(self.policies.approval, self.request.profile)
        return Act(self.entitlement.person, self.now, rule, self.comment, locked_out)


Found: TypeAlias = ApprovalRequest | None
Step: TypeAlias = Callable[[Sitting, ApprovalRequest], Awaitable[ApprovalRequest | DecidingRejection]]


@dataclass(frozen=True, slots=True)
class Deciding:
    """Decides on requests. `clock` gives the present instant in UTC."""

    reader: FactsReader
    requests: ApprovalTable
    announcer: Announcer
    clock: Callable[[], datetime]

    async def approve(self, ctx: RequestContext) -> Response | Refusal:
        """Add the caller's approval. The access policy is asked again where it has changed since the filing."""

        async def step(sitting: Sitting, request: ApprovalRequest) -> ApprovalRequest | DecidingRejection:
            voters = [vote.by for vote in request.votes]
            locked_out = await self.reader.grants.load_locked_out(voters, sitting.now)
            is_still_demanded = demands_approval(sitting.policies.access, sitting.policies.access_version, request)
            return approve(request, sitting.act(locked_out), is_still_demanded=is_still_demanded)

        return await self._decide(ctx, Deed(of_others, gives=True), step)

    async def deny(self, ctx: RequestContext) -> Response | Refusal:
        """End a pending request with the caller's no."""

        async def step(sitting: Sitting, request: ApprovalRequest) -> ApprovalRequest | DecidingRejection:
            return deny(request, sitting.act())

        return await self._decide(ctx, Deed(of_others), step)

    async def cancel(self, ctx: RequestContext) -> Response | Refusal:
        """Take a request back: one's own always, an approved one of others by who may."""

        async def step(sitting: Sitting, request: ApprovalRequest) -> ApprovalRequest | DecidingRejection:
            return cancel(request, sitting.act(), may_revoke=sitting.entitlement.may_revoke_all)

        return await self._decide(ctx, Deed(owned_by(ctx.principal.user)), step)

    async def _decide(self, ctx: RequestContext, deed: Deed[Found], step: Step) -> Response | Refusal:
        now = self.clock()
        sitting = await self._open(ctx, deed, now)
        if isinstance(sitting, Refusal):
            return sitting
        with ctx.audit.step("write"):
            outcome = await transition(self.requests, sitting.request, lambda request: step(sitting, request))
        view = view_request(outcome.row, now)
        note_grant(ctx.audit, view)
        match outcome:
            case Applied(row):
                notified = await self.announcer.announce(ctx, _EVENTS[row.status], view.as_json(), now)
                return Response(RequestChanged(request=view, notified=notified).as_json())
            case NoOp():
                return Response(RequestChanged(request=view, notified={}).as_json())
            case Conflict():
                return refuse_conflict("request")
            case Rejected(row, rejection):
                if rejection is DecidingRejection.WRONG_STATE:
                    await self._settle(ctx, row, now)
                return refuse_deciding(rejection, row, view)

    async def _open(self, ctx: RequestContext, deed: Deed[Found], now: datetime) -> Sitting | Refusal:
        remark = parse_optional_body(ctx.request, Remark)
        if isinstance(remark, Refusal):
            return remark
        request_id = ctx.parameters["id"]
        if not is_id(request_id):
            return NOT_FOUND
        ctx.audit.grant_id = request_id
        with ctx.audit.step("read"):
            facts = await self.reader.read_acting(ctx, self.requests.find(request_id), deed, now)
        if isinstance(facts, Refusal):
            return facts
        if facts.found is None or not facts.entitlement.may_see_request(facts.found):
            return NOT_FOUND
        return Sitting(facts.found, facts.policies, facts.entitlement, remark.comment, now)

    async def _settle(self, ctx: RequestContext, request: ApprovalRequest, now: datetime) -> None:
        """Write down what time has done, and tell of it, before the caller is told that they came too late."""
        settled = settle(request, now)
        if settled.status is request.status or await self.requests.change(request, settled) != settled:
            return
        if settled.status is RequestStatus.EXPIRED:
            view = view_request(settled, now)
            await self.announcer.announce(ctx, NoticeEvent.REQUEST_EXPIRED, view.as_json(), now, is_by_time=True)
