"""Something on loopback that answers in AWS's place, byte by byte as a test tells it to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from shared.aws.client.http import Http

# What to answer to the nth request on the mth connection, both from 1.
Script = Callable[[int, int], bytes]


@dataclass
class Server:
    """`received` holds each connection's requests."""

    script: Script
    hangs_up: bool = False
    url: str = ""
    received: list[list[bytes]] = field(default_factory=list)
    transports: list[asyncio.Transport] = field(default_factory=list)


class _Connection(asyncio.Protocol):
    def __init__(self, server: Server) -> None:
        self._server = server
        self._requests: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.transports.append(transport)
        self._server.received.append(self._requests)
        self._number = len(self._server.received)

    def data_received(self, data: bytes) -> None:
        self._requests.append(data)
        self._transport.write(self._server.script(self._number, len(self._requests)))
        if self._server.hangs_up:
            self._transport.close()


@asynccontextmanager
async def answering(
    script: Script,
    *,
    hangs_up: bool = False,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[tuple[Http, Server]]:
    """Serve a script, and give what asks it: the HTTP of the Lambdas."""
    server, http = Server(script, hangs_up), Http()
    listening = await asyncio.get_running_loop().create_server(lambda: _Connection(server), "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    server.url = f"https://localhost:{port}/" if tls else f"http://127.0.0.1:{port}/"
    async with listening:
        yield http, server
        await http.close()
        for transport in server.transports:
            transport.abort()
        await asyncio.sleep(0)
