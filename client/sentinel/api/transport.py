"""One signed request to the service and its checked answer: the base of every API call."""

import asyncio
import errno
import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import orjson
from botocore.httpsession import ProxyConfiguration
from botocore.utils import get_environ_proxies
from yarl import URL

from sentinel.api.responses import Model, read_answer, read_refusal
from sentinel.credentials.base import BaseCredentials
from sentinel.errors import Refusal, ServiceUnreachableError, UsageError
from sentinel.paths import expand
from sentinel.remote_server import RemoteServer
from sentinel.settings import Settings

# API Gateway's HTTP APIs give up after 30 s; waiting longer cannot help.
_TIMEOUT: Final = aiohttp.ClientTimeout(total=29, connect=8)
# A catalogue of a thousand profiles is well under it.
_ANSWER_LIMIT: Final = 1 << 20
_BUNDLE_HINT: Final = (
    "if a proxy of your company's ends TLS, name its certificates (PEM) in AWS_CA_BUNDLE, "
    "or in `ca_bundle` of your AWS profile"
)
_PROXY_HINT: Final = "check HTTPS_PROXY; a host that needs no proxy belongs into NO_PROXY"
_SUCCESS: Final = frozenset({200, 201})


@dataclass(frozen=True, slots=True)
class Transport:
    """Signs with the caller's own credentials. A refusal is a returned value; ServiceUnreachableError is no verdict.

    It never sends a request twice: only the caller knows whether repeating is harmless.
    """

    server: RemoteServer
    base: BaseCredentials
    service: str | None
    http: aiohttp.ClientSession

    async def get(self, path: str, query: Mapping[str, str], model: type[Model]) -> Model | Refusal:
        return await self._ask("GET", self.server.url(path, dict(query)), b"", model)

    async def look(self, path: str, model: type[Model]) -> Model | Refusal:
        """As `get`, for what the caller may well not be allowed to see: a refusal does not put their login in doubt."""
        return await self._ask("GET", self.server.url(path, {}), b"", model, doubts_login=False)

    async def post(self, path: str, body: Mapping[str, Any], model: type[Model]) -> Model | Refusal:
        return await self._ask("POST", self.server.url(path, {}), orjson.dumps(body), model)

    async def delete(self, path: str, query: Mapping[str, str], model: type[Model]) -> Model | Refusal:
        return await self._ask("DELETE", self.server.url(path, dict(query)), b"", model)

    async def _ask(
        self, method: str, url: str, body: bytes, model: type[Model], *, doubts_login: bool = True
    ) -> Model | Refusal:
        # botocore's chain may run a program or ask the network, and it blocks while it does.
        headers = await asyncio.to_thread(self.base.sign, method, url, self.server, self.service, body)
        status, answered, answer = await self._send(method, url, headers, body)
        if status in _SUCCESS:
            return read_answer(model, answer)
        refusal = read_refusal(status, answered, answer)
        if refusal.code == "gateway_refused" and doubts_login:
            self.base.forget()
        return refusal

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        try:
            async with self.http.request(
                method,
                URL(url, encoded=True),
                headers={**headers, "Accept": "application/json", "Accept-Encoding": "identity"},
                data=body or None,
                allow_redirects=False,
                proxy=proxy_for(self.server),
            ) as response:
                return response.status, response.headers, await _read_capped(response.content)
        except (aiohttp.ClientError, OSError) as error:
            raise unreachable(self.server, error) from error


@asynccontextmanager
async def open_transport(settings: Settings) -> AsyncIterator[Transport]:
    """Open the transport to the server the settings name, for as long as the block runs."""
    server, base = settings.server(), settings.base()
    async with open_http(base.ca_bundle(), _TIMEOUT, auto_decompress=False) as http:
        yield Transport(server, base, settings.signing_service, http)


def open_http(
    ca_bundle: str | None, timeout: aiohttp.ClientTimeout, *, auto_decompress: bool = True
) -> aiohttp.ClientSession:
    """Open an HTTP client that trusts `ca_bundle` (None: what the system trusts) and keeps no cookies.

    Raises:
        UsageError: the bundle cannot be read.

    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=_tls_context(ca_bundle)),
        timeout=timeout,
        auto_decompress=auto_decompress,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "sentinel-client"},
    )


def unreachable(server: RemoteServer, error: aiohttp.ClientError | OSError) -> ServiceUnreachableError:
    """Name what went wrong with a connection, by the kind of error alone."""
    match error:
        case TimeoutError():
            return ServiceUnreachableError(f"{server.base} did not answer in time", "try again; check the network")
        case aiohttp.ClientConnectorCertificateError():
            return ServiceUnreachableError(f"{server.base} shows a certificate that is not trusted here", _BUNDLE_HINT)
        case aiohttp.ClientHttpProxyError():
            return ServiceUnreachableError(
                f"{server.base} cannot be reached: the proxy answered {error.status}", _PROXY_HINT
            )
        case aiohttp.ClientProxyConnectionError():
            return ServiceUnreachableError(f"{server.base} cannot be reached: the proxy does not answer", _PROXY_HINT)
        case aiohttp.ClientConnectorDNSError():
            return ServiceUnreachableError(
                f"{server.base} cannot be reached: DNS does not know the name {server.host}",
                "compare the URL with the one of your platform team; a private API has a name only inside its network",
            )
        case aiohttp.ClientSSLError():
            return ServiceUnreachableError(f"{server.base} cannot be reached: TLS failed", _BUNDLE_HINT)
        case aiohttp.ClientConnectorError() if error.errno == errno.ECONNREFUSED:
            return ServiceUnreachableError(
                f"{server.base} cannot be reached: the connection was refused",
                "nothing listens there: check host and port of the URL, and HTTPS_PROXY if you need a proxy",
            )
        case _:
            return ServiceUnreachableError(
                f"{server.base} cannot be reached: {_kind(error)}",
                "check the URL, the network, and that the service is up",
            )


def _kind(error: aiohttp.ClientError | OSError) -> str:
    """Name an error by its errno, or by its class: its text may hold a URL with a password."""
    number = error.errno if isinstance(error, OSError) else None
    return type(error).__name__ if number is None else os.strerror(number)


def _tls_context(ca_bundle: str | None) -> ssl.SSLContext:
    if not ca_bundle:
        from truststore import SSLContext  # noqa: PLC0415 - loads the system's frameworks: only for a connection

        return SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    path = expand(ca_bundle)
    try:
        return ssl.create_default_context(cafile=path)
    except OSError as error:
        raise UsageError(
            f"{path}: no certificates can be read: {error.strerror}",
            "name a file of certificates (PEM) in AWS_CA_BUNDLE, or in `ca_bundle` of your AWS profile",
        ) from None


def proxy_for(server: RemoteServer) -> str | None:
    """Find the proxy AWS tools use. aiohttp's own lookup reads ~/.netrc too and would overwrite the signature."""
    return None if server.is_loopback else proxy_for_url(server.base)


def proxy_for_url(url: str) -> str | None:
    """Find the proxy AWS tools would use for a URL."""
    proxy: str | None = ProxyConfiguration(get_environ_proxies(url)).proxy_url_for(url)
    return proxy


async def _read_capped(content: aiohttp.StreamReader) -> bytes:
    body = b""
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > _ANSWER_LIMIT:
            raise ServiceUnreachableError("the remote server's answer is too large to be Sentinel's")
    return body
