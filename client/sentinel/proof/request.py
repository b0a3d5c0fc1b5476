"""One request to an API behind Sentinel's authorizer: a fresh proof, no redirects, the answer as it came."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import aiohttp
from yarl import URL

from sentinel.api.transport import BUNDLE_HINT, proxy_for, tls_context
from sentinel.errors import ServiceUnreachableError, UsageError
from sentinel.proof.url import ProtectedUrl

# API Gateway ends every call after 30 s.
_TIMEOUT: Final = aiohttp.ClientTimeout(total=35, connect=8)
# What is the proof's, and what says where a message begins and ends.
_OURS: Final = frozenset({"authorization", "host", "content-length", "transfer-encoding", "connection"})


@dataclass(frozen=True, slots=True)
class Call:
    """What to ask. `headers` are the user's own."""

    method: str
    headers: Sequence[tuple[str, str]]
    body: bytes | None = None


def read_header(text: str) -> tuple[str, str]:
    """Read `Name: value`.

    Raises:
        UsageError: it is none, or one the client sets itself. The value is not repeated: it may be a secret.

    """
    name, colon, value = text.partition(":")
    if not colon or not name.isascii() or not name.replace("-", "").isalnum() or not value.isprintable():
        raise UsageError("a header is written like `Name: value`")
    if name.lower() in _OURS:
        raise UsageError(f"the header {name} is not yours to set here", "Authorization is the proof's")
    return name, value.strip()


async def make_call(
    where: ProtectedUrl,
    call: Call,
    authorization: str,
    write: Callable[[bytes], object],
    ca_bundle: str | None = None,
) -> tuple[int, str]:
    """Send the request, write the answer's body as it comes, and give its status and reason.

    Raises:
        ServiceUnreachableError: there is no answer, or it breaks off.

    """
    headers = {**({"Content-Type": "application/json"} if call.body else {}), "User-Agent": "sentinel-client"}
    sent = {name.lower() for name, _ in call.headers}
    own = [(name, value) for name, value in headers.items() if name.lower() not in sent]
    try:
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=tls_context(ca_bundle)),
                timeout=_TIMEOUT,
                cookie_jar=aiohttp.DummyCookieJar(),
            ) as http,
            http.request(
                call.method,
                URL(where.url, encoded=True),
                headers=[*call.headers, *own, ("Authorization", authorization)],
                data=call.body,
                allow_redirects=False,
                proxy=proxy_for(where.server),
            ) as response,
        ):
            async for chunk in response.content.iter_any():
                write(chunk)
            return response.status, response.reason or ""
    except TimeoutError:
        raise ServiceUnreachableError(f"{where.server.base} did not answer in time", "try again") from None
    except aiohttp.ClientConnectorCertificateError as error:
        raise ServiceUnreachableError(
            f"{where.server.base} shows a certificate that is not trusted here", BUNDLE_HINT
        ) from error
    except (aiohttp.ClientError, OSError) as error:
        raise ServiceUnreachableError(
            f"{where.server.base} cannot be reached: {type(error).__name__}", "check the URL and the network"
        ) from error
