"""`GET /v1/sessions` and `GET /v1/sessions/{id}`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.admin.common.context import FactsReader, note_policies, note_session
from services.admin.common.pagination import Listing, ListScope
from services.admin.common.refusals import NEEDS_READ, NOT_FOUND
from services.admin.sessions.models import SessionFilters, SessionPage, SessionResponse, view_session
from shared.aws.dynamodb.schema import EVIDENCE
from shared.aws.dynamodb.session_lists import SessionLists, SessionQuery, place_of
from shared.aws.errors import AwsError
from shared.core.ids import is_id
from shared.core.people import person_of
from shared.core.session import Session
from shared.edge.indeterminate import IndeterminateError
from shared.edge.inputs import Nothing, parse_query
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

_KIND: Final = "session"
# All sessions lie in a partition a day: without `since`, a list does not walk through ninety of them.
_RECENT: Final = timedelta(hours=24)
# A Lambda's clock may be behind another's, and a list begins at the newest.
_AHEAD: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SessionReading:
    """Shows sessions to who may see them. `clock` gives the present instant in UTC."""

    reader: FactsReader
    sessions: SessionLists
    clock: Callable[[], datetime]

    async def get(self, ctx: RequestContext) -> Response | Refusal:
        """Show one session; one that the caller may not see looks like one that is not there."""
        nothing = parse_query(ctx.request, Nothing)
        if isinstance(nothing, Refusal):
            return nothing
        session_id = ctx.parameters["id"]
        if not is_id(session_id):
            return NOT_FOUND
        with ctx.audit.step("read"):
            policies, row = await self.reader.read_with(self.sessions.find(session_id))
        note_policies(ctx.audit, policies)
        if row is None or not policies.entitlement_of(person_of(ctx.principal)).may_see_session(row.user):
            return NOT_FOUND
        note_session(ctx.audit, row)
        current = await self._is_current(row)
        return Response(SessionResponse(session=view_session(row, self.clock()), current=current).as_json())

    async def _is_current(self, row: Session) -> bool | None:
        try:
            profile = (await self.reader.policies.read(row.profile)).usable_profile
        except (AwsError, IndeterminateError):
            return None
        return profile is not None and profile.role_arn == row.role_arn

    async def list(self, ctx: RequestContext) -> Response | Refusal:
        """List one's own sessions, or everyone's."""
        filters = parse_query(ctx.request, SessionFilters)
        if isinstance(filters, Refusal):
            return filters
        now, user = self.clock(), ctx.principal.user
        ctx.audit.profile = filters.profile
        with ctx.audit.step("read"):
            policies = await self.reader.policies.read()
            note_policies(ctx.audit, policies)
            entitlement = policies.entitlement_of(person_of(ctx.principal))
            if filters.view == "all" and not entitlement.may_read_all:
                return NEEDS_READ
            listed = await Listing(self.sessions, place_of).read(
                _query_for(filters, user, now),
                ListScope(_KIND, user, filters),
                lambda row: _passes(row, filters, now),
                now,
            )
        if isinstance(listed, Refusal):
            return listed
        ctx.audit.unreadable.extend(listed.unreadable)
        views = tuple(view_session(row, now) for row in listed.rows)
        return Response(
            SessionPage(sessions=views, next_cursor=listed.next_cursor, unreadable=listed.unreadable).as_json()
        )


def _query_for(filters: SessionFilters, caller: str, now: datetime) -> SessionQuery:
    """Pick the index with the fewest rows to look at; times in whole hours, so that pages of one list agree on them."""
    user = caller if filters.view == "mine" else filters.user
    hour = now.replace(minute=0, second=0, microsecond=0)
    back = _RECENT if user is None and filters.profile is None else EVIDENCE
    return SessionQuery(
        since=max(filters.since or hour - back, hour - EVIDENCE),
        until=min(filters.until or now + _AHEAD, now + _AHEAD),
        user=user,
        profile=filters.profile,
    )


def _passes(row: Session, filters: SessionFilters, now: datetime) -> bool:
    return (
        filters.profile in (None, row.profile)
        and filters.user in (None, row.user)
        and filters.status in (None, row.state_at(now))
    )
