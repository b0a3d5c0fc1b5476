"""An answer over HTTP in whatever pieces: the line believes what h11, another parser, believes too, or nothing.

The first byte of an input says into how many pieces the rest is cut.
"""

import asyncio
import math
import re
from dataclasses import dataclass
from typing import Any, Final

import h11

from shared.aws.wire.line import Line, NoAnswerError, Reply, TooLargeError
from tests.security.fuzz.target import Target

LARGEST: Final = 1000
# Never: what is tried here is what comes, not how late.
_DUE_S: Final = math.inf
_REASON: Final = re.compile(rb"^(HTTP/[0-9.]+ [0-9]{3}) [^\r\n]*", re.MULTILINE)


class _Wire(asyncio.Transport):
    """The other side of a line: takes what is written, and knows whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.is_closed = False

    def write(self, data: Any) -> None:
        """Take a request."""

    def abort(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one request, and whether the connection would be used for another."""

    reply: Reply | None
    is_reusable: bool


async def receive(pieces: list[bytes]) -> Outcome:
    """Ask, and be sent these pieces and then the connection's end."""
    line, wire = Line(), _Wire()
    line.connection_made(wire)
    asking = asyncio.ensure_future(line.ask(b"GET / HTTP/1.1\r\n\r\n", LARGEST, _DUE_S))
    await asyncio.sleep(0)
    for piece in filter(None, pieces):
        if wire.is_closed:
            break
        line.data_received(piece)
        await asyncio.sleep(0)
    is_reusable = asking.done() and line.is_open
    line.connection_lost(None)
    try:
        return Outcome(await asking, is_reusable)
    except (NoAnswerError, TooLargeError):
        return Outcome(None, is_reusable)


def read_with_h11(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Give status, body and what is left over, or None where it is no whole answer."""
    client = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
    client.send(h11.Request(method="GET", target="/", headers=[("host", "x")]))
    client.send(h11.EndOfMessage())
    # What a server says beside the status is never read; llhttp takes more of it than h11.
    # Line breaks before an answer carry nothing, and llhttp skips them.
    client.receive_data(_REASON.sub(rb"\1", data.lstrip(b"\r\n")))
    status, body = 0, b""
    try:
        while True:
            match client.next_event():
                case h11.Response() as response:
                    status = response.status_code
                case h11.Data() as part:
                    body += bytes(part.data)
                case h11.EndOfMessage():
                    return status, body, client.trailing_data[0]
                case h11.InformationalResponse():
                    return read_with_h11(client.trailing_data[0])
                case _:
                    return None
    except h11.RemoteProtocolError:
        return None


def cut(data: bytes) -> list[bytes]:
    """Cut an input as its first byte says."""
    if len(data) < 2:
        return []
    size = max(1, (len(data) - 1) // (1 + data[0]))
    return [data[begin : begin + size] for begin in range(1, len(data), size)]


_LOOP: Final = asyncio.new_event_loop()


def check_line(data: bytes) -> None:
    pieces = cut(data)
    whole = b"".join(pieces)
    outcome = _LOOP.run_until_complete(receive(pieces))
    expected = read_with_h11(whole)
    if outcome.reply is None:
        assert not outcome.is_reusable, "a connection is kept although nothing sensible came"
        return
    assert expected is not None, "another parser reads no answer in this"
    status, body, rest = expected
    assert (outcome.reply.status, outcome.reply.body) == (status, body)
    assert not outcome.is_reusable or not rest.strip(b"\r\n"), "a connection is kept although more came than was asked"


_OK: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 2\r\n\r\n{}"
TARGETS: Final = (
    Target(
        "http-answer",
        check_line,
        (
            b"\x00" + _OK,
            b"\xff" + _OK,
            b"\x05" + _OK + _OK,
            b"\x02HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n\r\n",
            b"\x00HTTP/1.1 100 Continue\r\n\r\n" + _OK,
            b"\x00HTTP/1.0 403 Forbidden\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
            b"\x00HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nrest",
        ),
    ),
)
