"""One connection: what is not exactly one answer to one question ends it, and nothing of an answer stays."""

import asyncio
import math

import pytest

from shared.aws.wire.line import Line
from tests.security.fuzz.connection import Outcome, receive

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


async def test_a_whole_answer_leaves_the_connection_open_for_the_next_question() -> None:
    for pieces in ([ANSWER], [ANSWER[:10], ANSWER[10:]], [bytes([byte]) for byte in ANSWER]):
        outcome = await receive(pieces)
        assert outcome.reply is not None
        assert (outcome.reply.status, outcome.reply.body, outcome.is_reusable) == (200, b"{}", True)


@pytest.mark.parametrize("behind", [ANSWER, ANSWER[:12], b"garbage", b"\x00"])
async def test_a_connection_on_which_more_comes_than_was_asked_for_is_never_used_again(behind: bytes) -> None:
    """Or the next caller would be given the rest of this answer as their own."""
    together, apart = await receive([ANSWER + behind]), await receive([ANSWER, behind])
    for outcome in (together, apart):
        assert outcome.reply is not None
        assert outcome.reply.body == b"{}"
        assert not outcome.is_reusable


@pytest.mark.parametrize(
    "head",
    [
        b"Transfer-Encoding: gzip, chunked",
        b"Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: +5",
    ],
)
async def test_an_answer_whose_end_could_be_read_in_two_ways_is_none(head: bytes) -> None:
    answer = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n0\r\n\r\n"
    assert await receive([answer]) == Outcome(None, is_reusable=False)


async def test_an_answer_with_a_status_that_is_none_is_not_skipped_as_if_another_were_to_come() -> None:
    assert await receive([ANSWER.replace(b"200", b"002") + ANSWER]) == Outcome(None, is_reusable=False)


class _Transport(asyncio.Transport):
    is_aborted = False

    def is_closing(self) -> bool:
        return self.is_aborted

    def abort(self) -> None:
        self.is_aborted = True

    def write(self, data: object) -> None:
        pass


async def test_an_idle_connection_holds_nothing_of_its_last_answer() -> None:
    line = Line()
    line.connection_made(_Transport())
    asked = asyncio.create_task(line.ask(b"POST / HTTP/1.1\r\n\r\n", 100, math.inf))
    await asyncio.sleep(0)
    line.data_received(b"HTTP/1.1 200 OK\r\nx-id: 7\r\ncontent-length: 11\r\n\r\ncredentials")
    reply = await asked
    assert (reply.status, reply.headers["x-id"], reply.body) == (200, "7", b"credentials")
    assert (line._headers, bytes(line._body), line._answer) == ({}, b"", None)


async def test_a_caller_cancelled_in_the_turn_of_their_answer_leaves_no_open_connection() -> None:
    line, transport = Line(), _Transport()
    line.connection_made(transport)
    asked = asyncio.create_task(line.ask(b"POST / HTTP/1.1\r\n\r\n", 100, math.inf))
    await asyncio.sleep(0)
    line.data_received(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert transport.is_aborted
