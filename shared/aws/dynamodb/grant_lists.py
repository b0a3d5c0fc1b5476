"""Lists of the grant table: always a query of one index, in order, a page at a time. Nothing is ever scanned."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from shared.aws.dynamodb.items import Item, instant_value, name_of, number_value, text_value
from shared.aws.dynamodb.schema import GrantIndex, ItemKind, kind_and_name

Row = TypeVar("Row")


class Placed(Protocol):
    """A position in a list, given by the row there."""

    @property
    def row_id(self) -> str: ...


Place = TypeVar("Place", bound=Placed)


class ForeignPositionError(ValueError):
    """The position belongs to another list than the requested one."""


@dataclass(frozen=True, slots=True)
class Position:
    """The end of a page: the last row that was read. `created_at` is in epoch seconds."""

    subject: str
    item: str
    row_id: str
    created_at: int
    user: str
    profile: str


@dataclass(frozen=True, slots=True)
class Page(Generic[Row, Place]):
    """Some rows in order. `next` is where the following page begins; None at the end of the list.

    `unreadable` has the names of rows that are left out because they are invalid.
    """

    rows: tuple[Row, ...]
    next: Place | None
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What to list: all rows of one kind, or those of a user, else of a profile, else the open ones; newest first.

    `since` and `until` (UTC) bound when rows were created, both included. Only one of the filters selects the index; a
    caller that sets several must check the others on the rows.
    """

    kind: ItemKind
    user: str | None = None
    profile: str | None = None
    is_open: bool = False
    since: datetime | None = None
    until: datetime | None = None
    is_oldest_first: bool = False

    @property
    def partition(self) -> tuple[GrantIndex, str, str]:
        """Name the index, its partition key, and the partition."""
        if self.user is not None:
            return GrantIndex.BY_USER, "kind_user", kind_and_name(self.kind, self.user)
        if self.profile is not None:
            return GrantIndex.BY_PROFILE, "kind_profile", kind_and_name(self.kind, self.profile)
        if self.is_open:
            return GrantIndex.OPEN_BY_KIND, "open_kind", self.kind.value
        return GrantIndex.BY_KIND, "kind", self.kind.value


def page_request(query: ListQuery, start: Position | None, limit: int) -> dict[str, Any]:
    """Make the Query for the page after `start`. Index reads are eventually consistent; no decision depends on them.

    Raises:
        ForeignPositionError: the position is not in this list.

    """
    index, key, partition = query.partition
    condition = "#partition = :partition"
    values: dict[str, Any] = {":partition": text_value(partition)}
    bounds = {":since": query.since, ":until": query.until}
    values |= {name: instant_value(at) for name, at in bounds.items() if at is not None}
    if query.since is not None and query.until is not None:
        condition += " AND created_at BETWEEN :since AND :until"
    elif query.since is not None:
        condition += " AND created_at >= :since"
    elif query.until is not None:
        condition += " AND created_at <= :until"
    request: dict[str, Any] = {
        "IndexName": index,
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": {"#partition": key},
        "ExpressionAttributeValues": values,
        "ScanIndexForward": query.is_oldest_first,
        "Limit": limit,
    }
    if start is not None:
        request["ExclusiveStartKey"] = _start_key(query, start)
    return request


def position_of(query: ListQuery, item: Item) -> Position:
    """Give the position after a row of a list. The table and the index guarantee that it has its keys.

    An invalid row may have neither user nor name, but it is in the list.
    """
    return Position(
        subject=item["subject"]["S"],
        item=item["item"]["S"],
        row_id=name_of(item),
        created_at=int(float(item["created_at"]["N"])),
        user=query.user or item.get("user", {}).get("S", ""),
        profile=query.profile or item.get("profile", {}).get("S", ""),
    )


def _start_key(query: ListQuery, start: Position) -> Item:
    index, key, partition = query.partition
    own = {
        GrantIndex.BY_USER: kind_and_name(query.kind, start.user),
        GrantIndex.BY_PROFILE: kind_and_name(query.kind, start.profile),
    }.get(index, partition)
    is_within = (query.since is None or start.created_at >= int(query.since.timestamp())) and (
        query.until is None or start.created_at <= int(query.until.timestamp())
    )
    if own != partition or not start.item.startswith(f"{query.kind}#") or not is_within:
        raise ForeignPositionError("the position is in another list")
    return {
        "subject": text_value(start.subject),
        "item": text_value(start.item),
        key: text_value(partition),
        "created_at": number_value(start.created_at),
    }
