"""A webhook's receiving end on loopback, behind real TLS, which behaves as a test tells it to."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

HOST = "hooks.example"
Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Received:
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """`behaviours` are used up in order, the last one for ever. `trusting` is the TLS of a client that trusts it."""

    port: int
    trusting: ssl.SSLContext
    behaviours: list[Behaviour]
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}/hook"

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.received.append(Received(request.path, dict(request.headers), await request.read()))
        behave = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
        return await behave(request)


def answers(status: int, **headers: str) -> Behaviour:
    async def behave(_: web.Request) -> web.Response:
        return web.Response(status=status, headers=headers)

    return behave


async def hangs(_: web.Request) -> web.Response:
    """Never answer; the server ends it when the client has gone."""
    await asyncio.Event().wait()
    raise AssertionError("waited for nothing")


async def never_ends(request: web.Request) -> web.StreamResponse:
    """Answer 200 with a body that continues for as long as anyone reads it."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65536)


@asynccontextmanager
async def running_receiver(*behaviours: Behaviour, name: str = HOST) -> AsyncIterator[Receiver]:
    """Run a receiver whose certificate is for `name`."""
    authority = trustme.CA()
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(serving)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    receiver = Receiver(0, trusting, list(behaviours) or [answers(200)])
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=serving).start()
        receiver.port = runner.addresses[0][1]
        yield receiver
    finally:
        await runner.cleanup()


class Names(AbstractResolver):
    """Resolves every name to the addresses of the next answer, the last one for ever. An answer without any fails."""

    def __init__(self, *answers_: tuple[str, ...]) -> None:
        self.answers = list(answers_) or [("127.0.0.1",)]

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:  # noqa: ARG002 - aiohttp's signature
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not addresses:
            raise OSError("no such name")
        return [ResolveResult(hostname=host, host=one, port=port, family=2, proto=6, flags=0) for one in addresses]

    async def close(self) -> None:
        pass
