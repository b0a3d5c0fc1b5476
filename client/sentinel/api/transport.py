"""One authenticated request to the service and its checked answer: the base of every API call."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import orjson
from yarl import URL

from sentinel.api.responses import Model, read_answer, read_refusal
from sentinel.connections import open_http, proxy_for, read_capped, unreachable
from sentinel.credentials.caller import Caller
from sentinel.errors import Refusal
from sentinel.remote_server import RemoteServer
from sentinel.settings import Settings

# API Gateway's HTTP APIs give up after 30 s; waiting longer cannot help.
_TIMEOUT: Final = aiohttp.ClientTimeout(total=29, connect=8)
_SUCCESS: Final = frozenset({200, 201})
_UNAUTHORIZED: Final = 401


@dataclass(frozen=True, slots=True)
class Transport:
    """Authenticates as the caller. A refusal is a returned value; ServiceUnreachableError is no verdict.

    It never sends a request twice, because only the caller knows whether repeating is harmless. One exception: the
    gateway refused a token, so the request has reached nothing, and there is a newer token.
    """

    server: RemoteServer
    caller: Caller
    http: aiohttp.ClientSession

    async def get(self, path: str, query: Mapping[str, str], model: type[Model]) -> Model | Refusal:
        return await self._ask("GET", self._url(path, query), b"", model)

    async def look(self, path: str, model: type[Model]) -> Model | Refusal:
        """As `get`, for what the caller may well not be allowed to see: a refusal does not put their login in doubt."""
        return await self._ask("GET", self._url(path), b"", model, doubts_login=False)

    async def post(self, path: str, body: Mapping[str, Any], model: type[Model]) -> Model | Refusal:
        return await self._ask("POST", self._url(path), orjson.dumps(body), model)

    async def put(self, path: str, body: Mapping[str, Any], model: type[Model]) -> Model | Refusal:
        return await self._ask("PUT", self._url(path), orjson.dumps(body), model)

    async def delete(self, path: str, query: Mapping[str, str], model: type[Model]) -> Model | Refusal:
        return await self._ask("DELETE", self._url(path, query), b"", model)

    def _url(self, path: str, query: Mapping[str, str] | None = None) -> str:
        # API Gateway has no route of its own for a prefix with a slash at its end.
        return self.server.url(f"{self.caller.prefix}{path}".rstrip("/") or "/", dict(query or {}))

    async def relay(self, method: str, path: str, query: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Make a call whose answer another program reads: the status, and the body as it came or a refusal's report."""
        outcome = await self._reach(method, self._url(path, query), body)
        return (outcome.status, orjson.dumps(outcome.as_report())) if isinstance(outcome, Refusal) else outcome

    async def _ask(
        self, method: str, url: str, body: bytes, model: type[Model], *, doubts_login: bool = True
    ) -> Model | Refusal:
        outcome = await self._reach(method, url, body, doubts_login=doubts_login)
        return outcome if isinstance(outcome, Refusal) else read_answer(model, outcome[1])

    async def _reach(
        self, method: str, url: str, body: bytes, *, doubts_login: bool = True
    ) -> tuple[int, bytes] | Refusal:
        """Make a call, once more with a newer token where the gateway refused this one: a success's status and body."""
        outcome = await self._send(method, url, body)
        if _is_of_the_gateway(outcome, _UNAUTHORIZED) and await asyncio.to_thread(self.caller.renew):
            outcome = await self._send(method, url, body)
        if _is_of_the_gateway(outcome) and doubts_login:
            self.caller.forget()
        return outcome

    async def _send(self, method: str, url: str, body: bytes) -> tuple[int, bytes] | Refusal:
        status, headers, answer = await self._exchange(method, url, body)
        return (
            (status, answer) if status in _SUCCESS else read_refusal(status, headers, answer, self.caller.refused_hint)
        )

    async def _exchange(self, method: str, url: str, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        # To find credentials may run a program or ask the network, and blocks.
        headers = await asyncio.to_thread(self.caller.headers, method, url, self.server, body)
        try:
            async with self.http.request(
                method,
                URL(url, encoded=True),
                headers={**headers, "Accept": "application/json", "Accept-Encoding": "identity"},
                data=body or None,
                allow_redirects=False,
                proxy=proxy_for(self.server),
            ) as response:
                answer = await read_capped(response.content)
        except (aiohttp.ClientError, OSError) as error:
            raise unreachable(self.server, error) from error
        return response.status, response.headers, answer


def _is_of_the_gateway(outcome: object, *statuses: int) -> bool:
    """Whether an outcome is the gateway's refusal, by one of the statuses if any is named: Sentinel saw nothing."""
    if not isinstance(outcome, Refusal) or outcome.code != "gateway_refused":
        return False
    return not statuses or outcome.status in statuses


@asynccontextmanager
async def open_transport(settings: Settings) -> AsyncIterator[Transport]:
    """Open the transport to the server the settings name, for as long as the block runs."""
    server, caller = settings.server(), settings.caller()
    async with open_http(settings.base().ca_bundle(), _TIMEOUT, auto_decompress=False) as http:
        yield Transport(server, caller, http)
