"""Attacks on `sentinel ui`: another page, another user, another host, another call, and what a browser may run."""

import asyncio
import gzip
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import aiohttp
import orjson
import pytest
import pytest_asyncio
from aiohttp import web
from pydantic import SecretStr
from yarl import URL

from sentinel.api.transport import Transport
from sentinel.errors import Refusal, RefusedError, ServiceUnreachableError
from sentinel.ui.operations import is_operation
from sentinel.ui.server import Console, serving
from services.admin.api import ENDPOINTS
from shared.console.assets import DOCUMENT, POLICY, load_assets
from tests.patience import LIMIT_S

HEADER = "X-Sentinel-Console"
AWS_CONSOLE = "/api/ui/aws-console/dev"
SIGN_IN = "https://signin.aws.amazon.com/federation?SigninToken=THE-SIGN-IN-TOKEN"


@dataclass
class Upstream:
    """Takes the place of the transport: notes the calls and answers each alike."""

    calls: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    error: Exception | None = None

    async def relay(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        self.calls.append((method, path, query, body))
        if self.error is not None:
            raise self.error
        return 200, b'{"requests": []}'

    async def sign_in(self, profile: str) -> SecretStr:
        if self.error is not None:
            raise self.error
        self.signed_in.append(profile)
        return SecretStr(SIGN_IN)


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest_asyncio.fixture
async def console(upstream: Upstream, socket_enabled: None) -> AsyncIterator[Console]:
    assert socket_enabled is None
    async with serving(cast("Transport", upstream), upstream.sign_in) as running:
        yield running


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def token_of(console: Console) -> str:
    return console.url.get_secret_value().partition("#token=")[2]


async def ask(
    http: aiohttp.ClientSession, console: Console, path: str, method: str = "GET", **options: Any
) -> tuple[int, str]:
    headers = {HEADER: token_of(console)} | options.pop("headers", {})
    sent = {name: value for name, value in headers.items() if value is not None}
    url = URL(f"{console.origin}{path}", encoded=True)
    async with http.request(method, url, headers=sent, **options) as response:
        return response.status, await response.text()


async def test_a_call_with_the_token_is_passed_on_as_it_is(
    http: aiohttp.ClientSession, console: Console, upstream: Upstream
) -> None:
    assert await ask(http, console, "/api/v1/requests?view=all&user=a%26b") == (200, '{"requests": []}')
    assert await ask(http, console, "/api/v1/requests/0123456789abcdef/approve", "POST", data=b'{"comment":"ok"}')
    assert upstream.calls == [
        ("GET", "/v1/requests", {"view": "all", "user": "a&b"}, b""),
        ("POST", "/v1/requests/0123456789abcdef/approve", {}, b'{"comment":"ok"}'),
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {HEADER: None},
        {HEADER: ""},
        {HEADER: "guess"},
        {"Host": "localhost"},
        {"Host": "evil.example"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_page_or_user_reaches_nothing(
    http: aiohttp.ClientSession, console: Console, upstream: Upstream, headers: dict[str, str | None]
) -> None:
    for path, method in (("/api/v1/requests", "GET"), (AWS_CONSOLE, "POST")):
        status, said = await ask(http, console, path, method, headers=headers)
        assert status == 403
        assert token_of(console) not in said
    assert (upstream.calls, upstream.signed_in) == ([], [])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/"),
        ("GET", "/api/?profile=prod"),
        ("POST", "/api/"),
        ("GET", "/api/v1/other"),
        ("PUT", "/api/v1/requests"),
        ("DELETE", "/api/v1/sessions/1"),
        ("GET", "/api/v1/requests/../sessions"),
        ("GET", "/api/v1/requests/%2e%2e"),
        ("GET", "/api/v1/requests/.."),
        ("GET", "/api/v1/sessions/."),
        ("POST", "/api/v1/break-glass/../review"),
        ("GET", "/api/v1/requests/a%2Fb"),
        ("GET", "/api//v1/requests"),
        ("GET", "/api/v1/requests/"),
        ("PUT", "/api/v1/groups/x/members"),
    ],
)
async def test_no_other_call_is_made_and_a_vend_is_none(
    http: aiohttp.ClientSession, console: Console, upstream: Upstream, method: str, path: str
) -> None:
    assert (await ask(http, console, path, method))[0] == 404
    assert upstream.calls == []


async def test_the_page_gets_a_path_that_redirects_one_fetch_to_aws_and_neither_credentials_nor_token(
    http: aiohttp.ClientSession, console: Console, upstream: Upstream
) -> None:
    status, said = await ask(http, console, AWS_CONSOLE, "POST")
    page = orjson.loads(said)["page"]
    assert (status, orjson.loads(said), upstream.signed_in, upstream.calls) == (200, {"page": page}, ["dev"], [])
    fetched = []
    for other in (f"{page}x", page[:-1], page, page):
        async with http.get(f"{console.origin}{other}", allow_redirects=False) as response:
            fetched.append((response.status, response.headers.get("Location")))
            assert "no-store" in response.headers["Cache-Control"]
    assert fetched == [(404, None), (404, None), (303, SIGN_IN), (410, None)]


async def test_a_page_of_another_host_or_of_a_page_elsewhere_is_not_given_and_not_used_up(
    http: aiohttp.ClientSession, console: Console
) -> None:
    page = orjson.loads((await ask(http, console, AWS_CONSOLE, "POST"))[1])["page"]
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        async with http.get(f"{console.origin}{page}", headers=headers, allow_redirects=False) as response:
            assert response.status == 403
    async with http.get(f"{console.origin}{page}", allow_redirects=False) as response:
        assert response.status == 303


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", AWS_CONSOLE),
        ("POST", "/api/ui/aws-console/"),
        ("POST", "/api/ui/aws-console/dev/more"),
        ("POST", "/api/ui/aws-console/dev?region=evil.example"),
        ("POST", "/api/ui/aws-console/%64ev"),
        ("POST", f"/api/ui/aws-console/{'x' * 65}"),
    ],
)
async def test_only_a_profile_by_its_name_is_signed_in(
    http: aiohttp.ClientSession, console: Console, upstream: Upstream, method: str, path: str
) -> None:
    assert (await ask(http, console, path, method))[0] == 404
    assert upstream.signed_in == []


async def test_a_refusal_to_sign_in_is_said_in_its_words(
    http: aiohttp.ClientSession, console: Console, upstream: Upstream
) -> None:
    upstream.error = RefusedError(Refusal(403, "denied", "no rule gives dev"))
    status, said = await ask(http, console, AWS_CONSOLE, "POST")
    assert (status, orjson.loads(said)["code"], "no rule gives dev" in said) == (403, "denied", True)


async def test_a_body_that_no_call_needs_is_refused(
    http: aiohttp.ClientSession, console: Console, upstream: Upstream
) -> None:
    status, _ = await ask(http, console, "/api/v1/requests", "POST", data=b"x" * (16 * 1024 + 1))
    assert (status, upstream.calls) == (413, [])


async def test_a_body_is_passed_on_whole_in_however_many_pieces_it_comes(
    http: aiohttp.ClientSession, console: Console, upstream: Upstream
) -> None:
    arrived = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"reason":'
        await asyncio.wait_for(arrived.wait(), LIMIT_S)
        yield b' "deploy"}'

    def seen(request: web.BaseRequest) -> Refusal | None:
        asyncio.get_running_loop().call_soon(arrived.set)
        return refuse(request)

    refuse, console._refuse = console._refuse, seen  # type: ignore[method-assign] # it is called before a body is read
    status, _ = await ask(http, console, "/api/v1/requests", "POST", data=pieces())
    assert (status, [body for *_, body in upstream.calls]) == (200, [b'{"reason": "deploy"}'])


async def test_a_service_that_is_away_is_said_in_words(
    http: aiohttp.ClientSession, console: Console, upstream: Upstream
) -> None:
    upstream.error = ServiceUnreachableError("Sentinel did not answer", "check the network")
    status, said = await ask(http, console, "/api/v1/requests")
    assert status == 503
    assert "Sentinel did not answer" in said


def test_every_call_of_the_console_is_an_operation_of_the_api() -> None:
    known = {("GET", "/profiles"), *((each.method, each.path) for each in ENDPOINTS)}
    allowed = {
        (method, path)
        for method, path in known
        if is_operation(method, re.sub(r"\{[a-z]+\}", "0123456789abcdef", path))
    }
    assert known - allowed == {
        ("GET", "/v1/health"),
        ("GET", "/v1/groups/{name}/members"),
        ("PUT", "/v1/groups/{name}/members"),
        ("DELETE", "/v1/groups/{name}/members"),
    }


async def test_a_browser_runs_and_loads_nothing_else(http: aiohttp.ClientSession, console: Console) -> None:
    async with http.get(f"{console.origin}/") as response:
        document = await response.text()
        headers = response.headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["Cache-Control"] == "no-store"
    for words in ("default-src 'none'", "require-trusted-types-for 'script'", "frame-ancestors 'none'"):
        assert words in POLICY
    assert "unsafe" not in POLICY
    assert not re.search(r"<script[^>]*>[^<]|<style|\son\w+=|style=|https?://", document)
    named = re.findall(r'(?:src|href)="([^"]+)"', document)
    assert [name.rpartition(".")[2] for name in named] == ["svg", "css", "js"]
    assert {DOCUMENT, *named} == load_assets().keys()


async def test_files_are_kept_by_their_content_and_no_other_file_is_there(
    http: aiohttp.ClientSession, console: Console
) -> None:
    for name in load_assets():
        async with http.get(f"{console.origin}/{name}") as response:
            assert response.status == 200
            kept = "immutable" in response.headers["Cache-Control"]
            assert kept is (name != DOCUMENT)
    for path in ("/app.js", "/../pyproject.toml", "/static/app.js", "/%2e%2e/assets.py"):
        async with http.get(URL(f"{console.origin}{path}", encoded=True)) as response:
            assert response.status == 404


async def test_the_page_learns_that_it_is_on_loopback_and_nothing_else(
    http: aiohttp.ClientSession, console: Console
) -> None:
    assert await ask(http, console, "/config.json", headers={HEADER: None}) == (200, '{"mode":"loopback"}')
    assert (await ask(http, console, "/config.json", "POST"))[0] == 404


def test_the_console_is_small() -> None:
    assert sum(len(gzip.compress(each.body)) for each in load_assets().values()) < 150 * 1024
