"""A line to the API that can be cut and mended, at one address."""

import asyncio
from contextlib import suppress
from typing import Final, Self
from urllib.parse import urlsplit

_LOOPBACK: Final = "127.0.0.1"


class Line:
    """Passes bytes on to a server; cut, it refuses connections, as where nothing listens."""

    def __init__(self, url: str) -> None:
        self._upstream = urlsplit(url).port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    @property
    def url(self) -> str:
        return f"http://{_LOOPBACK}:{self.port}"

    async def mend(self) -> None:
        """Pass on, at the same address as before."""
        self._server = await asyncio.start_server(self._pass_on, _LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """End every connection, and take no more."""
        if self._server is not None:
            self._server.close()
            for each in self._open:
                each.transport.abort()
            await self._server.wait_closed()
        self._server = None

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        upstream, downstream = await asyncio.open_connection(_LOOPBACK, self._upstream)
        await asyncio.gather(_copy(reader, downstream), _copy(upstream, writer))
        self._open.discard(writer)


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    target.close()
