"""The loopback endpoint: SDKs fetch credentials from it by the container credential protocol.

Any web page and any user of this machine can send requests to a loopback port. So it answers one path by GET only,
to exactly its own `Host` (a rebound DNS name fails), to requests that no browser page sent (`Origin`), and only with
the token, which only the child's environment holds. Each connection serves one request and lives for seconds.
"""

import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from sentinel.credentials.loopback import CONNECTION_S, LOOPBACK, listening
from sentinel.credentials.refresher import CredentialRefresher
from sentinel.credentials.variables import ENDPOINT_PATH
from sentinel.errors import Refusal

_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the endpoint listens, and the token it answers to."""

    port: int
    token: str = field(repr=False)

    @property
    def uri(self) -> str:
        return f"http://{LOOPBACK}:{self.port}{ENDPOINT_PATH}"


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
    refresher: CredentialRefresher, port: int = 0, connection_s: float = CONNECTION_S
) -> AsyncIterator[Endpoint]:
    """Serve the refresher's credentials on loopback while the block runs; port 0 is any free one.

    Raises:
        UsageError: the port is taken.

    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    handler = _Handler(refresher, token)
    async with listening(handler, port, connection_s=connection_s, linger_s=0) as found:
        handler.hosts = frozenset({f"{LOOPBACK}:{found}", f"localhost:{found}"})
        try:
            yield Endpoint(found, token)
        finally:
            await refresher.close()


def _answer(status: int, body: dict[str, str]) -> web.Response:
    response = web.json_response(body, status=status, headers={"Cache-Control": "no-store", "Server": "sentinel"})
    response.force_close()
    return response
