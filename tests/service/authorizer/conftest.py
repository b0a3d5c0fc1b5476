"""An authorizer that guards one API and accepts one profile by name and some by a glob."""

import io
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from deploy.local.deployment import PATIENCE
from deploy.policies.deployment import table_definitions
from services.authorizer.handler import wire
from tests.gateway_events import API_ID
from tests.service.authorizer.function import REGION, AuthorizerLambda, Clock
from tests.service.authorizer.sts import FakeSts, running_sts
from tests.service.emulator import aws, table_name


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stand the clock still, and botocore's signer on it."""
    clock = Clock()
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: clock().replace(tzinfo=None))
    return clock


@pytest.fixture
def sts(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSts]:
    with running_sts(clock) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", running.url)
        yield running


@pytest.fixture
def environment(sts: FakeSts) -> dict[str, str]:
    return {
        **PATIENCE,
        "AWS_REGION": REGION,
        "AWS_ENDPOINT_URL_STS": sts.url,
        "SENTINEL_API_ID": f"{API_ID},f6g7h8i9j0",
        "SENTINEL_SESSION_TABLE": table_name("session"),
        "SENTINEL_GRANT_TABLE": table_name("grant"),
        "SENTINEL_ACCEPTED_PROFILES": "prod,team-*",
    }


@pytest.fixture
def authorizer(
    aws_url: str,  # noqa: ARG001 - the emulator's address is in the environment
    sts: FakeSts,
    clock: Clock,
    environment: dict[str, str],
) -> Iterator[AuthorizerLambda]:
    for definition in table_definitions().values():
        aws("dynamodb").create_table(TableName=definition["name"], **definition["create"])
    stdout, table_calls = io.StringIO(), list[str]()
    with closing(wire(environment, stdout, clock)) as app:
        _count_calls(app, table_calls)
        function = AuthorizerLambda(app, stdout, aws, clock, sts, table_calls)
        yield function


def _count_calls(app: Any, calls: list[str]) -> None:
    client = app._service.sessions._dynamodb
    send = client._send_persistently

    async def counted(operation: str, *request: Any) -> Any:
        calls.append(operation)
        return await send(operation, *request)

    client._send_persistently = counted
