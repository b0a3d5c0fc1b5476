"""Lists: one index read in order, the rows the caller may see kept, and a cursor where more may follow.

A cursor is opaque to callers, good for one hour, one caller and one set of filters. It holds an id and nothing else
about any row, and no key protects it: a list shows its caller only what they may see wherever it begins, so the digest
is there to find mistakes, not to keep a secret.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar

import orjson

from services.admin.common.models import ListFilters
from shared.aws.dynamodb.grant_lists import ForeignPositionError, Page, Place
from shared.core.ids import is_id
from shared.edge.error_codes import Code
from shared.edge.responses import Refusal

Row = TypeVar("Row")
Query_contra = TypeVar("Query_contra", contravariant=True)
Query = TypeVar("Query")
_ROWS_A_PAGE: Final = 100
# What one call looks at before it answers with what it has found so far, and a cursor.
_MOST_PAGES: Final = 10
MAX_AGE: Final = timedelta(hours=1)
_DIGEST_LENGTH: Final = 32
UNUSABLE: Final = Refusal(
    Code.INVALID_REQUEST,
    "The cursor is not one of this list's: take it as it was answered, with the same filters and the same caller, "
    f"within {int(MAX_AGE.total_seconds() / 60)} minutes, or begin again without one.",
)


@dataclass(frozen=True, slots=True)
class ListScope:
    """What a cursor is bound to: the kind of list, who reads it, and with which filters."""

    kind: str
    user: str
    filters: ListFilters

    def text(self) -> str:
        return f"{self.kind}\n{self.user}\n{self.filters.model_dump_json(exclude={'limit', 'cursor'})}"


def write_cursor(after: str, scope: ListScope, now: datetime) -> str:
    """Write the cursor that continues after the row of this id."""
    issued_at = int(now.timestamp())
    content = [after, issued_at, _digest(after, issued_at, scope)]
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


def read_cursor(text: str, scope: ListScope, now: datetime) -> str | Refusal:
    """Read the id a cursor continues after, or refuse one that is malformed, altered, stale or of another list."""
    try:
        after, issued_at, digest = orjson.loads(base64.b64decode(_padded(text), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        return UNUSABLE
    if not (isinstance(after, str) and is_id(after) and isinstance(issued_at, int) and isinstance(digest, str)):
        return UNUSABLE
    if digest != _digest(after, issued_at, scope):
        return UNUSABLE
    age_s = int(now.timestamp()) - issued_at
    return after if 0 <= age_s <= MAX_AGE.total_seconds() else UNUSABLE


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)


def _digest(after: str, issued_at: int, scope: ListScope) -> str:
    return hashlib.sha256(f"{after}\n{issued_at}\n{scope.text()}".encode()).hexdigest()[:_DIGEST_LENGTH]


class Listable(Protocol[Row, Query_contra, Place]):
    """Rows that are found by id and listed a page at a time."""

    async def find(self, row_id: str, /) -> Row | None: ...
    async def page(self, query: Query_contra, start: Place | None, limit: int, /) -> Page[Row, Place]: ...


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """The rows found, and the cursor to go on with; None at the end of the list.

    `unreadable` names rows on the way that are left out, because they cannot be understood.
    """

    rows: tuple[Row, ...]
    next_cursor: str | None
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing(Generic[Row, Query, Place]):
    """Lists the rows of one store. `locate` gives a row's place in the lists."""

    store: Listable[Row, Query, Place]
    locate: Callable[[Row], Place]

    async def read(
        self,
        query: Query,
        scope: ListScope,
        keep: Callable[[Row], bool],
        now: datetime,
    ) -> Listed[Row] | Refusal:
        """Read the next rows of a list that are to be kept, or refuse its cursor.

        Raises:
            AwsError: a page could not be read.

        """
        start = await self._start(scope, now)
        if isinstance(start, Refusal):
            return start
        try:
            found = await self._collect(query, start, keep, scope.filters.limit)
        except ForeignPositionError:
            return UNUSABLE
        cursor = None if found.last is None else write_cursor(found.last, scope, now)
        return Listed(tuple(found.kept), cursor, tuple(found.unreadable))

    async def _start(self, scope: ListScope, now: datetime) -> Place | Refusal | None:
        """Find where to begin. The row a cursor names may have changed its state since, but never its place."""
        if scope.filters.cursor is None:
            return None
        after = read_cursor(scope.filters.cursor, scope, now)
        if isinstance(after, Refusal):
            return after
        row = await self.store.find(after)
        return UNUSABLE if row is None else self.locate(row)

    async def _collect(
        self,
        query: Query,
        start: Place | None,
        keep: Callable[[Row], bool],
        limit: int,
    ) -> "_Found[Row]":
        """Collect up to `limit` rows. A cursor names a row that can be read: it is looked up by it."""
        found: _Found[Row] = _Found()
        for _ in range(_MOST_PAGES):
            page = await self.store.page(query, start, _ROWS_A_PAGE)
            found.unreadable |= dict.fromkeys(page.unreadable)
            for number, row in enumerate(page.rows, start=1):
                found.last = self.locate(row).row_id
                if not keep(row):
                    continue
                found.kept.append(row)
                if len(found.kept) == limit:
                    if page.next is None and number == len(page.rows):
                        found.last = None
                    return found
            start = page.next
            if start is None:
                found.last = None
                return found
        return found


@dataclass(slots=True)
class _Found(Generic[Row]):
    """What was collected. `last` is the id of the last row looked at, None at the end of the list."""

    kept: list[Row] = field(default_factory=list)
    unreadable: dict[str, None] = field(default_factory=dict)
    last: str | None = None
