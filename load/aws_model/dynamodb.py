"""DynamoDB's tables in memory, by the real definitions, with the conditions Sentinel writes, and what it would charge.

DynamoDB Developer Guide, "DynamoDB on-demand mode" and "DynamoDB item sizes and formats": a consistent read of up to
4 KB is one unit, an eventually consistent one half, of the whole Query or of each item of a batch, found or not; a
write of up to 1 KB is one unit, twice that in a transaction, and the same again for every index whose entry changes.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from load.aws_model.expressions import Item, apply_update, comparable, read_condition
from load.aws_model.services import AwsRefusalError, Operations, Request

Key = tuple[str, ...]
_PAGE: Final = 1000
_READ_BYTES: Final = 4096
_WRITE_BYTES: Final = 1024
_NUMBER_OVERHEAD: Final = 1
_NESTED_OVERHEAD: Final = 3


@dataclass(slots=True)
class Units:
    """Request units, added up over one call."""

    read: float = 0.0
    write: float = 0.0

    def note_read(self, sizes: Iterable[int], *, consistent: bool) -> None:
        """Count a read of items of these sizes together."""
        blocks = max(1, math.ceil(sum(sizes) / _READ_BYTES))
        self.read += blocks if consistent else blocks / 2

    def note_write(self, sizes: Iterable[int], *, in_transaction: bool = False) -> None:
        """Count a write of an item, and of its entries in the indexes, each of its own size."""
        blocks = sum(max(1, math.ceil(size / _WRITE_BYTES)) for size in sizes)
        self.write += blocks * (2 if in_transaction else 1)


def size_of(item: Mapping[str, Any]) -> int:
    """Return an item's size in bytes: its attributes' names and values."""
    return sum(len(name.encode()) + _size_of_value(value) for name, value in item.items())


def _size_of_value(value: Mapping[str, Any]) -> int:
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return math.ceil(len(content.lstrip("-0.").rstrip("0")) / 2) + _NUMBER_OVERHEAD
        case "BOOL" | "NULL":
            return 1
        case "L":
            return _NESTED_OVERHEAD + sum(1 + _size_of_value(each) for each in content)
        case "M":
            return _NESTED_OVERHEAD + len(content) + size_of(content)
        case _:
            return sum(len(str(each)) for each in content)


class _Table:
    """Items by primary key, the hash key's items together."""

    def __init__(self, create: Request) -> None:
        self.keys = [key["AttributeName"] for key in create["KeySchema"]]
        indexes = [*create.get("LocalSecondaryIndexes", []), *create.get("GlobalSecondaryIndexes", [])]
        self.indexes = {index["IndexName"]: [key["AttributeName"] for key in index["KeySchema"]] for index in indexes}
        self.items: defaultdict[str, dict[Key, Item]] = defaultdict(dict)

    def key_of(self, item: Request) -> Key:
        return tuple(str(comparable(item[name])) for name in self.keys)

    def find(self, key: Request) -> Item | None:
        """Return the item with the primary key that a key or an item holds."""
        primary = self.key_of(key)
        return self.items[primary[0]].get(primary)

    def store(self, item: Item) -> None:
        key = self.key_of(item)
        self.items[key[0]][key] = item

    def partition(self, hash_key: str, wanted: str) -> Iterable[Item]:
        """Return the items a query may find: of one partition of the table, or all that are in an index."""
        partitions = [self.items[wanted]] if hash_key == self.keys[0] else self.items.values()
        return (item for items in partitions for item in items.values() if hash_key in item)


class DynamoDb:
    """The operations, by name."""

    def __init__(self, definitions: Mapping[str, Request]) -> None:
        self.units = Units()
        self._tables = {str(each["name"]): _Table(each["create"]) for each in definitions.values()}
        self.operations: Operations = {
            "BatchGetItem": self._batch_get,
            "GetItem": self._get,
            "PutItem": self._put,
            "Query": self._query,
            "TransactWriteItems": self._transact,
            "UpdateItem": self._update,
        }

    def take_units(self) -> Units:
        """Return what the calls since this was last asked would be charged."""
        taken, self.units = self.units, Units()
        return taken

    def _table(self, request: Request) -> _Table:
        if request["TableName"] not in self._tables:
            raise AwsRefusalError("ResourceNotFoundException", "Requested resource not found")
        return self._tables[request["TableName"]]

    def _get(self, request: Request) -> Any:
        table = self._table(request)
        found = table.find(request["Key"])
        self.units.note_read([size_of(found or {})], consistent=request.get("ConsistentRead", False))
        return {} if found is None else {"Item": found}

    def _batch_get(self, request: Request) -> Any:
        responses = {}
        for name, wanted in request["RequestItems"].items():
            table = self._table({"TableName": name})
            found = [table.find(key) for key in wanted["Keys"]]
            for item in found:
                self.units.note_read([size_of(item or {})], consistent=wanted.get("ConsistentRead", False))
            responses[name] = [item for item in found if item is not None]
        return {"Responses": responses, "UnprocessedKeys": {}}

    def _put(self, request: Request) -> Any:
        self._prepare(request)()
        return {}

    def _update(self, request: Request) -> Any:
        self._prepare(request)()
        if request.get("ReturnValues", "NONE") == "NONE":
            return {}
        table = self._table(request)
        return {"Attributes": table.find(request["Key"])}

    def _transact(self, request: Request) -> Any:
        writes, reasons = [], []
        for each in request["TransactItems"]:
            [write] = each.values()
            try:
                writes.append(self._prepare(write, in_transaction=True))
                reasons.append({"Code": "None"})
            except AwsRefusalError as refusal:
                if refusal.code != "ConditionalCheckFailedException":
                    raise
                reasons.append({"Code": "ConditionalCheckFailed", **refusal.details})
        if any(reason["Code"] != "None" for reason in reasons):
            raise AwsRefusalError("TransactionCanceledException", "cancelled", CancellationReasons=reasons)
        for write in writes:
            write()
        return {}

    def _prepare(self, request: Request, *, in_transaction: bool = False) -> Callable[[], None]:
        """Check a write's condition, and return the write itself."""
        table = self._table(request)
        found = table.find(request.get("Item") or request["Key"])
        names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        if "ConditionExpression" in request:
            holds = read_condition(request["ConditionExpression"], names, values)
            if not holds(found or {}):
                # A write that its condition stops is charged by the item that is there.
                self.units.note_write([size_of(found or {})], in_transaction=in_transaction)
                is_returned = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and found is not None
                details: dict[str, Any] = {"Item": found} if is_returned else {}
                raise AwsRefusalError("ConditionalCheckFailedException", "The conditional request failed", **details)
        item = dict(request.get("Item") or found or request["Key"])
        if "UpdateExpression" in request:
            apply_update(item, request["UpdateExpression"], names, values)
        indexes = sum(_is_in(item, keys) for keys in table.indexes.values())
        self.units.note_write([size_of(item)] * (1 + indexes), in_transaction=in_transaction)
        return lambda: table.store(item)

    def _query(self, request: Request) -> Any:
        table, index = self._table(request), request.get("IndexName")
        names, values = request.get("ExpressionAttributeNames", {}), request["ExpressionAttributeValues"]
        holds = read_condition(request["KeyConditionExpression"], names, values)
        keys = table.keys if index is None else table.indexes[index]
        # The condition begins with the partition: `subject = :subject AND …`.
        wanted = comparable(values[request["KeyConditionExpression"].split()[2]])
        found = [item for item in table.partition(keys[0], wanted) if _is_in(item, keys) and holds(item)]
        found.sort(
            key=lambda item: [comparable(item[name]) for name in keys[1:]] + list(table.key_of(item)),
            reverse=not request.get("ScanIndexForward", True),
        )
        start = 0
        if "ExclusiveStartKey" in request:
            last = table.key_of(request["ExclusiveStartKey"])
            start = next((at for at, item in enumerate(found, 1) if table.key_of(item) == last), 0)
        page = found[start : start + min(request.get("Limit", _PAGE), _PAGE)]
        self.units.note_read([size_of(item) for item in page], consistent=request.get("ConsistentRead", False))
        answer = {"Items": page, "Count": len(page), "ScannedCount": len(page)}
        if start + len(page) < len(found):
            last_item = page[-1]
            answer["LastEvaluatedKey"] = {name: last_item[name] for name in {*table.keys, *keys}}
        return answer


def _is_in(item: Item, keys: list[str]) -> bool:
    return all(name in item for name in keys)
