"""HTTP answers as AWS sends them, and what is no answer; after anything odd a connection is not used again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from shared.aws.client.http import Http, locate
from shared.aws.client.protocol import NoAnswerError, Reply, TooLargeError
from tests.patience import LIMIT_S

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nX-Name: a\r\n\r\n{}"
Ask = Callable[..., "asyncio.Future[Reply]"]


class Server(asyncio.Protocol):
    """Answers each connection's requests with the next of some texts; None closes."""

    connections = 0

    def __init__(self, answers: list[bytes | None]) -> None:
        self._answers = answers
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        Server.connections += 1

    def data_received(self, _: bytes) -> None:
        assert self._transport is not None
        answer = self._answers.pop(0)
        if answer is None:
            self._transport.close()
        else:
            self._transport.write(answer)


@asynccontextmanager
async def serving(*answers: bytes | None) -> AsyncIterator[tuple[Http, str]]:
    Server.connections = 0
    waiting = list(answers)
    server = await asyncio.get_running_loop().create_server(lambda: Server(waiting), "127.0.0.1", 0)
    http = Http()
    try:
        yield http, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        await http.close()
        server.close()


async def post(http: Http, url: str, *, largest: int = 1000) -> Reply:
    return await http.post(url, {"host": "aws.example"}, b"{}", timeout_s=LIMIT_S, largest=largest)


async def test_an_answer_is_read_whole_and_the_connection_serves_the_next() -> None:
    async with serving(OK, OK) as (http, url):
        for _ in range(2):
            assert await post(http, url) == Reply(200, {"content-length": "2", "x-name": "a"}, b"{}")
    assert Server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
    ],
    ids=["in chunks", "after an interim one"],
)
async def test_answers_come_in_every_form_http_has(answer: bytes) -> None:
    async with serving(answer) as (http, url):
        reply = await post(http, url)
    assert (reply.status, reply.body) == (200, b"{}")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    ],
    ids=["closed", "another protocol", "two lengths", "length and chunks", "an upgrade"],
)
async def test_what_is_no_answer_is_an_error_and_ends_the_connection(answer: bytes | None) -> None:
    async with serving(answer, OK) as (http, url):
        with pytest.raises(NoAnswerError):
            await post(http, url)
        assert (await post(http, url)).status == 200
    assert Server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n" + b"x" * 1000,
        b"HTTP/1.1 200 OK\r\n" + b"x-many: y\r\n" * 7000 + b"content-length: 0\r\n\r\n",
    ],
    ids=["its body", "its headers"],
)
async def test_an_answer_that_is_too_large_ends_the_connection(answer: bytes) -> None:
    async with serving(answer, OK) as (http, url):
        with pytest.raises((NoAnswerError, TooLargeError)):
            await post(http, url)
        assert (await post(http, url)).status == 200
    assert Server.connections == 2


@pytest.mark.parametrize(
    "forged",
    [b'HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n"forged"', b"HTTP/1.1 200 OK\r\ncontent-len", b"H", b"\x00garbage"],
    ids=["a whole answer", "the beginning of one", "a single byte", "something else"],
)
async def test_bytes_after_a_response_answer_no_request(forged: bytes) -> None:
    async with serving(OK + forged, OK, OK) as (http, url):
        given = []
        for _ in range(2):
            # Where what follows is not HTTP the answer is not believed either.
            with suppress(NoAnswerError):
                given.append(await post(http, url))
    assert given in ([Reply(200, {"content-length": "2", "x-name": "a"}, b"{}")] * count for count in (1, 2))


async def test_a_connection_the_server_wants_closed_is_not_used_again() -> None:
    async with serving(OK.replace(b"X-Name: a", b"connection: close"), OK) as (http, url):
        for _ in range(2):
            assert (await post(http, url)).status == 200
    assert Server.connections == 2


@pytest.mark.parametrize("value", ["a\r\nx-forged: b", "a\nb", "a\x00b"])
async def test_a_header_that_would_not_stay_one_line_is_never_sent(value: str) -> None:
    async with serving(OK) as (http, url):
        with pytest.raises(ValueError, match="control character"):
            await http.post(url, {"host": "aws.example", "x-value": value}, b"", timeout_s=LIMIT_S)
    assert Server.connections == 0


@pytest.mark.parametrize(
    "url", ["ftp://aws.example/", "https://user:secret@aws.example/", "http:///x", "http://a/\r\n"]
)
def test_addresses_that_cannot_be_asked_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="only http and https"):
        locate(url)
