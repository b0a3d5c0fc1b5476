"""`GET /v1/requests` and `GET /v1/requests/{id}`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.admin.common.context import FactsReader, note_grant
from services.admin.common.grants import place_of, query_for, read_many, read_one
from services.admin.common.pagination import Listing
from services.admin.requests.models import RequestFilters, RequestPage, RequestResponse, view_request
from shared.aws.dynamodb.approvals import ApprovalTable
from shared.aws.dynamodb.grant_lists import Position
from shared.aws.dynamodb.schema import ItemKind
from shared.core.approval.request import OPEN, ApprovalRequest
from shared.core.permissions import Entitlement
from shared.edge.inputs import parse_query
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

_KIND: Final = ItemKind.APPROVAL


@dataclass(frozen=True, slots=True)
class RequestReading:
    """Shows requests to who may see them. `clock` gives the present instant in UTC."""

    reader: FactsReader
    requests: ApprovalTable
    clock: Callable[[], datetime]

    async def get(self, ctx: RequestContext) -> Response | Refusal:
        """Show one request."""
        request = await read_one(ctx, self.reader, self.requests.find, Entitlement.may_see_request)
        if isinstance(request, Refusal):
            return request
        view = view_request(request, self.clock())
        note_grant(ctx.audit, view)
        return Response(RequestResponse(request=view).as_json())

    async def list(self, ctx: RequestContext) -> Response | Refusal:
        """List one's own requests, those one can approve now, or all."""
        filters = parse_query(ctx.request, RequestFilters)
        if isinstance(filters, Refusal):
            return filters
        now = self.clock()
        listed = await read_many(
            ctx,
            self.reader,
            Listing(self.requests, _locate),
            query_for(_KIND, filters, ctx.principal.user, is_open=filters.status in OPEN),
            filters,
            lambda request, caller: filters.view != "approvable" or caller.can_approve(request, now),
            now,
        )
        if isinstance(listed, Refusal):
            return listed
        views = tuple(view_request(request, now) for request in listed.rows)
        return Response(
            RequestPage(requests=views, next_cursor=listed.next_cursor, unreadable=listed.unreadable).as_json()
        )


def _locate(request: ApprovalRequest) -> Position:
    return place_of(_KIND, request, request.request_id)
