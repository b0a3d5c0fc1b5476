"""`GET /v1/break-glass` and `GET /v1/break-glass/{id}`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.admin.bodies import EventFilters
from services.admin.break_glass.view import view_event
from services.admin.cursors import ListScope
from services.admin.entitlement import Entitlement, entitlement_of
from services.admin.facts import FactsReader
from services.admin.listing import Listing
from services.admin.notes import note_grant, note_policies
from services.admin.refusals import NEEDS_READ, NOT_FOUND
from services.admin.views import EventAnswer, EventPage
from shared.aws.break_glass import BreakGlassTable
from shared.aws.grant_lists import ListQuery, Position
from shared.aws.tables import ItemKind, grant_item, user_subject
from shared.core.admin_policy import Permission
from shared.core.break_glass.event import BreakGlassEvent, EventStatus
from shared.core.ids import is_id
from shared.core.people import person_of, same_person
from shared.edge.answers import Answer, Refusal
from shared.edge.inputs import Nothing, parse_query
from shared.edge.lambda_app import Asked

_KIND: Final = ItemKind.BREAK_GLASS


@dataclass(frozen=True, slots=True)
class EventReading:
    """Shows events to who may see them. `clock` gives the present instant in UTC."""

    reader: FactsReader
    events: BreakGlassTable
    clock: Callable[[], datetime]

    async def get(self, asked: Asked) -> Answer | Refusal:
        """Show one event; one that the caller may not see looks like one that is not there."""
        event_id = asked.parameters["id"]
        nothing = parse_query(asked.request, Nothing)
        if isinstance(nothing, Refusal):
            return nothing
        if not is_id(event_id):
            return NOT_FOUND
        asked.audit.grant_id = event_id
        with asked.audit.step("read"):
            policies, event = await self.reader.read_with(self.events.find(event_id))
        note_policies(asked.audit, policies)
        entitlement = entitlement_of(person_of(asked.principal), policies)
        if event is None or not entitlement.may_see_event(event):
            return NOT_FOUND
        view = view_event(event, self.clock())
        note_grant(asked.audit, view)
        return Answer(EventAnswer(event=view).as_json())

    async def list(self, asked: Asked) -> Answer | Refusal:
        """List one's own events, those one can review now, or all."""
        filters = parse_query(asked.request, EventFilters)
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
            listed = await Listing(self.events, _locate).read(
                _query(filters, asked.principal.user),
                ListScope(_KIND, asked.principal.user, filters),
                lambda event: _is_wanted(event, filters, entitlement, now),
                now,
            )
        if isinstance(listed, Refusal):
            return listed
        views = tuple(view_event(event, now) for event in listed.rows)
        return Answer(EventPage(events=views, next_cursor=listed.next_cursor).as_json())


def _query(filters: EventFilters, user: str) -> ListQuery:
    """Pick the index with the fewest rows to look at."""
    match filters.view:
        case "mine":
            return ListQuery(_KIND, user=user, since=filters.since, until=filters.until)
        case "reviewable":
            return ListQuery(_KIND, is_open=True, since=filters.since, until=filters.until)
        case "all":
            return ListQuery(
                _KIND,
                user=filters.user,
                profile=filters.profile,
                is_open=filters.status is EventStatus.ACTIVE,
                since=filters.since,
                until=filters.until,
            )


def _is_wanted(event: BreakGlassEvent, filters: EventFilters, entitlement: Entitlement, now: datetime) -> bool:
    return (
        filters.profile in (None, event.profile)
        and filters.user in (None, event.user)
        and filters.status in (None, event.status_at(now))
        and (filters.view != "reviewable" or _is_reviewable(event, entitlement, now))
    )


def _is_reviewable(event: BreakGlassEvent, entitlement: Entitlement, now: datetime) -> bool:
    """Whether the event is over, awaits a review, and the caller may give it."""
    return (
        event.status_at(now) is not EventStatus.ACTIVE
        and event.awaits_review
        and entitlement.may_review(event.profile)
        and not same_person(entitlement.person, event.invoker)
    )


def _locate(event: BreakGlassEvent) -> Position:
    return Position(
        subject=user_subject(event.user),
        item=grant_item(_KIND, event.profile, event.event_id),
        grant_id=event.event_id,
        created_at=int(event.created_at.timestamp()),
        user=event.user,
        profile=event.profile,
    )
