"""AWS's federation endpoints, as a machine reaches them behind a company's proxy that ends TLS.

The client has no setting for another endpoint. So this is a proxy, in HTTPS_PROXY, and what it tunnels to shows
certificates of the company's, in AWS_CA_BUNDLE.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs

import trustme
from aiohttp import web

HOSTS = ("signin.aws.amazon.com", "eu-west-3.signin.aws.amazon.com", "eu-central-1.signin.aws.amazon.com")
TOKEN = "THE-SIGN-IN-TOKEN"


@dataclass
class FakeSignIn:
    """`posts` has the host and the form of each request; `tunnels` where each connection was to go."""

    status: int = 200
    posts: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    tunnels: list[str] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=dict)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        assert (request.method, request.path_qs) == ("POST", "/federation")
        self.posts.append((request.host, parse_qs((await request.read()).decode())))
        return web.json_response({"SigninToken": TOKEN}, status=self.status)


@asynccontextmanager
async def running_sign_in(folder: Path) -> AsyncIterator[FakeSignIn]:
    """Run the proxy and the endpoint behind it; `environ` is what a client needs to reach them."""
    fake, authority, bundle = FakeSignIn(), trustme.CA(), folder / "company.pem"
    authority.cert_pem.write_to_path(bundle)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*HOSTS).configure_cert(context)
    runner = web.ServerRunner(web.Server(fake.answer, access_log=None), shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    behind = runner.addresses[0][1]

    async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        fake.tunnels.append(asked.split()[1].decode())
        there, back = await asyncio.open_connection("127.0.0.1", behind)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(_pipe(reader, back), _pipe(there, writer))

    proxy = await asyncio.start_server(tunnel, "127.0.0.1", 0)
    fake.environ = {
        "HTTPS_PROXY": f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}",
        "AWS_CA_BUNDLE": str(bundle),
    }
    try:
        yield fake
    finally:
        proxy.close()
        await runner.cleanup()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
