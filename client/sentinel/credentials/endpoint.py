"""The loopback endpoint: SDKs fetch credentials from it by the container credential protocol.

Any web page and any user of this machine can send requests to a loopback port. So it answers one path by GET only,
to exactly its own `Host` (a rebound DNS name fails), to requests that no browser page sent (`Origin`), and only with
the token, which only the child's environment holds. Each connection serves one request and lives for seconds.
"""

import asyncio
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from sentinel.credentials.refresher import CredentialRefresher
from sentinel.credentials.variables import ENDPOINT_PATH
from sentinel.errors import Refusal, UsageError

_HOST: Final = "127.0.0.1"
_TOKEN_BYTES: Final = 32
_HEADER_LIMIT: Final = 4096
_HEADER_COUNT: Final = 32
# Longer than an answer takes (ANSWER_WITHIN_S), and short for a client that sends a header a byte at a time.
_CONNECTION_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the endpoint listens, and the token it answers to."""

    port: int
    token: str = field(repr=False)

    @property
    def uri(self) -> str:
        return f"http://{_HOST}:{self.port}{ENDPOINT_PATH}"


class BriefServer(web.Server):
    """Closes each connection after a fixed time, finished or not, and takes few and short headers."""

    def __init__(self, handler: Any, connection_s: float) -> None:
        super().__init__(
            handler,
            access_log=None,
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


class _Handler:
    def __init__(self, refresher: CredentialRefresher, token: str) -> None:
        self._refresher = refresher
        self._token = token.encode()
        self.hosts: frozenset[str] = frozenset()

    async def __call__(self, request: web.BaseRequest) -> web.Response:
        refusal = self._refuse(request)
        outcome = refusal or await self._refresher.current()
        if isinstance(outcome, Refusal):
            return _answer(outcome.status, outcome.as_answer())
        return _answer(200, outcome.as_container_answer())

    def _refuse(self, request: web.BaseRequest) -> Refusal | None:
        if request.headers.getall("Host", []) not in [[host] for host in self.hosts]:
            return Refusal(403, "wrong_host", "this endpoint answers only to its own loopback address")
        if request.path_qs != ENDPOINT_PATH or request.raw_path != ENDPOINT_PATH:
            return Refusal(404, "not_found", "no such path")
        if request.method != "GET":
            return Refusal(405, "method_not_allowed", "only GET is answered")
        if "Origin" in request.headers:
            return Refusal(403, "wrong_origin", "this endpoint does not answer web pages")
        if request.body_exists:
            return Refusal(400, "invalid_request", "a request for credentials has no body")
        if not self._holds_the_token(request.headers.getall("Authorization", [])):
            return Refusal(403, "wrong_token", "the Authorization header does not hold this endpoint's token")
        return None

    def _holds_the_token(self, sent: list[str]) -> bool:
        if len(sent) != 1:
            return False
        return hmac.compare_digest(sent[0].encode("utf-8", "surrogateescape"), self._token)


@asynccontextmanager
async def serve_endpoint(
    refresher: CredentialRefresher, port: int = 0, connection_s: float = _CONNECTION_S
) -> AsyncIterator[Endpoint]:
    """Serve the refresher's credentials on loopback while the block runs; port 0 is any free one.

    Raises:
        UsageError: the port is taken.

    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    handler = _Handler(refresher, token)
    server = BriefServer(handler, connection_s)
    try:
        listener = await asyncio.get_running_loop().create_server(server, _HOST, port)
    except OSError as error:
        raise UsageError(f"cannot listen on {_HOST}:{port}: {error.strerror}", "choose another --port") from None
    port = listener.sockets[0].getsockname()[1]
    handler.hosts = frozenset({f"{_HOST}:{port}", f"localhost:{port}"})
    try:
        yield Endpoint(port, token)
    finally:
        listener.close()
        await server.shutdown(timeout=0)
        await refresher.close()


def _answer(status: int, body: dict[str, str]) -> web.Response:
    response = web.json_response(body, status=status, headers={"Cache-Control": "no-store", "Server": "sentinel"})
    response.force_close()
    return response
