"""Keys by the container protocol, as Lambda gives them to a function with SnapStart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiobotocore.credentials import AioRefreshableCredentials
from aiobotocore.utils import AioContainerMetadataFetcher
from aiohttp import web

from shared.aws.client.library import open_session
from shared.aws.client.protocol import NoKeysError
from shared.aws.client.signing import Keys
from shared.aws.clients import open_clients
from shared.clock import utc_now

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass
class Endpoint:
    """Gives new keys, good for an hour, to every fetch with the function's token; or an error, if set to."""

    now: datetime = NOON
    url: str = ""
    fetches: int = 0
    fails: bool = False
    resets: int = 0
    lives: timedelta = timedelta(hours=1)
    environ: dict[str, str] = field(default_factory=dict)

    async def serve(self, request: web.Request) -> web.Response:
        if self.resets:
            self.resets -= 1
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if self.fails or request.headers["Authorization"] != "token-of-the-function":
            return web.json_response({"Code": "AccessDenied"}, status=403)
        self.fetches += 1
        return web.json_response(
            {
                "AccessKeyId": f"ASIA{self.fetches}",
                "SecretAccessKey": "secret",
                "Token": "token",
                "Expiration": f"{self.now + self.lives:%Y-%m-%dT%H:%M:%SZ}",
            },
        )


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    endpoint = Endpoint()
    application = web.Application()
    application.router.add_get("/keys", endpoint.serve)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint.environ = {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{runner.addresses[0][1]}/keys?v=1",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token-of-the-function",
    }
    yield endpoint
    await runner.cleanup()


@pytest.fixture
def keys(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> Keys:
    """Keys whose clock, and the library's, is the endpoint's; the library waits no second between its tries."""
    for name, value in endpoint.environ.items():
        monkeypatch.setenv(name, value)

    def remaining_s(credentials: AioRefreshableCredentials) -> float:
        return float((credentials._expiry_time - endpoint.now).total_seconds())

    monkeypatch.setattr(AioRefreshableCredentials, "_seconds_remaining", remaining_s)
    monkeypatch.setattr(AioContainerMetadataFetcher, "SLEEP_TIME", 0)
    return Keys(open_session, lambda: endpoint.now.timestamp())  # noqa: PLW0108 - `now` changes


async def test_many_callers_cost_one_fetch(endpoint: Endpoint, keys: Keys) -> None:
    found = await asyncio.gather(*(keys.current() for _ in range(20)))
    assert {each.access_key for each in found} == {"ASIA1"}
    assert (await keys.current()).access_key == "ASIA1"
    assert endpoint.fetches == 1


async def test_keys_near_their_end_are_fetched_again(endpoint: Endpoint, keys: Keys) -> None:
    await keys.current()
    endpoint.now += timedelta(minutes=51)
    assert (await keys.current()).access_key == "ASIA2"


async def test_keys_serve_to_their_end_while_the_endpoint_fails(endpoint: Endpoint, keys: Keys) -> None:
    await keys.current()
    endpoint.fails = True
    endpoint.now += timedelta(minutes=59)
    assert (await keys.current()).access_key == "ASIA1"
    endpoint.now += timedelta(minutes=1)
    with pytest.raises(NoKeysError, match="no keys were given"):
        await keys.current()


@pytest.mark.usefixtures("endpoint")
async def test_a_copied_process_fetches_its_own(keys: Keys) -> None:
    await keys.current()
    keys.forget()
    assert (await keys.current()).access_key == "ASIA2"


async def test_renewed_clients_sign_with_keys_of_their_own(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in endpoint.environ.items():
        monkeypatch.setenv(name, value)
    endpoint.now = utc_now()
    async with aclosing(await open_clients("eu-central-1", services=())) as clients:
        first = await clients._keys.current()
        await clients.renew()
        assert ((await clients._keys.current()).access_key, first.access_key) == ("ASIA2", "ASIA1")


async def test_a_token_file_comes_first_and_is_read_at_each_fetch(
    keys: Keys,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "token"
    file.write_text("token-of-the-function")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "another")
    monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", str(file))
    assert (await keys.current()).access_key == "ASIA1"
    file.write_text("token\r\nx-injected: header")
    keys.forget()
    with pytest.raises(NoKeysError):
        await keys.current()


async def test_keys_that_are_given_again_although_they_end_soon_are_not_fetched_for_every_signature(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lambda stamps keys to end 16 minutes after they were set; here they were set seven minutes ago."""
    for name, value in endpoint.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"].rpartition("/")[0])
    endpoint.now, endpoint.lives = utc_now(), timedelta(minutes=9)
    async with aclosing(await open_clients("eu-central-1")) as clients:
        fetches = []
        for _ in range(6):
            # Nothing of SSM is there; the request was signed all the same.
            with suppress(Exception):
                await clients.ssm.get_parameters(Names=["/sentinel/policies/access"])
            fetches.append(endpoint.fetches)
    # The library asks once more where the first keys end within ten minutes.
    assert fetches == [2] * 6


async def test_they_are_asked_for_again_after_a_while_and_at_their_end_at_once(endpoint: Endpoint, keys: Keys) -> None:
    endpoint.lives = timedelta(minutes=9)
    assert (await keys.current()).access_key == "ASIA2"
    endpoint.now += timedelta(seconds=29)
    assert (await keys.current()).access_key == "ASIA2"
    endpoint.now += timedelta(seconds=1)
    endpoint.lives = timedelta(seconds=10)
    assert (await keys.current()).access_key == "ASIA3"
    endpoint.now += timedelta(seconds=10)
    assert (await keys.current()).access_key == "ASIA4"


async def test_a_connection_to_the_endpoint_that_is_gone_is_made_again(endpoint: Endpoint, keys: Keys) -> None:
    endpoint.resets = 1
    assert (await keys.current()).access_key == "ASIA1"
    endpoint.resets = 20
    keys.forget()
    with pytest.raises(NoKeysError):
        await keys.current()
