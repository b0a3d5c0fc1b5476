"""What becomes of connections while Lambda has frozen the process, and of those that lead nowhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from shared.aws.clients import Clients, open_clients
from shared.aws.dynamodb.sessions import SessionTable
from shared.aws.errors import AwsError
from tests.service.conftest import REGION

pytestmark = pytest.mark.usefixtures("dummy_credentials")

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\n\r\n{}"


@dataclass(eq=False)
class Line(asyncio.Protocol):
    """One connection to an AWS that answers every request, until it is set not to."""

    place: "Place"
    requests: int = 0
    transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.place.lines.append(self)

    def data_received(self, data: bytes) -> None:
        if data.startswith(b"GET"):
            # What opens the connection early, and counts for nothing.
            assert self.transport is not None
            self.transport.write(ANSWER)
            return
        self.requests += 1
        self.place.asked.set()
        if self.place.lines.index(self) in self.place.resets:
            assert self.transport is not None
            self.transport.abort()
        elif self.place.lines.index(self) not in self.place.black_holes:
            assert self.transport is not None
            self.transport.write(ANSWER)


@dataclass
class Place:
    """An AWS that counts its connections; some of them swallow what is sent."""

    lines: list[Line] = field(default_factory=list)
    black_holes: set[int] = field(default_factory=set)
    resets: set[int] = field(default_factory=set)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    def requests(self) -> list[int]:
        return [line.requests for line in self.lines]


@asynccontextmanager
async def aws(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Place, Clients]]:
    place = Place()
    server = await asyncio.get_running_loop().create_server(lambda: Line(place), "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    async with server, aclosing(await open_clients(REGION)) as clients:
        yield place, clients
        for line in place.lines:
            assert line.transport is not None
            line.transport.abort()


async def find(clients: Clients) -> None:
    assert await SessionTable(clients.dynamodb, "sessions", "grants").find_session("0123456789abcdef") is None


async def test_calls_one_after_the_other_share_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async with aws(monkeypatch) as (place, clients):
        for _ in range(3):
            await find(clients)
    assert place.requests() == [3]


async def test_a_connection_that_was_closed_in_the_meantime_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with aws(monkeypatch) as (place, clients):
        await find(clients)
        assert place.lines[0].transport is not None
        place.lines[0].transport.close()
        # The turn of the loop every invocation begins with, and the one in which the server closes.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await find(clients)
    assert place.requests() == [1, 1]


async def test_a_reset_that_meets_a_request_is_followed_by_another_try_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with aws(monkeypatch) as (place, clients):
        await find(clients)
        place.black_holes.add(0)
        place.asked.clear()
        again = asyncio.create_task(find(clients))
        await place.asked.wait()
        assert place.lines[0].transport is not None
        place.lines[0].transport.abort()
        await again
    assert place.requests() == [2, 1]


async def test_a_read_on_a_connection_that_leads_nowhere_is_tried_on_another(monkeypatch: pytest.MonkeyPatch) -> None:
    async with aws(monkeypatch) as (place, clients):
        clients.dynamodb._timeout_s = 0.2
        await find(clients)
        place.black_holes.add(0)
        await find(clients)
    assert place.requests() == [2, 1]


async def test_a_write_that_may_have_happened_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with aws(monkeypatch) as (place, clients):
        clients.dynamodb._timeout_s = 0.2
        await find(clients)
        place.black_holes.add(0)
        with pytest.raises(AwsError):
            await SessionTable(clients.dynamodb, "sessions", "grants").mark_failed("0123456789abcdef")
    assert place.requests() == [2]


async def test_a_connection_made_early_serves_the_first_call(monkeypatch: pytest.MonkeyPatch) -> None:
    async with aws(monkeypatch) as (place, clients):
        await clients.http.warm([clients.dynamodb.url])
        await find(clients)
    assert place.requests() == [1]


async def test_after_renewal_nothing_of_the_old_connections_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with aws(monkeypatch) as (place, clients):
        await find(clients)
        await clients.renew()
        await find(clients)
    assert place.requests() == [1, 1]


async def test_where_every_warmed_connection_is_dead_the_one_retry_is_made_on_a_fresh_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A NAT gateway that forgot them, or an endpoint that dropped its half while the process was frozen."""
    async with aws(monkeypatch) as (place, clients):
        await clients.http.warm([clients.dynamodb.url] * 5)
        place.resets = set(range(5))
        await find(clients)
    assert sum(place.requests()[:5]) == 1
    assert place.requests()[5:] == [1]


async def test_after_that_no_call_meets_a_dead_connection_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with aws(monkeypatch) as (place, clients):
        await clients.http.warm([clients.dynamodb.url] * 5)
        place.resets = set(range(5))
        await asyncio.gather(*(find(clients) for _ in range(3)))
        await asyncio.gather(*(find(clients) for _ in range(3)))
    assert sum(place.requests()[:5]) <= 3


async def test_where_every_warmed_connection_leads_nowhere_a_read_is_tried_on_a_fresh_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with aws(monkeypatch) as (place, clients):
        clients.dynamodb._timeout_s = 0.2
        await clients.http.warm([clients.dynamodb.url] * 3)
        place.black_holes = set(range(3))
        await find(clients)
    assert sum(place.requests()[:3]) == 1
    assert place.requests()[3:] == [1]
