"""Rows with a state: found by id, changed by a write that is conditional on the previous state, listed by index."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.aws.client.protocol import ServiceError
from shared.aws.dynamodb.grant_lists import ListQuery, Page, Position, page_request, position_of
from shared.aws.dynamodb.grant_rows import MARKED_BY
from shared.aws.dynamodb.items import Item, read_readable
from shared.aws.dynamodb.reads import find_by_id
from shared.aws.dynamodb.schema import CONSUMED_BY, ItemKind
from shared.aws.errors import UnavailableError, translate_errors

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Moved(Generic[Row]):
    """Nothing was written, because the row has changed since it was read. `current` is the present row."""

    current: Row


@dataclass(frozen=True, slots=True)
class RowForm(Generic[Row]):
    """How a kind of row is written and read, and which of its lists grow within a state, for example votes.

    What was sent by time changes within a state, too, in rows of every kind.
    """

    kind: ItemKind
    write: Callable[[Row], Item]
    read: Callable[[Item], Row]
    growing: tuple[str, ...] = ()


class GrantStore(Generic[Row]):
    """The rows of one kind."""

    def __init__(self, dynamodb: Any, table: str, form: RowForm[Row]) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._form = form

    async def add(self, row: Row) -> None:
        """Write a new row. Idempotent: a row left by an attempt whose response was lost counts as success.

        Raises:
            AwsError: the row may not have been written.

        """
        with translate_errors("dynamodb"):
            try:
                await self._dynamodb.put_item(**self.new_row(row))
            except ServiceError as error:
                if error.code != "ConditionalCheckFailedException":
                    raise
                if error.details["Item"] != self._form.write(row):
                    raise UnavailableError("dynamodb", "another row has this row's key") from None

    def new_row(self, row: Row) -> dict[str, Any]:
        """Make the conditional Put of a new row, for a transaction too."""
        return {
            "TableName": self._table,
            "Item": self._form.write(row),
            "ConditionExpression": "attribute_not_exists(subject)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }

    async def find(self, grant_id: str) -> Row | None:
        """Find a row by id. The index only gives its key; the row itself is read consistently.

        Raises:
            AwsError: it could not be read, or not be understood.

        """
        item = await find_by_id(self._dynamodb, self._table, grant_id)
        if item is None or not item["item"]["S"].startswith(f"{self._form.kind}#"):
            return None
        return self._form.read(item)

    async def change(self, before: Row, after: Row) -> Row | Moved[Row]:
        """Write `after` if the row still is in the state it had in `before`.

        Raises:
            AwsError: it is not known whether the row has changed.

        """
        with translate_errors("dynamodb"):
            try:
                await self._dynamodb.put_item(**self._changed_row(before, after))
            except ServiceError as error:
                if error.code != "ConditionalCheckFailedException":
                    raise
                if "Item" not in error.details:
                    raise UnavailableError("dynamodb", "the row that was to change is gone") from None
                # The response to a successful attempt may have been lost, and its repetition then finds its own result.
                # Rows are compared as written, because `after` may have fractions of a second.
                found = error.details["Item"]
                return after if found == self._form.write(after) else Moved(self._form.read(found))
        return after

    async def page(self, query: ListQuery, start: Position | None, limit: int) -> Page[Row, Position]:
        """List one page of at most `limit` rows. A page may be short, or empty, before the last one.

        A row that is invalid is left out and named.

        Raises:
            ForeignPositionError: the position is not in this list.
            AwsError: the page could not be read.

        """
        request = page_request(query, start, limit)
        with translate_errors("dynamodb"):
            answer = await self._dynamodb.query(TableName=self._table, **request)
        items = answer["Items"]
        has_more = bool(answer.get("LastEvaluatedKey")) and bool(items)
        rows, unreadable = read_readable(items, self._form.read)
        return Page(tuple(rows), position_of(query, items[-1]) if has_more else None, tuple(unreadable))

    def _changed_row(self, before: Row, after: Row) -> dict[str, Any]:
        old = self._form.write(before)
        changing = (*self._form.growing, MARKED_BY)
        # A consumed approval still has the status approved, but it has changed.
        conditions = [
            "#status = :status",
            f"attribute_not_exists({CONSUMED_BY})",
            *(f"{name} = :{name}" if name in old else f"attribute_not_exists({name})" for name in changing),
        ]
        grown = {f":{name}": old[name] for name in changing if name in old}
        return {
            "TableName": self._table,
            "Item": self._form.write(after),
            "ConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {":status": old["status"], **grown},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
