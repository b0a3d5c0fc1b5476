"""A server in AWS's place, or between, can neither answer another request nor exhaust the function."""

import asyncio
import socket
from contextlib import ExitStack

import pytest

from shared.aws.client.http import Http
from shared.aws.client.protocol import NoAnswerError, TooLargeError
from tests.patience import LIMIT_S
from tests.security.aws_client.server import answering

IN_CHUNKS = b"4\r\ntrue\r\n0\r\n\r\n"
TRUE = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ntrue"


async def ask(http: Http, url: str, largest: int = 1000) -> bytes:
    return (await http.post(url, {}, b"", timeout_s=LIMIT_S, largest=largest)).body


@pytest.mark.parametrize(
    "unasked", [b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged", b"HTTP/1.1 200 OK\r\n", b"\0"]
)
async def test_unsolicited_bytes_answer_no_request(unasked: bytes) -> None:
    async with answering(lambda *_: TRUE) as (http, server):
        await ask(http, server.url)
        server.transports[0].write(unasked)
        for _ in range(100):
            await asyncio.sleep(0)
        assert await ask(http, server.url) == b"true"


async def test_an_answer_that_does_not_come_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, loop = asyncio.Event(), asyncio.get_running_loop()

    def silent(*_: int) -> bytes:
        asked.set()
        return b""

    async with answering(silent) as (http, server):
        asking = asyncio.create_task(ask(http, server.url))
        await asked.wait()
        now = loop.time()
        monkeypatch.setattr(loop, "time", lambda: now + LIMIT_S + 2)
        for _ in range(1000):
            await asyncio.sleep(0)
        monkeypatch.undo()
        assert asking.done(), "it waits on"
        with pytest.raises(TimeoutError):
            await asking


async def test_an_address_that_takes_no_connection_differs_from_a_slow_answer() -> None:
    """Nothing was sent, so the call may be repeated."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full, ExitStack() as waiting:
        for _ in range(3):
            filler = waiting.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        with pytest.raises(NoAnswerError, match="ConnectionTimeoutError"):
            await Http().post(f"http://127.0.0.1:{full.getsockname()[1]}/", {}, b"", timeout_s=0.5)


async def test_an_answer_cut_short_is_none() -> None:
    async with answering(lambda *_: TRUE[:-1], hangs_up=True) as (http, server):
        with pytest.raises(NoAnswerError):
            await ask(http, server.url)


async def test_chunks_larger_than_was_asked_for_are_not_read_on() -> None:
    chunks = b"3e8\r\n" + b"x" * 1000 + b"\r\n1\r\nx\r\n"
    async with answering(lambda *_: b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunks) as (
        http,
        server,
    ):
        with pytest.raises(TooLargeError):
            await ask(http, server.url)


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    redirect = b"HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    async with answering(lambda *_: redirect) as (http, server):
        assert (await http.post(server.url, {}, b"", timeout_s=LIMIT_S)).status == 307
    assert len(server.received) == 1
