"""`GET /v1/requests` and `GET /v1/requests/{id}`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.admin.bodies import RequestFilters
from services.admin.cursors import ListScope
from services.admin.entitlement import Entitlement, entitlement_of
from services.admin.facts import FactsReader
from services.admin.listing import Listing
from services.admin.notes import note_grant, note_policies
from services.admin.refusals import NEEDS_READ, NOT_FOUND
from services.admin.requests.view import view_request
from services.admin.views import RequestAnswer, RequestPage
from shared.aws.approvals import ApprovalTable
from shared.aws.grant_lists import ListQuery, Position
from shared.aws.tables import ItemKind, grant_item, user_subject
from shared.core.admin_policy import Permission
from shared.core.approval.request import OPEN, ApprovalRequest, RequestStatus
from shared.core.ids import is_id
from shared.core.people import person_of, same_person
from shared.edge.answers import Answer, Refusal
from shared.edge.inputs import Nothing, parse_query
from shared.edge.lambda_app import Asked

_KIND: Final = ItemKind.APPROVAL


@dataclass(frozen=True, slots=True)
class RequestReading:
    """Shows requests to who may see them. `clock` gives the present instant in UTC."""

    reader: FactsReader
    requests: ApprovalTable
    clock: Callable[[], datetime]

    async def get(self, asked: Asked) -> Answer | Refusal:
        """Show one request; one that the caller may not see looks like one that is not there."""
        request_id = asked.parameters["id"]
        nothing = parse_query(asked.request, Nothing)
        if isinstance(nothing, Refusal):
            return nothing
        if not is_id(request_id):
            return NOT_FOUND
        asked.audit.grant_id = request_id
        with asked.audit.step("read"):
            policies, request = await self.reader.read_with(self.requests.find(request_id))
        note_policies(asked.audit, policies)
        entitlement = entitlement_of(person_of(asked.principal), policies)
        if request is None or not entitlement.may_see_request(request):
            return NOT_FOUND
        view = view_request(request, self.clock())
        note_grant(asked.audit, view)
        return Answer(RequestAnswer(request=view).as_json())

    async def list(self, asked: Asked) -> Answer | Refusal:
        """List one's own requests, those one can approve now, or all."""
        filters = parse_query(asked.request, RequestFilters)
        if isinstance(filters, Refusal):
            return filters
        asked.audit.profile = filters.profile
        now = self.clock()
        with asked.audit.step("read"):
            policies = await self.reader.policies.read()
            note_policies(asked.audit, policies)
            entitlement = entitlement_of(person_of(asked.principal), policies)
            if filters.view == "all" and Permission.READ not in entitlement.permissions:
                return NEEDS_READ
            listed = await Listing(self.requests, _locate).read(
                _query(filters, asked.principal.user),
                ListScope(_KIND, asked.principal.user, filters),
                lambda request: _is_wanted(request, filters, entitlement, now),
                now,
            )
        if isinstance(listed, Refusal):
            return listed
        views = tuple(view_request(request, now) for request in listed.rows)
        return Answer(RequestPage(requests=views, next_cursor=listed.next_cursor).as_json())


def _query(filters: RequestFilters, user: str) -> ListQuery:
    """Pick the index with the fewest rows to look at."""
    match filters.view:
        case "mine":
            return ListQuery(_KIND, user=user, since=filters.since, until=filters.until)
        case "approvable":
            return ListQuery(_KIND, is_open=True, since=filters.since, until=filters.until)
        case "all":
            return ListQuery(
                _KIND,
                user=filters.user,
                profile=filters.profile,
                is_open=filters.status in OPEN,
                since=filters.since,
                until=filters.until,
            )


def _is_wanted(request: ApprovalRequest, filters: RequestFilters, entitlement: Entitlement, now: datetime) -> bool:
    return (
        filters.profile in (None, request.profile)
        and filters.user in (None, request.user)
        and filters.status in (None, request.status_at(now))
        and (filters.view != "approvable" or _is_approvable(request, entitlement, now))
    )


def _is_approvable(request: ApprovalRequest, entitlement: Entitlement, now: datetime) -> bool:
    """Whether the caller's approval would count: the request is pending, not theirs, and they have not voted."""
    person = entitlement.person
    return (
        request.status_at(now) is RequestStatus.PENDING
        and entitlement.approves(request.profile)
        and not same_person(person, request.requester.person)
        and not any(same_person(person, vote.by) for vote in request.votes)
    )


def _locate(request: ApprovalRequest) -> Position:
    return Position(
        subject=user_subject(request.user),
        item=grant_item(_KIND, request.profile, request.request_id),
        grant_id=request.request_id,
        created_at=int(request.created_at.timestamp()),
        user=request.user,
        profile=request.profile,
    )
