"""The service's HTTP API: each call signed with the caller's own credentials, each answer checked."""

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from sentinel.answers import Caller, Model, ProfileAccess, ProfileList, read_answer, read_refusal
from sentinel.aws import BaseCredentials
from sentinel.credentials import VendedCredentials
from sentinel.errors import ServiceUnreachableError
from sentinel.refusal import Refusal
from sentinel.remote_server import RemoteServer
from sentinel.settings import Settings

# API Gateway's HTTP APIs give up after 30 s; waiting longer cannot help.
_TIMEOUT: Final = aiohttp.ClientTimeout(total=29, connect=8)
# A catalogue of a thousand profiles is well under it.
_ANSWER_LIMIT: Final = 1 << 20

Sign = Callable[[str, str], Mapping[str, str]]


class SentinelApi:
    """A typed client of one remote server. A refusal is a returned value; ServiceUnreachableError means no verdict."""

    def __init__(
        self, server: RemoteServer, base: BaseCredentials, service: str | None, http: aiohttp.ClientSession
    ) -> None:
        self._server = server
        self._base = base
        self._service = service
        self._http = http

    async def vend(self, profile: str, duration: timedelta | None = None) -> VendedCredentials | Refusal:
        """Ask for credentials of a profile. Not idempotent: every answer is a session of its own."""
        asked = {"duration": str(int(duration.total_seconds()))} if duration else {}
        return await self._get("/", {"profile": profile} | asked, VendedCredentials)

    async def profiles(self) -> list[ProfileAccess] | Refusal:
        """List the catalogue as the caller sees it."""
        answer = await self._get("/profiles", {}, ProfileList)
        return answer if isinstance(answer, Refusal) else answer.profiles

    async def whoami(self) -> Caller | Refusal:
        """Who the service takes the caller for."""
        return await self._get("/v1/whoami", {}, Caller)

    async def _get(self, path: str, query: dict[str, str], model: type[Model]) -> Model | Refusal:
        url = self._server.url(path, query)
        # botocore's chain may run a program or ask the network, and it blocks while it does.
        headers = await asyncio.to_thread(self._base.sign, "GET", url, self._server, self._service)
        status, answered, body = await self._send(url, headers)
        if status == 200:  # noqa: PLR2004 - OK
            return read_answer(model, body)
        refusal = read_refusal(status, answered, body)
        if refusal.code == "gateway_refused":
            self._base.forget()
        return refusal

    async def _send(self, url: str, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        try:
            async with self._http.get(
                URL(url, encoded=True),
                headers={**headers, "Accept": "application/json", "Accept-Encoding": "identity"},
                allow_redirects=False,
                proxy=_proxy(self._server),
            ) as response:
                return response.status, response.headers, await _read_capped(response.content)
        except TimeoutError:
            raise ServiceUnreachableError(
                f"{self._server.base} did not answer in time", "try again; check the network"
            ) from None
        except (aiohttp.ClientError, OSError) as error:
            raise ServiceUnreachableError(
                f"{self._server.base} cannot be reached: {type(error).__name__}",
                "check the URL, the network, and that the service is up",
            ) from error


@asynccontextmanager
async def open_api(settings: Settings) -> AsyncIterator[SentinelApi]:
    """Open the API the settings name, for as long as the block runs."""
    server = settings.server()
    base = BaseCredentials(settings.aws_profile, settings.region)
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=_tls()),
        timeout=_TIMEOUT,
        auto_decompress=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "sentinel-client"},
    ) as http:
        yield SentinelApi(server, base, settings.signing_service, http)


def _tls() -> ssl.SSLContext:
    """Trust what the system trusts, or the bundle AWS tools are told to use."""
    return ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE") or None)


def _proxy(server: RemoteServer) -> str | None:
    """Find the proxy other tools use. aiohttp's own lookup reads ~/.netrc too and would overwrite the signature."""
    if server.is_loopback or proxy_bypass(server.host):
        return None
    return getproxies().get(server.base.partition(":")[0])


async def _read_capped(content: aiohttp.StreamReader) -> bytes:
    body = b""
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > _ANSWER_LIMIT:
            raise ServiceUnreachableError("the remote server's answer is too large to be Sentinel's")
    return body
