"""The connections to AWS: one aiohttp session per endpoint, which survives freezes and can be closed and reopened.

Hooks: documented parameters of `aiohttp.ClientSession` and `TCPConnector`, `TCPConnector.connect`, `should_close` of a
connection's protocol, `botocore.utils.get_environ_proxies`.
"""

import asyncio
import os
import re
import ssl
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Final

import aiohttp
from botocore.utils import get_environ_proxies
from yarl import URL

from shared.aws.client.protocol import NoAnswerError, Reply, TooLargeError
from shared.tls import modern

_WARM_S: Final = 1.0
# NAT gateways and VPC endpoints drop a connection that is idle for 350 s without notifying either end (Amazon VPC User
# Guide, "NAT gateway basics").
_IDLE_S: Final = 300.0
# A page of DynamoDB is 1 MB, a batch 16 MB (DynamoDB Developer Guide, "Quotas").
_LARGEST: Final = 17 * 1024 * 1024
_LEAST: Final = 200
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NAME: Final = re.compile(r"[A-Za-z0-9-]+")
_NOT_ADDED: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


@lru_cache(maxsize=256)
def locate(url: str) -> URL:
    """Parse a URL without normalizing it.

    Raises:
        ValueError: it is not http or https, or has credentials, a space or a control character.

    """
    found = URL(url, encoded=True)
    is_plain = found.raw_user is None and found.raw_password is None and " " not in url and not _CONTROL.search(url)
    if found.scheme not in ("http", "https") or not found.host or not is_plain:
        raise ValueError("only http and https URLs without credentials are allowed")
    return found


def open_tls() -> ssl.SSLContext:
    """Trust the authorities of `AWS_CA_BUNDLE`, else `SSL_CERT_FILE`, else the system's; host names are checked."""
    return modern(ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE")))


class _Connector(aiohttp.TCPConnector):
    """Drops connections with unsolicited data, which must not become the response to the next request."""

    async def connect(self, *request: Any, **options: Any) -> aiohttp.connector.Connection:
        while True:
            connection = await super().connect(*request, **options)
            if connection.protocol is None or not connection.protocol.should_close:
                return connection
            connection.close()


class _Pool:
    """The connections to one endpoint. A dropped pool takes no new requests and closes after its last one."""

    def __init__(self, origin: URL, tls: ssl.SSLContext | None) -> None:
        self.is_dropped = False
        self._asked = 0
        self._session = aiohttp.ClientSession(
            connector=_Connector(ssl=tls or True, limit=0, keepalive_timeout=_IDLE_S, use_dns_cache=False),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=_NOT_ADDED,
            # `trust_env` would also read `.netrc`, at every request.
            proxy=get_environ_proxies(str(origin)).get(origin.scheme),
        )

    async def close(self) -> None:
        await self._session.close()

    async def ask(self, method: str, url: URL, largest: int, **request: Any) -> Reply:
        self._asked += 1
        try:
            async with self._session.request(method, url, allow_redirects=False, **request) as answer:
                body = await _read(answer, largest)
                return Reply(answer.status, {name.lower(): value for name, value in answer.headers.items()}, body)
        except (aiohttp.ClientError, OSError) as error:
            self.is_dropped = True
            # Without a connection nothing was sent, so that repeating is harmless.
            if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ConnectionTimeoutError):
                raise TimeoutError from None
            raise NoAnswerError(type(error).__name__) from None
        finally:
            self._asked -= 1
            if self.is_dropped and not self._asked:
                await self.close()


async def _read(answer: aiohttp.ClientResponse, largest: int) -> bytes:
    if answer.status < _LEAST:
        raise aiohttp.ClientPayloadError
    if (answer.content_length or 0) > largest:
        answer.close()
        raise TooLargeError
    if answer.content_length is not None:
        return await answer.read()
    content = bytearray()
    async for part in answer.content.iter_any():
        content += part
        if len(content) > largest:
            answer.close()
            raise TooLargeError
    return bytes(content)


@lru_cache(maxsize=16)
def _timeout(timeout_s: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=timeout_s, sock_connect=timeout_s / 2)


class Http:
    """The connection pools, one per endpoint. Reads only the CA bundle and the proxies from the environment."""

    def __init__(self) -> None:
        self._pools: dict[URL, _Pool] = {}
        self._tls: ssl.SSLContext | None = None

    async def close(self) -> None:
        """Close every connection."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.close()

    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, *, timeout_s: float, largest: int = _LARGEST
    ) -> Reply:
        """Send a POST with these headers, and read the whole response; redirects are not followed.

        After a connection error the idle connections are dropped too, because they are most likely broken as well.

        Raises:
            OSError: there was none, or (`TimeoutError`) none within `timeout_s` seconds, of which connecting takes at
                most half.
            TooLargeError: its body has more than `largest` bytes.
            ValueError: a header has a control character or an invalid name.

        """
        if _CONTROL.search("".join(headers.values())) or not all(map(_NAME.fullmatch, headers)):
            raise ValueError("a header has a control character, or its name is not a token")
        place = locate(url)
        request = {"headers": headers, "data": body or None, "timeout": _timeout(timeout_s)}
        return await self._pool(place.origin()).ask("POST", place, largest, **request)

    async def warm(self, urls: Collection[str]) -> None:
        """Open one connection for each URL, so that the first request does not wait for it.

        aiohttp connects only for requests, so this requests the endpoint's root, unsigned. Failures are ignored; the
        first real call reports them.
        """
        places, timeout = map(locate, urls), _timeout(_WARM_S)
        asking = (self._pool(each.origin()).ask("GET", each, _LARGEST, timeout=timeout) for each in places)
        await asyncio.gather(*asking, return_exceptions=True)

    def _pool(self, origin: URL) -> _Pool:
        pool = self._pools.get(origin)
        if pool is None or pool.is_dropped:
            pool = self._pools[origin] = _Pool(origin, self._trust() if origin.scheme == "https" else None)
        return pool

    def _trust(self) -> ssl.SSLContext:
        """Load the authorities once, and only for TLS: an emulator without TLS needs none."""
        self._tls = self._tls or open_tls()
        return self._tls
