"""One connection: a request goes out, its whole answer comes back, and then the next may follow.

The answer is read by llhttp, Node's own parser, through httptools.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httptools

_LEAST: Final = 100
_INTERIM: Final = 200
_FRAMING: Final = frozenset({"content-length", "transfer-encoding"})
# More than AWS sends; the parser itself has no limit.
_LARGEST_HEAD: Final = 64 * 1024


class NoAnswerError(ConnectionError):
    """The other side went away, or what it sent is not HTTP."""


class TooLargeError(Exception):
    """An answer is larger than whoever asked takes."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whole. Header names are in lower case; of a name that comes twice the last counts."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Line(asyncio.Protocol):
    """A connection that answers one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Reply] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._largest = 0
        self._received = 0
        self._headers: dict[str, str] = {}
        self._body = bytearray()

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        """Close at once: whatever is under way is of no use to anybody."""
        if self._transport is not None:
            self._transport.abort()

    async def ask(self, request: bytes, largest: int, due_s: float) -> Reply:
        """Send a request and give its answer, of at most `largest` bytes; a caller that gives up closes the line.

        Raises:
            NoAnswerError: there is none.
            TimeoutError: it was not there at `due_s` on the loop's clock.
            TooLargeError: it is larger.

        """
        if not self.is_open or self._answer is not None:
            raise NoAnswerError("the connection is closed, or busy")
        assert self._transport is not None
        self._largest, self._received = largest, 0
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        # `asyncio.timeout` would cancel the task and catch that again; whoever waits here waits for this alone.
        expiry = loop.call_at(due_s, self._fail, TimeoutError())
        self._transport.write(request)
        try:
            return await self._answer
        except BaseException:
            # Also where the answer came in the very turn in which the caller was cancelled: nobody keeps the line then.
            self.close()
            raise
        finally:
            expiry.cancel()
            self._answer = None

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(NoAnswerError("the connection was lost" if error else "the connection was closed"))
        self._transport = None

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            # Nobody asked for this; whatever it is, nothing after it can be believed.
            self.close()
            return
        self._received += len(data)
        if self._received > self._largest + _LARGEST_HEAD:
            self._fail(TooLargeError())
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            # Where the answer is already whole, what follows it spoils the line and not the answer.
            self.close()
            is_large = isinstance(error.__context__, TooLargeError)
            self._fail(TooLargeError() if is_large else NoAnswerError("what came back is not HTTP"))

    # What the parser calls.

    def on_message_begin(self) -> None:
        if self._answer is None or self._answer.done():
            # More than was asked for: it must not be taken for the answer to what is asked next.
            self.close()
        self._headers = {}
        self._body = bytearray()

    def on_header(self, name: bytes, value: bytes) -> None:
        header, content = name.decode("latin-1").lower(), value.decode("latin-1")
        if header == "transfer-encoding" and (header in self._headers or content.lower() != "chunked"):
            # Two parsers may differ on where it ends (RFC 9112, "Message Body Length"); AWS sends nothing like it.
            raise NoAnswerError("no transfer coding but chunked is read")
        self._headers[header] = content

    def on_body(self, part: bytes) -> None:
        self._body += part
        if len(self._body) > self._largest:
            raise TooLargeError

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < _LEAST:
            raise NoAnswerError("what came back has no status")
        if status < _INTERIM and not _FRAMING.isdisjoint(self._headers):
            # It has no body, whatever it says (RFC 9110, "Content-Length"): where the next answer begins is a guess.
            raise NoAnswerError("an interim answer with a body")
        if status < _INTERIM or self._answer is None or self._answer.done():
            return
        if not self._parser.should_keep_alive():
            self.close()
        self._answer.set_result(Reply(status, self._headers, bytes(self._body)))
        # An idle connection holds nothing of its last answer: it may have been large, or credentials.
        self._headers, self._body = {}, bytearray()

    def _fail(self, error: Exception) -> None:
        # Also where the answer was whole by then: what follows it is nobody's, and the parser is of no more use.
        self.close()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)
