"""Keys by the container protocol, as Lambda gives them to a function with SnapStart."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from shared.aws.wire.keys import RoleKeys


class Endpoint:
    """Gives new keys to every fetch, of the life it is told."""

    def __init__(self) -> None:
        self.fetches = 0
        self.life = timedelta(hours=1)

    async def serve(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "token-of-the-function"
        self.fetches += 1
        ends_at = datetime.now(UTC) + self.life  # noqa: TID251 - botocore compares it with the real clock
        return web.json_response(
            {
                "AccessKeyId": f"ASIA{self.fetches}",
                "SecretAccessKey": "secret",
                "Token": "token",
                "Expiration": ends_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        )


@pytest.fixture
async def endpoint(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Endpoint]:
    endpoint = Endpoint()
    application = web.Application()
    application.router.add_get("/keys", endpoint.serve)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://127.0.0.1:{runner.addresses[0][1]}/keys")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "token-of-the-function")
    yield endpoint
    await runner.cleanup()


async def test_many_callers_cost_one_fetch(endpoint: Endpoint) -> None:
    keys = RoleKeys()
    found = await asyncio.gather(*(keys.current() for _ in range(20)))
    assert {each.access_key for each in found} == {"ASIA1"}
    assert (await keys.current()).access_key == "ASIA1"
    assert endpoint.fetches == 1


async def test_keys_near_their_end_are_fetched_again(endpoint: Endpoint) -> None:
    keys = RoleKeys()
    endpoint.life = timedelta(minutes=5)
    first = await keys.current()
    endpoint.life = timedelta(hours=1)
    renewed = await keys.current()
    assert renewed.access_key != first.access_key
    assert await keys.current() == renewed


@pytest.mark.usefixtures("endpoint")
async def test_a_copied_process_fetches_its_own() -> None:
    keys = RoleKeys()
    await keys.current()
    keys.forget()
    assert (await keys.current()).access_key == "ASIA2"
