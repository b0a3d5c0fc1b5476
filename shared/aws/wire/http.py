"""The connections to AWS: one pool a process, which survives freezes and can be begun again.

This is HTTP for one purpose: requests of our own making to AWS's endpoints, answered whole. No redirects, cookies,
compression, proxies or HTTP/2. Decision 13 says what a general client would cost at every cold start and every vend.
"""

import asyncio
import os
import re
import ssl
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from shared.aws.wire.line import Line, Reply

CONNECT_TIMEOUT_S: Final = 1.0
# NAT gateways and VPC endpoints forget a connection that is idle for 350 s, without a word to either end (Amazon VPC
# User Guide, "NAT gateway basics").
_IDLE_S: Final = 300.0
# A page of DynamoDB is 1 MB, a batch 16 MB (DynamoDB Developer Guide, "Quotas").
_LARGEST: Final = 17 * 1024 * 1024
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NAME: Final = re.compile(r"[A-Za-z0-9-]+")
_PORTS: Final = {"https": 443, "http": 80}

Place = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class Address:
    """A URL taken apart: where to connect, and what to send as the Host header and as the request's target."""

    place: Place
    host: str
    target: str


@lru_cache(maxsize=256)
def locate(url: str) -> Address:
    """Take a URL apart; there are as many as endpoints, so each is done once.

    Raises:
        ValueError: it is not http or https, or holds credentials, a space or a control character.

    """
    parts = urlsplit(url)
    is_plain = parts.username is None and " " not in url and not _CONTROL.search(url)
    if parts.scheme not in _PORTS or parts.hostname is None or not is_plain:
        raise ValueError("only http and https addresses without credentials can be asked")
    place = parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
    path = parts.path or "/"
    return Address(place, parts.netloc, f"{path}?{parts.query}" if parts.query else path)


class Http:
    """A pool of lines. Nothing in the environment but the CA bundle sways it."""

    def __init__(self) -> None:
        self._idle: defaultdict[Place, list[tuple[Line, float]]] = defaultdict(list)
        self._busy: set[Line] = set()
        self._tls: ssl.SSLContext | None = None

    async def close(self) -> None:
        """Close every connection."""
        for line in [*self._busy, *(line for lines in self._idle.values() for line, _ in lines)]:
            line.close()
        self._idle.clear()
        # The transports end in the loop's next turn.
        await asyncio.sleep(0)

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
            OSError: there was none, or (`TimeoutError`) none within `timeout_s` seconds.
            TooLargeError: its body has more than `largest` bytes.
            ValueError: a header that would not stay one line.

        """
        address = locate(url)
        head = _write("POST", address.target, {**headers, "content-length": str(len(body))})
        return await self._ask(address.place, head + body, timeout_s, largest)

    async def get(self, url: str, headers: Mapping[str, str], *, timeout_s: float) -> Reply:
        """Ask for a page; see `post`."""
        address = locate(url)
        head = _write("GET", address.target, {"host": address.host, **headers})
        return await self._ask(address.place, head, timeout_s, _LARGEST)

    async def warm(self, urls: Collection[str]) -> None:
        """Open one connection for each URL named, so that the first caller does not wait for it.

        Whatever goes wrong is left for the first real call to say.
        """
        places = [locate(url).place for url in urls]
        lines = await asyncio.gather(*(self._connect(place) for place in places), return_exceptions=True)
        for place, line in zip(places, lines, strict=True):
            if isinstance(line, Line):
                self._keep(place, line)

    def drop_idle(self, url: str) -> None:
        """Close the connections that nobody uses to where a URL leads: the next request makes its own."""
        for line, _ in self._idle.pop(locate(url).place, []):
            line.close()

    async def _ask(self, place: Place, content: bytes, timeout_s: float, largest: int) -> Reply:
        due_s = asyncio.get_running_loop().time() + timeout_s
        line = self._take(place) or await self._connect(place, timeout_s)
        self._busy.add(line)
        try:
            reply = await line.ask(content, largest, due_s)
        finally:
            self._busy.discard(line)
        self._keep(place, line)
        return reply

    def _take(self, place: Place) -> Line | None:
        """Take the line that was used last, if one is open and has not been idle for too long."""
        lines, now_s = self._idle[place], asyncio.get_running_loop().time()
        while lines:
            line, since_s = lines.pop()
            if line.is_open and now_s - since_s < _IDLE_S:
                return line
            line.close()
        return None

    def _keep(self, place: Place, line: Line) -> None:
        if line.is_open:
            self._idle[place].append((line, asyncio.get_running_loop().time()))

    async def _connect(self, place: Place, timeout_s: float = CONNECT_TIMEOUT_S) -> Line:
        scheme, host, port = place
        tls = self._context() if scheme == "https" else None
        async with asyncio.timeout(min(timeout_s, CONNECT_TIMEOUT_S)):
            _, line = await asyncio.get_running_loop().create_connection(Line, host, port, ssl=tls)
        return line

    def _context(self) -> ssl.SSLContext:
        """Trust `AWS_CA_BUNDLE`, else `SSL_CERT_FILE`, else the system's authorities; names are checked."""
        if self._tls is None:
            self._tls = ssl.create_default_context(cafile=os.environ.get("AWS_CA_BUNDLE"))
        return self._tls


def _write(method: str, target: str, headers: Mapping[str, str]) -> bytes:
    if _CONTROL.search("".join(headers.values())):
        raise ValueError("a header holds a control character")
    if not all(map(_NAME.fullmatch, headers)):
        raise ValueError("a header's name is none")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode()
