"""The strict checks reach every client, and no handler hides what they find."""

import contextlib
from typing import Any

import boto3
import pytest

from deploy.local import strict
from shared.aws.client.protocol import ServiceError
from shared.aws.clients import Clients
from shared.aws.errors import AwsError, translate_errors
from tests.service.emulator import table_name

KEY = {"session_id": {"S": "x"}}
EXISTS = "attribute_exists(session_id)"


@pytest.fixture
def planted() -> list[str]:
    """Give the violations of this test, taken off the list before they fail it."""
    return strict.violations


async def test_a_client_of_ours_is_checked(clients: Clients, planted: list[str]) -> None:
    with pytest.raises(strict.StrictAwsViolation, match="ConsistentRead"):
        await clients.dynamodb.get_item(TableName=table_name("session"), Key=KEY)
    planted.clear()


def test_a_boto3_client_is_checked(aws_url: str, planted: list[str]) -> None:
    client = boto3.client("dynamodb", endpoint_url=aws_url)
    with pytest.raises(strict.StrictAwsViolation, match="ConsistentRead"):
        client.get_item(TableName=table_name("session"), Key=KEY)
    planted.clear()
    client.close()


async def test_a_violation_is_no_failure_of_aws_and_is_kept_when_caught(clients: Clients, planted: list[str]) -> None:
    with (
        pytest.raises(strict.StrictAwsViolation),
        contextlib.suppress(AwsError, Exception),
        translate_errors("dynamodb"),
    ):
        await clients.dynamodb.get_item(TableName=table_name("session"), Key=KEY)
    assert len(planted) == 1
    planted.clear()


async def test_a_token_of_a_cancelled_transaction_takes_no_other_body(clients: Clients, planted: list[str]) -> None:
    def deletion(session_id: str) -> dict[str, Any]:
        key = {"session_id": {"S": session_id}}
        return {"Delete": {"TableName": table_name("session"), "Key": key, "ConditionExpression": EXISTS}}

    with pytest.raises(ServiceError, match="TransactionCanceled"):
        await clients.dynamodb.transact_write_items(TransactItems=[deletion("x")], ClientRequestToken="t")
    with pytest.raises(strict.StrictAwsViolation, match="another body"):
        await clients.dynamodb.transact_write_items(TransactItems=[deletion("y")], ClientRequestToken="t")
    planted.clear()


def test_a_violation_fails_its_test_even_where_it_was_caught(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("from tests.conftest import _no_strict_violation")
    pytester.makepyfile(
        """
        from deploy.local import strict

        def test_planted():
            strict.violations.append("a planted violation")
        """,
    )
    options = ("-p", "no:randomly", "-p", "no:xdist", "-o", "asyncio_default_fixture_loop_scope=function")
    result = pytester.runpytest_inprocess(*options)
    result.assert_outcomes(passed=1, errors=1)


@pytest.mark.usefixtures("unchecked")
async def test_nothing_is_checked_after_uninstalling(aws_url: str, clients: Clients) -> None:
    client = boto3.Session().client("dynamodb", endpoint_url=aws_url)
    for answer in (
        client.get_item(TableName=table_name("session"), Key=KEY),
        await clients.dynamodb.get_item(TableName=table_name("session"), Key=KEY),
    ):
        assert "Item" not in answer
    client.close()
