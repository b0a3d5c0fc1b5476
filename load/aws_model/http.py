"""HTTP/1.1 as fast as Python reads it: the model must not be what is measured.

With `aiohttp.web` in its place every vend takes 2.5 ms longer, which is more than Sentinel's own time. Requests carry
a Content-Length and come one after the other on a connection; any other request is refused.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What a request is answered with."""

    status: int
    content_type: str
    body: bytes


Reply = Callable[[ModelAnswer], None]
Serve = Callable[[str, str, Mapping[str, str], bytes, Reply], None]
_REASONS: Final = {200: "OK", 400: "Bad Request", 404: "Not Found", 500: "Internal Server Error"}
_LARGEST: Final = 1 << 20


class Connection(asyncio.Protocol):
    """One connection; `serve` is given method, target, headers, body, and what to call with the answer."""

    def __init__(self, serve: Serve, connections: set["Connection"]) -> None:
        self._serve = serve
        self._connections = connections
        self._buffer = b""
        self._is_busy = False
        self._quiet_since_s = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._quiet_since_s = asyncio.get_running_loop().time()
        self._connections.add(self)

    def connection_lost(self, _: Exception | None) -> None:
        self._connections.discard(self)
        self._transport = None

    def abort(self) -> None:
        """Drop the connection."""
        if self._transport is not None:
            self._transport.abort()

    def close_if_quiet(self, since_s: float) -> None:
        """Close the connection if no request came since then and none is being served."""
        if self._transport is not None and not self._is_busy and self._quiet_since_s < since_s:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._quiet_since_s = asyncio.get_running_loop().time()
        if not self._is_busy:
            self._read()

    def _read(self) -> None:
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = headers.get("content-length", "0")
        method, _, target = first.removesuffix(" HTTP/1.1").partition(" ")
        if "transfer-encoding" in headers or not length.isdigit() or int(length) > _LARGEST or not target:
            self._refuse()
            return
        if len(rest) < int(length):
            return
        body, self._buffer = rest[: int(length)], rest[int(length) :]
        self._is_busy = True
        self._serve(method, target, headers, body, self._reply)

    def _reply(self, answer: ModelAnswer) -> None:
        if self._transport is None:
            return
        head = (
            f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, 'Other')}\r\n"
            f"Content-Type: {answer.content_type}\r\n"
            f"x-amzn-RequestId: 00000000\r\nContent-Length: {len(answer.body)}\r\n\r\n"
        )
        self._transport.write(head.encode() + answer.body)
        self._is_busy = False
        if self._buffer:
            self._read()

    def _refuse(self) -> None:
        assert self._transport is not None
        self._transport.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        self._transport.close()
