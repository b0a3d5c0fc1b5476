"""What the latency model charges, against the sizes DynamoDB documents."""

from typing import Any

import pytest

from load.aws_model.dynamodb import DynamoDb, Units, size_of

TABLES: dict[str, Any] = {
    "t": {
        "name": "t",
        "create": {
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "GlobalSecondaryIndexes": [
                {"IndexName": "by-user", "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}]},
            ],
        },
    },
}


def charged(*requests: tuple[str, dict[str, Any]]) -> Units:
    """Give what the last request is charged."""
    tables = DynamoDb(TABLES)
    for operation, request in requests:
        tables.take_units()
        tables.operations[operation]({"TableName": "t", **request})
    return tables.take_units()


def put(length: int, **attributes: Any) -> tuple[str, dict[str, Any]]:
    # The names are three and two bytes, the key's value one.
    return "PutItem", {"Item": {"id": {"S": "x"}, "pad": {"S": "y" * length}, **attributes}}


def test_sizes_are_names_and_values() -> None:
    assert size_of({"id": {"S": "ä"}, "on": {"BOOL": True}, "n": {"N": "1234"}}) == 4 + 3 + 4
    assert size_of({"l": {"L": [{"S": "ab"}]}, "m": {"M": {"k": {"S": "v"}}}}) == 1 + 3 + 3 + 1 + 3 + 1 + 2


@pytest.mark.parametrize(("length", "units"), [(1018, 1), (1019, 2)])
def test_a_write_is_charged_by_the_kilobyte(length: int, units: int) -> None:
    assert charged(put(length)).write == units


def test_every_index_the_item_is_in_is_a_write_of_its_own() -> None:
    assert charged(put(10, user={"S": "alice"})).write == 2


def test_a_transaction_is_charged_twice() -> None:
    items = [{"Put": {"TableName": "t", "Item": {"id": {"S": "x"}}}}]
    assert charged(("TransactWriteItems", {"TransactItems": items})).write == 2


@pytest.mark.parametrize(("consistent", "units"), [(True, 2), (False, 1)])
def test_a_read_is_charged_by_four_kilobytes_and_half_where_it_may_be_stale(*, consistent: bool, units: float) -> None:
    read = ("GetItem", {"Key": {"id": {"S": "x"}}, "ConsistentRead": consistent})
    assert charged(put(5000), read).read == units


def test_a_batch_is_charged_item_by_item_also_for_what_is_not_there() -> None:
    keys = [{"id": {"S": name}} for name in "xyz"]
    assert charged(put(10), ("BatchGetItem", {"RequestItems": {"t": {"Keys": keys, "ConsistentRead": True}}})).read == 3
