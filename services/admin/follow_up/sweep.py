"""One pass over the open rows of a kind, oldest first: for each row that something is due for, one step.

A step is written first, on the condition that the row is as it was read and no other run has marked it, and announced
then. So of two runs at once one announces, and a run that ends in between announces nothing: a notice can be lost, and
is never sent twice.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from services.admin.common.grants import Readable, place_of
from services.admin.notify.notifier import Announcer
from shared.aws.concurrency import gather_all
from shared.aws.dynamodb.grant_lists import ListQuery, Position
from shared.aws.dynamodb.grant_store import GrantStore, Moved
from shared.clock import monotonic_s
from shared.core.approval.request import ApprovalRequest
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.follow_up import Due
from shared.edge.lambda_app import InvocationContext

Row = TypeVar("Row", ApprovalRequest, BreakGlassEvent)
_ROWS_A_PAGE: Final = 100
# What one run looks at in each list; the next run continues there.
_MOST_PAGES: Final = 10
# A receiver that does not answer takes its notice five seconds, so steps are taken several at a time.
_AT_ONCE: Final = 8
_ATTEMPTS: Final = 5
READ: Final = "read"
FAILED: Final = "failed"


@dataclass(slots=True)
class Tally:
    """What a run has done so far: rows by step, those read and those that failed, and the first error."""

    counts: Counter[str] = field(default_factory=Counter)
    error: Exception | None = None

    def note_failure(self, error: Exception) -> None:
        self.counts[FAILED] += 1
        self.error = self.error or error


@dataclass(frozen=True, slots=True)
class Sweep(Generic[Row]):
    """Follows up the open rows of a kind. `now` is the run's instant in UTC.

    `may_be_due` gives a row's step as far as the row says, `due` with what else has to be read for it. No step begins
    after `until_s` on the monotonic clock. A row that fails in any way is counted, and the others have their turn.
    """

    kind: Readable[Row, Any]
    store: GrantStore[Row]
    may_be_due: Callable[[Row], Due[Row] | None]
    due: Callable[[Row], Awaitable[Due[Row] | None]]
    announcer: Announcer
    tally: Tally
    now: datetime
    until_s: float

    async def run(self, ctx: InvocationContext, start: Position | None) -> Position | None:
        """Follow up the rows after `start`, and give the last row seen where there is more; None at the end.

        Raises:
            AwsError: a page could not be read.

        """
        query = ListQuery(self.kind.item, is_open=True, is_oldest_first=True)
        for _ in range(_MOST_PAGES):
            if monotonic_s() >= self.until_s:
                return start
            page = await self.store.page(query, start, _ROWS_A_PAGE)
            self.tally.counts[READ] += len(page.rows)
            ctx.audit.unreadable.extend(page.unreadable)
            rows = [row for row in page.rows if self._may_be_due(row)]
            taken = await self._take_all(ctx, rows)
            if taken < len(rows):
                return self._place(rows[taken - 1]) if taken else start
            start = page.next
            if start is None:
                return None
        return start

    def _may_be_due(self, row: Row) -> bool:
        try:
            return self.may_be_due(row) is not None
        except Exception as error:  # noqa: BLE001 - a row that no version should have written stops no other
            self.tally.note_failure(error)
            return False

    async def _take_all(self, ctx: InvocationContext, rows: Sequence[Row]) -> int:
        """Take the steps of rows in order, as many as there is time for, and give their number."""
        for first in range(0, len(rows), _AT_ONCE):
            if monotonic_s() >= self.until_s:
                return first
            await gather_all(self._take(ctx, row) for row in rows[first : first + _AT_ONCE])
        return len(rows)

    async def _take(self, ctx: InvocationContext, row: Row) -> None:
        """Take the step of one row as it is now; one that others keep changing is left to the next run."""
        try:
            due = await self._write(row)
            if due is not None:
                self.tally.counts[due.step] += 1
                await self._announce(ctx, due)
        except Exception as error:  # noqa: BLE001 - as above
            self.tally.note_failure(error)

    async def _announce(self, ctx: InvocationContext, due: Due[Row]) -> None:
        if due.event is None:
            return
        about = self.kind.view(due.row, self.now).as_json()
        further = {} if due.extension is None else {"extension": due.extension.value}
        await self.announcer.announce_by_time(ctx, due.event, {**about, **further}, self.now)

    async def _write(self, row: Row) -> Due[Row] | None:
        for _ in range(_ATTEMPTS):
            due = await self.due(row)
            if due is None:
                return None
            written = await self.store.change(row, due.row)
            if not isinstance(written, Moved):
                return due
            row = written.current
        return None

    def _place(self, row: Row) -> Position:
        return place_of(self.kind.item, row, self.kind.id_of(row))
