"""Reading grants, one or many: what requests and events share."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from services.admin.common.context import FactsReader, note_policies
from services.admin.common.models import GrantFilters
from services.admin.common.pagination import Listed, Listing, ListScope
from services.admin.common.refusals import NEEDS_READ, NOT_FOUND
from shared.aws.dynamodb.grant_lists import ListQuery, Position
from shared.aws.dynamodb.schema import ItemKind, grant_item
from shared.core.approval.request import ApprovalRequest
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.ids import is_id
from shared.core.people import person_of
from shared.core.permissions import Entitlement
from shared.core.subjects import user_subject
from shared.edge.inputs import Nothing, parse_query
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal

Row = TypeVar("Row", ApprovalRequest, BreakGlassEvent)


async def read_one(
    ctx: RequestContext,
    reader: FactsReader,
    find: Callable[[str], Coroutine[Any, Any, Row | None]],
    may_see: Callable[[Entitlement, Row], bool],
) -> Row | Refusal:
    """Find the grant a call names; one that the caller may not see looks like one that is not there."""
    grant_id = ctx.parameters["id"]
    nothing = parse_query(ctx.request, Nothing)
    if isinstance(nothing, Refusal):
        return nothing
    if not is_id(grant_id):
        return NOT_FOUND
    ctx.audit.grant_id = grant_id
    with ctx.audit.step("read"):
        policies, row = await reader.read_with(find(grant_id))
    note_policies(ctx.audit, policies)
    entitlement = policies.entitlement_of(person_of(ctx.principal))
    return NOT_FOUND if row is None or not may_see(entitlement, row) else row


async def read_many(
    ctx: RequestContext,
    reader: FactsReader,
    listing: Listing[Row, ListQuery, Position],
    query: ListQuery,
    filters: GrantFilters,
    is_wanted: Callable[[Row, Entitlement], bool],
    now: datetime,
) -> Listed[Row] | Refusal:
    """Read the next rows of a list that pass its filters and that are wanted, or refuse the list."""
    ctx.audit.profile = filters.profile
    with ctx.audit.step("read"):
        policies = await reader.policies.read()
        note_policies(ctx.audit, policies)
        entitlement = policies.entitlement_of(person_of(ctx.principal))
        if filters.view == "all" and not entitlement.may_read_all:
            return NEEDS_READ
        listed = await listing.read(
            query,
            ListScope(query.kind, ctx.principal.user, filters),
            lambda row: _passes(row, filters, now) and is_wanted(row, entitlement),
            now,
        )
    if not isinstance(listed, Refusal):
        ctx.audit.unreadable.extend(listed.unreadable)
    return listed


def query_for(kind: ItemKind, filters: GrantFilters, user: str, *, is_open: bool) -> ListQuery:
    """Pick the index with the fewest rows to look at. `is_open`: whether the filters let only open grants through."""
    match filters.view:
        case "mine":
            return ListQuery(kind, user=user, since=filters.since, until=filters.until)
        case "all":
            return ListQuery(
                kind,
                user=filters.user,
                profile=filters.profile,
                is_open=is_open,
                since=filters.since,
                until=filters.until,
            )
        case _:
            return ListQuery(kind, is_open=True, since=filters.since, until=filters.until)


def place_of(kind: ItemKind, grant: ApprovalRequest | BreakGlassEvent, grant_id: str) -> Position:
    """Give the position of a grant in every list."""
    return Position(
        subject=user_subject(grant.user),
        item=grant_item(kind, grant.profile, grant_id),
        row_id=grant_id,
        created_at=int(grant.created_at.timestamp()),
        user=grant.user,
        profile=grant.profile,
    )


def _passes(grant: ApprovalRequest | BreakGlassEvent, filters: GrantFilters, now: datetime) -> bool:
    return (
        filters.profile in (None, grant.profile)
        and filters.user in (None, grant.user)
        and filters.status in (None, grant.status_at(now))
    )
