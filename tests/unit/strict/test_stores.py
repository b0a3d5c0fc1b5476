from typing import Any

import pytest

from tests.unit.strict.requests import complaints, deletion, query, transaction


def parameter(value: str = "{}", name: str = "/sentinel/policies/access", **more: Any) -> dict[str, Any]:
    return {"Name": name, "Value": value, "Type": "String", **more}


@pytest.mark.parametrize(
    "request_",
    [
        parameter("x" * 4096),
        parameter("x" * 8192, Tier="Advanced"),
        parameter("x" * 8192, Tier="Intelligent-Tiering"),
        parameter("{ {"),
        parameter(name="/" + "/".join("abcdefghijklmno")),
    ],
    ids=lambda request: f"{len(request['Value'])} {request['Name']}",
)
def test_a_parameter_ssm_takes_passes(request_: dict[str, Any]) -> None:
    assert complaints("ssm", "PutParameter", request_) == ""


@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        (parameter("x" * 4097), "4097 bytes"),
        (parameter("\u00e9" * 2049), "4098 bytes"),
        (parameter("x" * 8193, Tier="Advanced"), "8193 bytes"),
        (parameter("{{ssm:x}}"), "may not hold"),
        (parameter(name="/sentinel/a b"), "15 levels"),
        (parameter(name="/" + "/".join("abcdefghijklmnop")), "15 levels"),
        (parameter(name="/AWS/x"), "never begins"),
        (parameter(name="ssm-x"), "never begins"),
        (parameter(Tier="Huge"), "not one of"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_parameter_ssm_refuses_is_a_violation(request_: dict[str, Any], complaint: str) -> None:
    assert complaint in complaints("ssm", "PutParameter", request_)


@pytest.mark.parametrize("label", ["live", "a" * 100, "v-1.0_x"])
def test_a_legal_label_passes(label: str) -> None:
    assert complaints("ssm", "LabelParameterVersion", {"Name": "/s/a", "Labels": [label]}) == ""


@pytest.mark.parametrize("label", ["a" * 101, "1st", "aws-x", "SSM", "a b"])
def test_a_label_ssm_refuses_is_a_violation(label: str) -> None:
    assert complaints("ssm", "LabelParameterVersion", {"Name": "/s/a", "Labels": [label]})


def test_ten_names_a_call_pass_and_eleven_or_twice_the_same_do_not() -> None:
    names = [f"/s/{number}" for number in range(11)]
    assert complaints("ssm", "GetParameters", {"Names": names[:10]}) == ""
    assert complaints("ssm", "GetParameters", {"Names": names})
    assert complaints("ssm", "GetParameters", {"Names": ["/s/a", "/s/a"]})


def test_a_page_of_more_than_ten_parameters_is_a_violation() -> None:
    assert complaints("ssm", "GetParametersByPath", {"Path": "/s", "MaxResults": 10}) == ""
    assert complaints("ssm", "GetParametersByPath", {"Path": "/s", "MaxResults": 11})


@pytest.mark.parametrize("name", ["ab", "a b c", "x" * 256])
def test_a_table_name_dynamodb_refuses_is_a_violation(name: str) -> None:
    assert complaints("dynamodb", "Query", query(TableName=name))
    assert complaints("dynamodb", "PutItem", {"TableName": name, "Item": {}})
    assert complaints("dynamodb", "BatchGetItem", {"RequestItems": {name: {"Keys": [{"k": {"S": "v"}}]}}})
    assert complaints("dynamodb", "TransactWriteItems", transaction({"Delete": {"TableName": name, "Key": {}}}))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"FilterExpression": "NOT (ends_at <= :now)"},
        {"FilterExpression": "#k = :subject", "ExpressionAttributeNames": {"#k": "profile"}},
        {"FilterExpression": "sub_item = :x"},
        {"IndexName": "by-id", "ConsistentRead": False, "FilterExpression": "subject = :x"},
        {"TableName": "elsewhere", "ConsistentRead": False, "FilterExpression": "item = :x"},
    ],
    ids=str,
)
def test_a_query_dynamodb_takes_passes(changes: dict[str, Any]) -> None:
    assert complaints("dynamodb", "Query", query(**changes)) == ""


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"FilterExpression": "begins_with(item, :x)"}, "key attribute 'item'"),
        ({"FilterExpression": "#k = :x", "ExpressionAttributeNames": {"#k": "subject"}}, "key attribute 'subject'"),
        ({"IndexName": "by-id", "ConsistentRead": False, "FilterExpression": "grant_id = :x"}, "key attribute"),
        ({"ConsistentRead": False}, "ConsistentRead=True"),
        ({"IndexName": "by-id", "ConsistentRead": True}, "not supported on global"),
    ],
    ids=str,
)
def test_a_query_dynamodb_or_this_house_refuses_is_a_violation(changes: dict[str, Any], complaint: str) -> None:
    assert complaint in complaints("dynamodb", "Query", query(**changes))


def test_every_read_that_decides_access_is_consistent() -> None:
    key = {"session_id": {"S": "x"}}
    get = {"TableName": "sessions", "Key": key}
    assert complaints("dynamodb", "GetItem", get | {"ConsistentRead": True}) == ""
    assert "ConsistentRead" in complaints("dynamodb", "GetItem", get)
    batch = {"RequestItems": {"sessions": {"Keys": [key], "ConsistentRead": True}}}
    assert complaints("dynamodb", "BatchGetItem", batch) == ""
    assert "ConsistentRead" in complaints("dynamodb", "BatchGetItem", {"RequestItems": {"sessions": {"Keys": [key]}}})


def test_reads_of_other_tables_may_be_as_they_like() -> None:
    assert complaints("dynamodb", "GetItem", {"TableName": "elsewhere", "Key": {"k": {"S": "x"}}}) == ""


def test_a_transaction_has_at_most_a_hundred_writes() -> None:
    writes = [deletion(str(number)) for number in range(101)]
    assert complaints("dynamodb", "TransactWriteItems", transaction(*writes[:100])) == ""
    assert complaints("dynamodb", "TransactWriteItems", transaction(*writes))


def test_a_transaction_that_writes_an_item_twice_is_a_violation() -> None:
    put = {"Put": {"TableName": "sessions", "Item": {"session_id": {"S": "x"}, "user": {"S": "alice"}}}}
    assert complaints("dynamodb", "TransactWriteItems", transaction(put, deletion("y"))) == ""
    assert "twice" in complaints("dynamodb", "TransactWriteItems", transaction(put, deletion("x")))


def test_a_transactions_token_has_at_most_36_characters() -> None:
    assert complaints("dynamodb", "TransactWriteItems", transaction(deletion("x"), token="t" * 36)) == ""
    assert complaints("dynamodb", "TransactWriteItems", transaction(deletion("x"), token="t" * 37))
