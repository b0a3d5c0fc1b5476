"""`POST /v1/requests/{id}/approve`, `/deny` and `/cancel`."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeAlias

from services.admin.common.context import FactsReader
from services.admin.common.transitions import DecisionContext, GrantSteps, Kind
from services.admin.notify.notifier import Announcer
from services.admin.requests.models import RequestChanged, RequestView, view_request
from services.admin.requests.refusals import refuse_deciding
from shared.aws.dynamodb.approvals import ApprovalTable
from shared.aws.dynamodb.grant_store import Change
from shared.core.approval.decide import (
    Act,
    DecidingRejection,
    approve,
    cancel,
    demands_approval,
    deny,
    end_with,
    settle,
)
from shared.core.approval.policy import rule_for
from shared.core.approval.request import ApprovalRequest
from shared.core.events import NoticeEvent
from shared.core.grants import RequestStatus
from shared.core.permissions import Deed, Entitlement, of_others, owned_by
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

Decided: TypeAlias = ApprovalRequest | DecidingRejection
_KIND: Final[Kind[ApprovalRequest, DecidingRejection, RequestView]] = Kind(
    name="request",
    may_see=Entitlement.may_see_request,
    settle=settle,
    view=view_request,
    respond=lambda view, notified, ended: RequestChanged(
        request=view, notified=notified, extensions_ended=tuple(each.id for each in ended)
    ),
    refuse=refuse_deciding,
    # The end of a window is not reported.
    events={
        RequestStatus.PENDING: NoticeEvent.REQUEST_VOTED,
        RequestStatus.APPROVED: NoticeEvent.REQUEST_APPROVED,
        RequestStatus.DENIED: NoticeEvent.REQUEST_DENIED,
        RequestStatus.CANCELLED: NoticeEvent.REQUEST_CANCELLED,
        RequestStatus.WITHDRAWN: NoticeEvent.REQUEST_WITHDRAWN,
        RequestStatus.EXPIRED: NoticeEvent.REQUEST_EXPIRED,
    },
    too_late=DecidingRejection.WRONG_STATE,
    unseen=DecidingRejection.NOT_AS_SHOWN,
)


class RequestDecisions:
    """Decides on requests. `clock` gives the present instant in UTC."""

    def __init__(
        self, reader: FactsReader, requests: ApprovalTable, announcer: Announcer, clock: Callable[[], datetime]
    ) -> None:
        self._grants = reader.grants
        self._requests = requests
        self._steps = GrantSteps(_KIND, reader, requests, announcer, clock)

    async def approve(self, ctx: RequestContext) -> Response | Refusal:
        """Add the caller's approval. The access policy is evaluated again where it has changed since the filing."""

        async def decide(context: DecisionContext[ApprovalRequest], request: ApprovalRequest) -> Decided:
            voters = [vote.by for vote in request.votes]
            locked_out = await self._grants.load_locked_out(voters, context.now)
            is_still_demanded = demands_approval(context.policies.access, context.policies.access_version, request)
            act = replace(_act(context), locked_out=locked_out, extended=await self._find_extended(request))
            return approve(request, act, is_still_demanded=is_still_demanded)

        return await self._steps.take(ctx, Deed(of_others, gives=True), decide)

    async def deny(self, ctx: RequestContext) -> Response | Refusal:
        """End a pending request with the caller's no."""

        async def decide(context: DecisionContext[ApprovalRequest], request: ApprovalRequest) -> Decided:
            return deny(request, _act(context))

        return await self._steps.take(ctx, Deed(of_others), decide)

    async def cancel(self, ctx: RequestContext) -> Response | Refusal:
        """Take a request back: one's own always, an approved one of others with the permission to revoke.

        Open requests that extend it end in the same transaction: access that was stopped does not begin again.
        """

        async def decide(context: DecisionContext[ApprovalRequest], request: ApprovalRequest) -> Decided:
            return cancel(request, _act(context), may_revoke=context.entitlement.may_revoke_all)

        async def follow(ended: ApprovalRequest) -> Sequence[Change[ApprovalRequest]]:
            changes = await self._end_extensions(ended)
            ctx.audit.extensions_ended = [change.after.request_id for change in changes]
            return changes

        return await self._steps.take(ctx, Deed(owned_by(ctx.principal.user)), decide, follow)

    async def _find_extended(self, request: ApprovalRequest) -> ApprovalRequest | None:
        if request.extends is None:
            return None
        return await self._requests.find_of(request.user, request.profile, request.extends.request_id)

    async def _end_extensions(self, ended: ApprovalRequest) -> Sequence[Change[ApprovalRequest]]:
        """Give the changes that end the open extensions of a request that is withdrawn, and theirs."""
        changes: list[Change[ApprovalRequest]] = []
        while ended.ended is not None and ended.extended_by is not None:
            extension = await self._requests.find_of(ended.user, ended.profile, ended.extended_by)
            if extension is None or (after := end_with(extension, ended.ended)) == extension:
                break
            changes.append(Change(extension, after))
            ended = after
        return changes


def _act(context: DecisionContext[ApprovalRequest]) -> Act:
    rule = rule_for(context.policies.approval, context.row.profile)
    return Act(context.entitlement.person, context.now, rule, context.comment)
