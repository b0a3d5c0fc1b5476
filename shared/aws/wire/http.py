"""The connections to AWS: one aiohttp session a process, which survives freezes and can be begun again."""

import asyncio
import os
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.request import getproxies, proxy_bypass

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from yarl import URL

CONNECT_TIMEOUT_S: Final = 1.0
_MAX_CONNECTIONS: Final = 50
# NAT gateways and VPC endpoints forget a connection that is idle for 350 s, without a word to either end (Amazon VPC
# User Guide, "NAT gateway basics").
_IDLE_S: Final = 300.0
_DNS_S: Final = 60
# The signer signs every header that is sent on purpose, so nothing is added on the way.
_SKIPPED: Final = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whole. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """One session. Nothing in the environment but the proxy and the CA bundle sways it; no cookie is kept."""

    def __init__(self) -> None:
        self._session: ClientSession | None = None

    async def open(self) -> "Http":
        """Open the session on the running loop."""
        bundle = os.environ.get("AWS_CA_BUNDLE")
        connector = TCPConnector(
            limit=_MAX_CONNECTIONS,
            keepalive_timeout=_IDLE_S,
            ttl_dns_cache=_DNS_S,
            ssl=ssl.create_default_context(cafile=bundle) if bundle else True,
        )
        self._session = ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=_SKIPPED,
        )
        return self

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    @property
    def session(self) -> ClientSession:
        assert self._session is not None, "used before it was opened"
        return self._session

    async def post(
        self,
        url: URL,
        headers: Mapping[str, str],
        body: bytes,
        *,
        timeout_s: float,
        proxy: str | None = None,
    ) -> Reply:
        """Send a request and read the whole answer; redirects are answers.

        Raises:
            ClientError, OSError: there was none within `timeout_s` seconds.

        """
        async with self.session.post(
            url,
            headers=headers,
            data=body,
            allow_redirects=False,
            timeout=ClientTimeout(total=timeout_s, sock_connect=CONNECT_TIMEOUT_S),
            proxy=proxy,
        ) as response:
            content = await response.read()
            return Reply(response.status, {name.lower(): value for name, value in response.headers.items()}, content)

    async def warm(self, urls: Iterable[str]) -> None:
        """Open a connection for each URL by asking for nothing in particular, so that the first caller does not wait.

        Whatever goes wrong is left for the first real call to say.
        """
        await asyncio.gather(*(self._touch(url) for url in urls))

    async def _touch(self, url: str) -> None:
        try:
            async with self.session.get(
                url,
                allow_redirects=False,
                timeout=ClientTimeout(total=CONNECT_TIMEOUT_S),
                proxy=proxy_for(url),
            ) as response:
                await response.read()
        except (ClientError, OSError):
            return


def proxy_for(url: str) -> str | None:
    """Find the proxy the environment names for a URL (`HTTPS_PROXY`, `NO_PROXY`), as botocore does."""
    parsed = URL(url)
    if proxy_bypass(parsed.host or ""):
        return None
    return getproxies().get(parsed.scheme)
