"""Whoever answers in AWS's place, or stands between, can neither answer for somebody else nor exhaust the function."""

import pytest

from shared.aws.wire.http import Http
from shared.aws.wire.line import NoAnswerError, TooLargeError
from tests.security.wire.server import answering

TRUE = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ntrue"
FORGED = b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged"


async def ask(http: Http, url: str, largest: int = 1000) -> bytes:
    return (await http.post(url, {}, b"", timeout_s=5, largest=largest)).body


@pytest.mark.parametrize(
    "extra", [FORGED, FORGED[:-3], FORGED[:12], b"garbage"], ids=["whole", "part", "head", "noise"]
)
async def test_what_follows_an_answer_is_never_the_answer_to_the_next_request(extra: bytes) -> None:
    rest = FORGED.removeprefix(extra)

    def script(connection: int, request: int) -> bytes:
        if connection > 1:
            return TRUE
        return TRUE + extra if request == 1 else rest

    async with answering(script) as (http, server):
        assert [await ask(http, server.url), await ask(http, server.url)] == [b"true", b"true"]
    assert [len(requests) for requests in server.received] == [1, 1]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 2\r\n\r\ntrue", id="two lengths"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n4\r\ntrue\r\n0\r\n\r\n",
            id="a length and chunks",
        ),
        pytest.param(b"HTTP/1.1 200 OK\ncontent-length: 4\n\ntrue", id="bare line feeds"),
        pytest.param(b"HTTP/1.1 200 OK\r\nbad\x00name: x\r\ncontent-length: 4\r\n\r\ntrue", id="a NUL in a name"),
        pytest.param(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", id="an upgrade"),
        pytest.param(b"220 smtp.example ESMTP\r\n", id="another protocol"),
    ],
)
async def test_an_answer_two_parsers_could_read_differently_is_none(answer: bytes) -> None:
    async with answering(lambda *_: answer) as (http, server):
        with pytest.raises(NoAnswerError):
            await ask(http, server.url)


async def test_an_answer_cut_short_is_none() -> None:
    async with answering(lambda *_: TRUE[:-1], hangs_up=True) as (http, server):
        with pytest.raises(NoAnswerError):
            await ask(http, server.url)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n" + b"x" * 1001, id="a body"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"x-filler: y\r\n" * 10_000, id="headers"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"3e8\r\n" + b"x" * 1000 + b"\r\n1\r\nx\r\n",
            id="chunks",
        ),
    ],
)
async def test_an_answer_larger_than_was_asked_for_is_not_read_on(answer: bytes) -> None:
    async with answering(lambda *_: answer) as (http, server):
        with pytest.raises(TooLargeError):
            await ask(http, server.url)


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    redirect = b"HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    async with answering(lambda *_: redirect) as (http, server):
        assert (await http.post(server.url, {}, b"", timeout_s=5)).status == 307
    assert len(server.received) == 1
