"""A proof holds the session token and is a login for 15 minutes: it goes to the first origin and nowhere else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import aiohttp
import httpx
import pytest
import requests
from aiohttp import web
from aiohttp.test_utils import RawTestServer
from botocore.credentials import ReadOnlyCredentials

from sentinel.proof.source import UnsafeUrlError, safe_origin
from sentinel.proof_auth import AiohttpProof, HttpxProof, RequestsProof
from sentinel.proof_source import ProofSource

KEYS: Final = ReadOnlyCredentials("ASIAQQQQQQQQQQQQQQQQ", "the-secret-key", "T" * 64)


def source(*, origin: str = "", binds_requests: bool = False) -> ProofSource:
    return ProofSource("api-1", "eu-central-1", binds_requests, credentials=lambda: KEYS, origin=origin)


async def with_aiohttp(source: ProofSource, *urls: str) -> None:
    async with aiohttp.ClientSession(middlewares=[AiohttpProof(source)]) as http:
        for url in urls:
            async with http.get(url) as answer:
                await answer.read()


async def with_requests(source: ProofSource, *urls: str) -> None:
    def ask() -> None:
        with requests.Session() as http:
            http.auth = RequestsProof(source)
            for url in urls:
                http.get(url, timeout=30)

    await asyncio.to_thread(ask)


async def with_httpx(source: ProofSource, *urls: str) -> None:
    async with httpx.AsyncClient(auth=HttpxProof(source), follow_redirects=True, timeout=30) as http:
        for url in urls:
            await http.get(url)


@dataclass
class Server:
    """Answers with a redirect while it has one to give, and keeps what it was shown."""

    url: str = ""
    redirects: list[str] = field(default_factory=list)
    shown: list[tuple[str, str | None]] = field(default_factory=list)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        self.shown.append((request.path, request.headers.get("Authorization")))
        if self.redirects:
            return web.Response(status=307, headers={"Location": self.redirects.pop(0)})
        return web.Response()

    @property
    def proofs(self) -> list[str]:
        return [sent for _, sent in self.shown if sent is not None and "ASIA" in sent]


@pytest.fixture
async def servers(socket_enabled: None) -> AsyncIterator[tuple[Server, Server]]:
    assert socket_enabled is None
    api, other = Server(), Server()
    async with RawTestServer(api.answer) as first, RawTestServer(other.answer) as second:
        api.url, other.url = str(first.make_url("")).rstrip("/"), str(second.make_url("")).rstrip("/")
        yield api, other


Ask = Callable[..., Awaitable[None]]
each_library = pytest.mark.parametrize("ask", [with_aiohttp, with_requests, with_httpx])


@each_library
@pytest.mark.parametrize("binds_requests", [False, True])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "mallory@127.0.0.1", "127.0.0.1@localhost"])
async def test_a_redirect_to_another_origin_carries_no_proof(
    servers: tuple[Server, Server], ask: Ask, host: str, *, binds_requests: bool
) -> None:
    api, other = servers
    api.redirects = [f"{other.url.replace('127.0.0.1', host)}/collect"]
    await ask(source(binds_requests=binds_requests), f"{api.url}/orders")
    assert len(api.proofs) == 1
    assert [path for path, _ in other.shown] == ["/collect"]
    assert other.proofs == []


@each_library
async def test_a_redirect_through_another_origin_carries_no_proof_on(servers: tuple[Server, Server], ask: Ask) -> None:
    api, other = servers
    api.redirects, other.redirects = [f"{other.url}/one"], [f"{other.url}/two"]
    await ask(source(), f"{api.url}/orders")
    assert [path for path, _ in other.shown] == ["/one", "/two"]
    assert other.proofs == []


@each_library
async def test_a_later_request_to_another_origin_carries_none_either(servers: tuple[Server, Server], ask: Ask) -> None:
    api, other = servers
    await ask(source(), f"{api.url}/orders", f"{other.url}/collect", f"{api.url}/more")
    assert (len(api.proofs), other.proofs) == (2, [])


@each_library
async def test_a_named_origin_counts_from_the_first_request_on(servers: tuple[Server, Server], ask: Ask) -> None:
    api, other = servers
    await ask(source(origin=api.url.replace("http://", "HTTP://")), f"{other.url}/collect", f"{api.url}/orders")
    assert (len(api.proofs), other.proofs) == (1, [])


@each_library
async def test_a_redirect_within_the_origin_carries_a_proof(servers: tuple[Server, Server], ask: Ask) -> None:
    api, _ = servers
    api.redirects = ["/moved"]
    await ask(source(), f"{api.url}/orders")
    assert [path for path, _ in api.shown] == ["/orders", "/moved"]
    assert len(api.proofs) == 2


@each_library
@pytest.mark.parametrize("url", ["http://orders.example/", "http://orders.example:443/", "http://10.0.0.1/"])
async def test_a_first_request_in_the_clear_is_refused_and_not_sent(ask: Ask, url: str) -> None:
    with pytest.raises(UnsafeUrlError, match="use https"):
        await ask(source(), url)


@pytest.mark.parametrize(
    "url",
    [
        "http://orders.example/",
        "http://orders.example:443/",
        "https://orders.example:8443/",
        "https://orders.example.evil.example/",
        "https://evil.example/orders.example",
        "https://orders.example@evil.example/",
        "https://mallory@orders.example/",
        "https://xorders.example/",
        "https://orders.example./",
        "wss://evil.example/",
        "ws://orders.example/",
        "ftp://orders.example/",
        "//orders.example/",
        "",
    ],
)
def test_what_is_not_the_origin_gets_nothing(url: str) -> None:
    pinned = source()
    assert pinned.header_for("GET", "https://orders.example/a") is not None
    assert pinned.header_for("GET", url) is None


@pytest.mark.parametrize(
    "url",
    ["https://orders.example:443/a", "https://ORDERS.Example/b?c", "HTTPS://orders.example", "wss://orders.example/"],
)
def test_another_spelling_of_the_origin_is_the_origin(url: str) -> None:
    pinned = source(origin="https://orders.example/")
    assert pinned.header_for("GET", url) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://orders.example",
        "ws://orders.example",
        "https://user:planted@orders.example",
        "https://@orders.example",
        "ftp://orders.example",
        "https://orders.example:port",
        "https://evil.example\\@orders.example",
        "orders.example",
        "https://",
        "",
    ],
)
def test_no_origin_is_unsafe(url: str) -> None:
    with pytest.raises(UnsafeUrlError) as refused:
        safe_origin(url)
    assert "planted" not in str(refused.value)
    if url:
        with pytest.raises(UnsafeUrlError):
            source(origin=url)


def test_port_zero_is_another_origin_than_none() -> None:
    assert source(origin="https://orders.example").header_for("GET", "https://orders.example:0/") is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_loopback_is_asked_in_the_clear(host: str) -> None:
    assert safe_origin(f"http://{host}:8080/a") == f"http://{host.strip('[]')}:8080"
