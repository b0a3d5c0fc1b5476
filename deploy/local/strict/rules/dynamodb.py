"""What DynamoDB refuses and emulators accept, and our own rule: data that decides access is read consistently.

Source: DynamoDB API reference (Query, GetItem, BatchGetItem, TransactWriteItems) and "Naming rules".
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deploy.local.strict.context import AwsRequest, StrictContext, rule

_TABLE_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_NAME: Final = re.compile(r"(?<![:\w#])#?[A-Za-z_]\w*")


@rule(
    "dynamodb",
    "Query",
    "Scan",
    "GetItem",
    "BatchGetItem",
    "TransactWriteItems",
    "CreateTable",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
)
def a_table_has_a_legal_name(request: AwsRequest, _: StrictContext) -> str | None:
    if all(name.startswith("arn:") or _TABLE_NAME.fullmatch(name) for name in _table_names(request.params)):
        return None
    return "a table's name has 3-255 of letters, digits, ., - and _"


@rule("dynamodb", "Query")
def a_filter_names_no_key(request: AwsRequest, context: StrictContext) -> str | None:
    """DynamoDB: "Filter Expression can only contain non-primary key attributes", of the table or index queried."""
    table = context.access_tables.get(request.params["TableName"])
    if table is None:
        return None
    index = request.params.get("IndexName")
    keys = table.keys if index is None else table.indexes.get(index, frozenset())
    named = set(_attribute_names(request.params))
    return f"the filter names the key attribute {min(named & keys)!r}" if named & keys else None


@rule("dynamodb", "Query", "GetItem")
def a_read_that_decides_access_is_consistent(request: AwsRequest, context: StrictContext) -> str | None:
    table = context.access_tables.get(request.params["TableName"])
    index = request.params.get("IndexName")
    if table is not None and (index is None or index in table.local_indexes):
        return _complaint_unless_consistent(request.params)
    return None


@rule("dynamodb", "BatchGetItem")
def a_batch_that_decides_access_is_consistent(request: AwsRequest, context: StrictContext) -> str | None:
    wanted = request.params["RequestItems"]
    complaints = (_complaint_unless_consistent(wanted[name]) for name in wanted if name in context.access_tables)
    return next((complaint for complaint in complaints if complaint), None)


@rule("dynamodb", "Query", "Scan")
def a_global_index_is_never_read_consistently(request: AwsRequest, context: StrictContext) -> str | None:
    table = context.access_tables.get(request.params["TableName"])
    index = request.params.get("IndexName")
    if (
        table is not None
        and index in table.indexes.keys() - table.local_indexes
        and request.params.get("ConsistentRead")
    ):
        return "consistent reads are not supported on global secondary indexes"
    return None


@rule("dynamodb", "TransactWriteItems")
def a_transaction_writes_each_item_once(request: AwsRequest, context: StrictContext) -> str | None:
    items = [_item_key(action, context) for write in request.params["TransactItems"] for action in write.values()]
    known = [item for item in items if item is not None]
    return "one item is written twice in a transaction" if len(known) != len(set(known)) else None


def _complaint_unless_consistent(read: Mapping[str, Any]) -> str | None:
    return None if read.get("ConsistentRead") is True else "what decides access is read with ConsistentRead=True"


def _table_names(params: Mapping[str, Any]) -> Iterator[str]:
    if "TableName" in params:
        yield params["TableName"]
    yield from params.get("RequestItems", {})
    for write in params.get("TransactItems", []):
        for action in write.values():
            yield action["TableName"]


def _attribute_names(params: Mapping[str, Any]) -> Iterator[str]:
    """List the words of the filter, `#placeholders` resolved, with functions and operators: no key has such a name."""
    placeholders = params.get("ExpressionAttributeNames", {})
    for word in _NAME.findall(params.get("FilterExpression", "")):
        yield placeholders.get(word, word)


def _item_key(action: Mapping[str, Any], context: StrictContext) -> tuple[str, str] | None:
    table = action["TableName"]
    key = action.get("Key")
    if key is None and table in context.access_tables:
        key = {name: action["Item"].get(name) for name in context.access_tables[table].keys}
    return None if key is None else (table, json.dumps(key, sort_keys=True, default=str))
