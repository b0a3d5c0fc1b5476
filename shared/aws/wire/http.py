"""The connections to AWS: one pool a process, which survives freezes and can be begun again.

aiohttp's connector keeps the pool, resolves names, does TLS and speaks to proxies, and its parser reads the answers.
Its client layer above them, with cookies, redirects, middleware and a dozen objects a request, is left out: a third of
a vend's CPU time went there. Decision 0013 has the figures.
"""

import asyncio
import os
import re
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.request import getproxies, proxy_bypass

from aiohttp import ClientError, ClientRequest, ClientTimeout, TCPConnector
from aiohttp.http import HttpProcessingError
from yarl import URL

CONNECT_TIMEOUT_S: Final = 1.0
_CONNECT_TIMEOUT: Final = ClientTimeout(sock_connect=CONNECT_TIMEOUT_S)
_MAX_CONNECTIONS: Final = 50
# NAT gateways and VPC endpoints forget a connection that is idle for 350 s, without a word to either end (Amazon VPC
# User Guide, "NAT gateway basics").
_IDLE_S: Final = 300.0
_DNS_S: Final = 60
# A page of DynamoDB is 1 MB, a batch 16 MB (DynamoDB Developer Guide, "Quotas").
_LARGEST: Final = 17 * 1024 * 1024
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_FINAL_STATUS: Final = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whole. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class TooLargeError(Exception):
    """An answer is larger than whoever asked takes."""


class Http:
    """One pool. Nothing in the environment but the proxy and the CA bundle sways it; it keeps no cookie."""

    def __init__(self) -> None:
        self._connector: TCPConnector | None = None
        self._places: dict[str, ClientRequest] = {}

    async def open(self) -> "Http":
        """Open the pool on the running loop."""
        bundle = os.environ.get("AWS_CA_BUNDLE")
        self._connector = TCPConnector(
            limit=_MAX_CONNECTIONS,
            keepalive_timeout=_IDLE_S,
            ttl_dns_cache=_DNS_S,
            ssl=ssl.create_default_context(cafile=bundle) if bundle else True,
        )
        return self

    async def close(self) -> None:
        """Close every connection."""
        if self._connector is not None:
            await self._connector.close()
            self._connector = None
            self._places.clear()

    async def post(
        self,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        timeout_s: float,
        largest: int = _LARGEST,
    ) -> Reply:
        """Send exactly these headers and a length, and read the whole answer; redirects are answers.

        Raises:
            ClientError, OSError: there was none within `timeout_s` seconds.
            TooLargeError: its body has more than `largest` bytes.
            ValueError: a header that would not stay one line.

        """
        place = self._place(url)
        content = _write(place, headers, body)
        async with asyncio.timeout(timeout_s):
            connection = await self._connect(place)
            try:
                reply = await _exchange(connection, content, largest)
            except BaseException:
                connection.close()
                raise
            connection.release()
            return reply

    async def warm(self, urls: Collection[str]) -> None:
        """Open one connection for each URL named, so that the first caller does not wait for it.

        Whatever goes wrong is left for the first real call to say.
        """
        places = [self._place(url) for url in urls]
        found = await asyncio.gather(*(self._connect(place) for place in places), return_exceptions=True)
        for each in found:
            if not isinstance(each, BaseException):
                each.release()

    async def _connect(self, place: ClientRequest) -> Any:
        assert self._connector is not None, "used before it was opened"
        return await self._connector.connect(place, [], _CONNECT_TIMEOUT)

    def _place(self, url: str) -> ClientRequest:
        """Give what the connector finds a connection by: a request that is never sent."""
        place = self._places.get(url)
        if place is None:
            proxy = proxy_for(url)
            place = ClientRequest(
                "POST",
                URL(url),
                loop=asyncio.get_running_loop(),
                proxy=None if proxy is None else URL(proxy),
            )
            self._places[url] = place
        return place


def _write(place: ClientRequest, headers: Mapping[str, str], body: bytes) -> bytes:
    if _CONTROL.search("".join(headers.values())):
        raise ValueError("a header holds a control character")
    # A proxy is told the whole URL of what is not tunnelled through it (RFC 9112, section 3.2.2).
    target = str(place.url) if place.proxy and not place.is_ssl() else place.url.raw_path
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {target} HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n".encode() + body


async def _exchange(connection: Any, content: bytes, largest: int) -> Reply:
    protocol = connection.protocol
    protocol.set_response_params(read_until_eof=True, auto_decompress=False)
    protocol.transport.write(content)
    try:
        message, payload = await protocol.read()
        while message.code < _FINAL_STATUS:
            message, payload = await protocol.read()
    except HttpProcessingError as error:
        raise ClientError(f"what came back is not HTTP: {type(error).__name__}") from None
    body = b""
    async for part in payload.iter_any():
        body += part
        if len(body) > largest:
            raise TooLargeError
    return Reply(message.code, {name.lower(): value for name, value in message.headers.items()}, body)


def proxy_for(url: str) -> str | None:
    """Find the proxy the environment names for a URL (`HTTPS_PROXY`, `NO_PROXY`), as botocore does."""
    parsed = URL(url)
    if proxy_bypass(parsed.host or ""):
        return None
    return getproxies().get(parsed.scheme)
