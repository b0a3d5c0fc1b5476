"""Rows by their keys, in one consistent BatchGetItem over any number of tables, or by their id."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Final

from shared.aws.dynamodb.items import Item, text_value
from shared.aws.dynamodb.schema import GrantIndex
from shared.aws.errors import ThrottledError, translate_errors

_ATTEMPTS: Final = 3
_PAUSE_S: Final = 0.05


async def load_items(dynamodb: Any, keys: Mapping[str, Iterable[Item]]) -> dict[str, list[Item]]:
    """Load the rows of at most 100 keys, by table; missing rows are left out.

    Raises:
        AwsError: not every key could be read. There is no partial result.

    """
    wanted: Mapping[str, Any] = {
        table: {"Keys": list(wanted_keys), "ConsistentRead": True} for table, wanted_keys in keys.items()
    }
    found: dict[str, list[Item]] = {table: [] for table in keys}
    for attempt in range(_ATTEMPTS):
        if attempt:
            await asyncio.sleep(_PAUSE_S * attempt)
        with translate_errors("dynamodb"):
            answer = await dynamodb.batch_get_item(RequestItems=wanted)
        for table, items in answer["Responses"].items():
            found[table].extend(items)
        # Keys that were not read because of throttling (DynamoDB API reference, BatchGetItem).
        wanted = answer.get("UnprocessedKeys") or {}
        if not wanted:
            return found
    raise ThrottledError("dynamodb", "BatchGetItem kept leaving rows unread")


async def find_by_id(dynamodb: Any, table: str, row_id: str) -> Item | None:
    """Find a row of the grant table by the index of ids, then read it consistently; None if no row has the id.

    Raises:
        AwsError: it could not be read.

    """
    with translate_errors("dynamodb"):
        found = await dynamodb.query(
            TableName=table,
            IndexName=GrantIndex.BY_ID,
            KeyConditionExpression="grant_id = :id",
            ExpressionAttributeValues={":id": text_value(row_id)},
            Limit=1,
        )
    keys = [{name: item[name] for name in ("subject", "item")} for item in found["Items"]]
    if not keys:
        return None
    with translate_errors("dynamodb"):
        answer = await dynamodb.get_item(TableName=table, Key=keys[0], ConsistentRead=True)
    item: Item | None = answer.get("Item")
    return item
