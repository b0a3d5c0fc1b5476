"""Rows of the grant table by their id: the index says where a row is, and the row itself is read consistently."""

from typing import Any

from shared.aws.errors import speaking_to
from shared.aws.items import Item, text_value
from shared.aws.tables import GrantIndex


async def find_by_id(dynamodb: Any, table: str, row_id: str) -> Item | None:
    """Find a row; None where there is none with this id.

    Raises:
        AwsError: it could not be read.

    """
    with speaking_to("dynamodb"):
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
    with speaking_to("dynamodb"):
        answer = await dynamodb.get_item(TableName=table, Key=keys[0], ConsistentRead=True)
    item: Item | None = answer.get("Item")
    return item
