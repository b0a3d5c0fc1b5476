"""One step of a request or a break-glass event: read, decide, write on condition, notify.

The decision is made on the row as it was read, and again on the row as it is where another caller was faster.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Generic, TypeAlias, TypeVar

from services.admin.common.context import FactsReader, GrantView, note_grant
from services.admin.common.models import Remark, View
from services.admin.common.policies import Policies
from services.admin.common.refusals import NOT_FOUND, refuse_chat, refuse_conflict
from services.admin.notify.notifier import Announcer
from shared.aws.dynamodb.grant_store import Change, GrantStore, Moved
from shared.core.approval.request import ApprovalRequest
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.events import NoticeEvent
from shared.core.ids import is_id
from shared.core.permissions import Deed, Entitlement
from shared.edge.inputs import parse_optional_body
from shared.edge.lambda_app import RequestContext
from shared.edge.responses import Refusal, Response

Row = TypeVar("Row", ApprovalRequest, BreakGlassEvent)
Rejection = TypeVar("Rejection", bound=StrEnum)
RowView = TypeVar("RowView", bound=GrantView)
_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Applied(Generic[Row]):
    """The row was written, and in the same transaction the `others` that had to change with it."""

    row: Row
    others: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class NoOp(Generic[Row]):
    """The row already was as the step leaves it."""

    row: Row


@dataclass(frozen=True, slots=True)
class Rejected(Generic[Row, Rejection]):
    """The step is not taken."""

    row: Row
    rejection: Rejection


@dataclass(frozen=True, slots=True)
class Conflict(Generic[Row]):
    """Other callers kept changing the row; nothing was written."""

    row: Row


Follow: TypeAlias = Callable[[Row], Awaitable[Sequence[Change[Row]]]]


async def nothing_follows(_: object) -> Sequence[Change[Any]]:
    """Change no other row with the one that a step is about."""
    return ()


async def transition(
    store: GrantStore[Row],
    row: Row,
    decide: Callable[[Row], Awaitable[Row | Rejection]],
    follow: Follow[Row] = nothing_follows,
) -> Applied[Row] | NoOp[Row] | Rejected[Row, Rejection] | Conflict[Row]:
    """Take the step that `decide` gives for the row's present state, with the changes of other rows that `follow`.

    Raises:
        AwsError: it is not known whether the row has changed, or what the step depends on could not be read.

    """
    for _ in range(_ATTEMPTS):
        target = await decide(row)
        if isinstance(target, StrEnum):
            return Rejected(row, target)
        if target == row:
            return NoOp(row)
        also = await follow(target)
        written = await store.change(row, target, also)
        if not isinstance(written, Moved):
            return Applied(written, tuple(change.after for change in also))
        row = written.current
    return Conflict(row)


@dataclass(frozen=True, slots=True)
class DecisionContext(Generic[Row]):
    """One caller before one row: the row as read, the policies, what the caller may, their comment, and the time."""

    row: Row
    policies: Policies
    entitlement: Entitlement
    comment: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Kind(Generic[Row, Rejection, RowView]):
    """How requests differ from events.

    `name` is for messages. `settle` gives a row as time has left it. `events` are the notifications on coming into a
    state; a state without one is not reported. `respond` takes the view, which targets were notified, and the views of
    what changed with it. `too_late` is the rejection where the state does not allow the step, `unseen` where the caller
    was shown another one.
    """

    name: str
    may_see: Callable[[Entitlement, Row, datetime], bool]
    settle: Callable[[Row, datetime], Row]
    view: Callable[[Row, datetime], RowView]
    respond: Callable[[RowView, Mapping[str, bool], Sequence[RowView]], View]
    refuse: Callable[[Rejection, Row, RowView], Refusal]
    events: Mapping[StrEnum, NoticeEvent]
    too_late: Rejection
    unseen: Rejection


Decide: TypeAlias = Callable[[DecisionContext[Row], Row], Awaitable[Row | Rejection]]


@dataclass(frozen=True, slots=True)
class GrantSteps(Generic[Row, Rejection, RowView]):
    """Takes steps on the rows of one kind. `clock` gives the present instant in UTC."""

    kind: Kind[Row, Rejection, RowView]
    reader: FactsReader
    store: GrantStore[Row]
    announcer: Announcer
    clock: Callable[[], datetime]

    async def take(
        self,
        ctx: RequestContext,
        deed: Deed[Row | None],
        decide: Decide[Row, Rejection],
        follow: Follow[Row] = nothing_follows,
    ) -> Response | Refusal:
        """Take one step on the row that the path names, with the changes that `follow`, or refuse it."""
        kind, now = self.kind, self.clock()
        context = await self._open(ctx, deed, now)
        if isinstance(context, Refusal):
            return context
        with ctx.audit.step("write"):
            outcome = await transition(
                self.store, context.row, lambda row: self._decide(ctx, context, row, decide), follow
            )
        view = kind.view(outcome.row, now)
        note_grant(ctx.audit, view)
        match outcome:
            case Applied(row, others):
                return await self._report(ctx, view, others, now)
            case NoOp():
                return Response(kind.respond(view, {}, ()).as_json(), is_unchanged=True)
            case Conflict():
                return refuse_conflict(kind.name)
            case Rejected(row, rejection):
                if rejection is kind.too_late:
                    await self._settle(ctx, row, now)
                return kind.refuse(rejection, row, view)

    async def _open(self, ctx: RequestContext, deed: Deed[Row | None], now: datetime) -> DecisionContext[Row] | Refusal:
        remark = parse_optional_body(ctx.request, Remark)
        if isinstance(remark, Refusal):
            return remark
        row_id = ctx.parameters["id"]
        if not is_id(row_id):
            return NOT_FOUND
        ctx.audit.grant_id = row_id
        with ctx.audit.step("read"):
            facts = await self.reader.read_acting(ctx, self.store.find(row_id), deed, now)
        if isinstance(facts, Refusal):
            return facts
        if facts.found is None or not self.kind.may_see(facts.entitlement, facts.found, now):
            return NOT_FOUND
        if not facts.policies.permit(ctx.principal, facts.found.profile):
            return refuse_chat(facts.found.profile)
        return DecisionContext(facts.found, facts.policies, facts.entitlement, remark.comment, now)

    async def _report(self, ctx: RequestContext, view: RowView, others: Iterable[Row], now: datetime) -> Response:
        """Notify of the change of each row; a target counts as notified if it was of all of them."""
        views = [view]
        views += [self.kind.view(row, now) for row in others]
        notified: dict[str, bool] = {}
        causes: dict[str, str] = {}
        for each in views:
            arrived = await self.announcer.announce(ctx, self.kind.events[each.status], each.as_json(), now)
            notified |= {target: has_arrived and notified.get(target, True) for target, has_arrived in arrived.items()}
            causes |= ctx.audit.not_notified_because or {}
        ctx.audit.notified, ctx.audit.not_notified_because = notified, causes
        return Response(self.kind.respond(view, notified, views[1:]).as_json())

    async def _decide(
        self, ctx: RequestContext, context: DecisionContext[Row], row: Row, decide: Decide[Row, Rejection]
    ) -> Row | Rejection:
        """Decide on the row. A step that would change it is for what the caller was shown, where they say what."""
        target = await decide(context, row)
        if isinstance(target, StrEnum) or target == row:
            return target
        if ctx.was_shown is not None and not ctx.was_shown(self.kind.view(row, context.now).as_json()):
            return self.kind.unseen
        return self._as_written_here(target)

    async def _settle(self, ctx: RequestContext, row: Row, now: datetime) -> None:
        """Write what time has done to a row and notify of it, before the caller learns that the step comes too late."""
        settled = self.kind.settle(row, now)
        if settled.status is row.status:
            return
        settled = self._as_written_here(settled)
        if await self.store.change(row, settled) != settled:
            return
        event = self.kind.events.get(settled.status)
        if event is not None:
            view = self.kind.view(settled, now)
            await self.announcer.announce_by_time(ctx, event, view.as_json(), now)

    def _as_written_here(self, row: Row) -> Row:
        """Mark a row as written by this call: two in one second would write the same row, and each would notify."""
        return replace(row, marks=replace(row.marks, run=self.announcer.ids()))
