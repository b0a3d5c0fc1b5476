"""Reading grants, one or many: what requests and events share."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from services.admin.common.context import FactsReader, GrantView, note_grant, note_policies
from services.admin.common.models import GrantFilters, View
from services.admin.common.pagination import Listed, Listing, ListScope
from services.admin.common.refusals import NEEDS_READ, NOT_FOUND
from shared.aws.dynamodb.grant_lists import ListQuery, Position
from shared.aws.dynamodb.grant_store import GrantStore
from shared.aws.dynamodb.schema import ItemKind, grant_item
from shared.core.approval.request import ApprovalRequest
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.ids import is_id
from shared.core.people import person_of
from shared.core.permissions import Entitlement
from shared.core.subjects import user_subject
from shared.edge.inputs import Nothing, parse_query
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

Row = TypeVar("Row", ApprovalRequest, BreakGlassEvent)
Filters = TypeVar("Filters", bound=GrantFilters)


@dataclass(frozen=True, slots=True)
class Readable(Generic[Row, Filters]):
    """How reading requests differs from reading events.

    `may_see`: whether the caller may see this row, alone or in a list. `may_act`: whether a list of those that they can
    act on has it. `is_open`: whether the filters let only open grants through. `respond` and `page` give the response
    with one grant, and with those of a page.
    """

    item: ItemKind
    filters: type[Filters]
    id_of: Callable[[Row], str]
    may_see: Callable[[Entitlement, Row, datetime], bool]
    may_act: Callable[[Entitlement, Row, datetime], bool]
    is_open: Callable[[Filters], bool]
    view: Callable[[Row, datetime], GrantView]
    respond: Callable[[Row, datetime], View]
    page: Callable[[Listed[Row], datetime], View]


@dataclass(frozen=True, slots=True)
class GrantReading(Generic[Row, Filters]):
    """Shows grants of one kind to who may see them. `clock` gives the present instant in UTC."""

    kind: Readable[Row, Filters]
    reader: FactsReader
    store: GrantStore[Row]
    clock: Callable[[], datetime]

    async def get(self, ctx: RequestContext) -> Response | Refusal:
        """Show the grant that the path names; one that the caller may not see looks like one that does not exist."""
        kind, grant_id = self.kind, ctx.parameters["id"]
        nothing = parse_query(ctx.request, Nothing)
        if isinstance(nothing, Refusal):
            return nothing
        if not is_id(grant_id):
            return NOT_FOUND
        ctx.audit.grant_id = grant_id
        with ctx.audit.step("read"):
            policies, grant = await self.reader.read_with(self.store.find(grant_id))
        note_policies(ctx.audit, policies)
        now = self.clock()
        if grant is None or not kind.may_see(policies.entitlement_of(person_of(ctx.principal)), grant, now):
            return NOT_FOUND
        note_grant(ctx.audit, kind.view(grant, now))
        return Response(kind.respond(grant, now).as_json())

    async def list(self, ctx: RequestContext) -> Response | Refusal:
        """List one's own grants, those one may see, those one can act on now, or all."""
        filters = parse_query(ctx.request, self.kind.filters)
        if isinstance(filters, Refusal):
            return filters
        ctx.audit.profile, now = filters.profile, self.clock()
        with ctx.audit.step("read"):
            listed = await self._read(ctx, filters, now)
        if isinstance(listed, Refusal):
            return listed
        return Response(self.kind.page(listed, now).as_json())

    async def _read(self, ctx: RequestContext, filters: Filters, now: datetime) -> Listed[Row] | Refusal:
        kind, user = self.kind, ctx.principal.user
        policies = await self.reader.policies.read()
        note_policies(ctx.audit, policies)
        caller = policies.entitlement_of(person_of(ctx.principal))
        if filters.view == "all" and not caller.may_read_all:
            return NEEDS_READ

        def is_listed(grant: Row) -> bool:
            match filters.view:
                case "mine" | "all":
                    is_theirs = True
                case "visible":
                    is_theirs = kind.may_see(caller, grant, now)
                case _:
                    is_theirs = kind.may_act(caller, grant, now)
            return is_theirs and _passes(grant, filters, now)

        query = query_for(kind.item, filters, user, is_open=kind.is_open(filters))
        listing = Listing(self.store, lambda grant: place_of(kind.item, grant, kind.id_of(grant)))
        listed = await listing.read(query, ListScope(kind.item, user, filters), is_listed, now)
        if isinstance(listed, Refusal):
            return listed
        ctx.audit.unreadable.extend(listed.unreadable)
        # Whose a row is that cannot be understood, no one can say.
        return replace(listed, unreadable=()) if filters.view == "visible" and not caller.may_read_all else listed


def query_for(kind: ItemKind, filters: GrantFilters, user: str, *, is_open: bool) -> ListQuery:
    """Pick the index with the fewest rows to look at. `is_open`: whether the filters let only open grants through."""
    match filters.view:
        case "mine":
            return ListQuery(kind, user=user, since=filters.since, until=filters.until)
        case "all" | "visible":
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
