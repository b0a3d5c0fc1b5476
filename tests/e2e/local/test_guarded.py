"""An API behind the authorizer, as API Gateway would run it: whom it asks, what it shows, and what it answers."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from deploy.local.deployment import ACCOUNT, REGION
from deploy.local.gateway.endpoints import Endpoint, EndpointKind
from deploy.local.gateway.server import GuardedApi
from deploy.local.runtime.api import FunctionFailedError

ENDPOINT = Endpoint(EndpointKind.HTTP_API, "a1b2c3d4e5", ACCOUNT, REGION)
YES: dict[str, Any] = {"isAuthorized": True, "context": {"user": "alice"}}
AUTHORIZATION = {"Authorization": "Sentinel-STS key=1"}


class Function:
    """A function that keeps what it is asked and answers as configured."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.events: list[Any] = []

    async def invoke(self, event: bytes, *, request_id: str, trace_id: str) -> bytes:  # noqa: ARG002 - a function's interface
        self.events.append(json.loads(event))
        if self.answer is None:
            raise FunctionFailedError("it raised")
        return json.dumps(self.answer).encode()


@pytest.fixture
def authorizer() -> Function:
    return Function(YES)


@pytest.fixture
def integration() -> Function:
    return Function({"statusCode": 200, "body": json.dumps({"ok": True})})


@pytest.fixture
async def url(authorizer: Function, integration: Function) -> AsyncIterator[str]:
    api = await GuardedApi(ENDPOINT, authorizer, integration).open()
    yield api.url
    await api.close()


async def call(url: str, path: str = "/ledger?year=1", **headers: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"{url}{path}", headers=headers) as answer:
        return answer.status, await answer.json()


async def test_the_integration_is_shown_what_the_authorizer_says(url: str, integration: Function) -> None:
    assert await call(url, **AUTHORIZATION) == (200, {"ok": True})
    assert integration.events[0]["requestContext"]["authorizer"] == {"lambda": {"user": "alice"}}


async def test_the_authorizer_is_asked_about_the_request_without_its_body(url: str, authorizer: Function) -> None:
    await call(url, **AUTHORIZATION)
    [event] = authorizer.events
    assert (event["version"], event["type"], event["rawPath"]) == ("2.0", "REQUEST", "/ledger")
    assert event["identitySource"] == [AUTHORIZATION["Authorization"]]
    assert event["headers"]["authorization"] == AUTHORIZATION["Authorization"]
    assert event["routeArn"] == f"arn:aws:execute-api:{REGION}:{ACCOUNT}:a1b2c3d4e5/$default/GET/ledger"
    assert event["requestContext"]["apiId"] == "a1b2c3d4e5"
    assert not {"body", "isBase64Encoded"} & event.keys()
    assert "authorizer" not in event["requestContext"]


async def test_every_request_is_asked_about(url: str, authorizer: Function) -> None:
    assert [await call(url, **AUTHORIZATION) for _ in range(2)] == [(200, {"ok": True})] * 2
    assert len(authorizer.events) == 2


async def test_without_the_identity_source_the_authorizer_is_not_asked(
    url: str, authorizer: Function, integration: Function
) -> None:
    assert await call(url) == (401, {"message": "Unauthorized"})
    assert authorizer.events == integration.events == []


async def test_a_denial_keeps_the_request_from_the_integration(
    url: str, authorizer: Function, integration: Function
) -> None:
    authorizer.answer = {"isAuthorized": False, "context": {}}
    assert await call(url, **AUTHORIZATION) == (403, {"message": "Forbidden"})
    assert integration.events == []


@pytest.mark.parametrize("answer", [None, [], {}, {"isAuthorized": "true"}, "yes"], ids=repr)
async def test_an_authorizer_that_fails_or_answers_something_else_is_an_error(
    url: str, authorizer: Function, integration: Function, answer: Any
) -> None:
    authorizer.answer = answer
    assert await call(url, **AUTHORIZATION) == (500, {"message": "Internal Server Error"})
    assert integration.events == []
