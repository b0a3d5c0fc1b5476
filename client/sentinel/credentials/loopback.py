"""Listening on loopback for a short time: each connection serves one request and lives for seconds."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler

from sentinel.errors import UsageError

LOOPBACK: Final = "127.0.0.1"
# Longer than an answer takes, and short for a client that sends a header a byte at a time.
CONNECTION_S: Final = 5.0
# Of a page that a browser shows: nothing of it is kept, runs, or is sent elsewhere.
PAGE_HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "Server": "sentinel",
    "X-Content-Type-Options": "nosniff",
}
_HEADER_LIMIT: Final = 4096
_HEADER_COUNT: Final = 32


def _shorten(record: logging.LogRecord) -> bool:
    """Leave out what is no request, which any page and any user of this machine can send; of a fault keep the kind."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, (HttpProcessingError, web.RequestPayloadError)):
        return False
    if error is not None:
        record.msg, record.args, record.exc_info = "a request failed: %s", (type(error).__name__,), None
    return True


_LOG: Final = logging.getLogger(__name__)
_LOG.addFilter(_shorten)


class _BriefServer(web.Server):
    """Closes each connection after a fixed time, finished or not, and takes few and short headers."""

    def __init__(self, handler: Any, connection_s: float) -> None:
        super().__init__(
            handler,
            access_log=None,
            logger=_LOG,
            keepalive_timeout=0,
            lingering_time=0,
            max_headers=_HEADER_COUNT,
            max_line_size=_HEADER_LIMIT,
            max_field_size=_HEADER_LIMIT,
        )
        self._connection_s = connection_s

    def __call__(self) -> RequestHandler:
        connection = super().__call__()
        asyncio.get_running_loop().call_later(self._connection_s, connection.force_close)
        return connection


@asynccontextmanager
async def listening(
    handler: Any, port: int = 0, *, connection_s: float = CONNECTION_S, linger_s: float = 1.0
) -> AsyncIterator[int]:
    """Have a handler answer requests while the block runs, and give the port; port 0 is any free one.

    `connection_s` is the life of a connection, `linger_s` the time for answers under way when the block ends, in
    seconds.

    Raises:
        UsageError: the port is taken.

    """
    server = _BriefServer(handler, connection_s)
    try:
        listener = await asyncio.get_running_loop().create_server(server, LOOPBACK, port)
    except OSError as error:
        raise UsageError(f"cannot listen on {LOOPBACK}:{port}: {error.strerror}", "choose another --port") from None
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        await server.shutdown(timeout=linger_s)
