"""One request to an API behind Sentinel's authorizer: a fresh proof, no redirects, the answer unchanged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import aiohttp
from yarl import URL

from sentinel.connections import open_http, proxy_for, unreachable
from sentinel.errors import UsageError
from sentinel.proof.url import ProtectedUrl

# API Gateway ends every call after 30 s.
_TIMEOUT: Final = aiohttp.ClientTimeout(total=35, connect=8)
# The proof, and what frames the message.
_OURS: Final = frozenset({"authorization", "host", "content-length", "transfer-encoding", "connection"})


@dataclass(frozen=True, slots=True)
class HttpCall:
    """A request to make. `headers` are the user's own."""

    method: str
    headers: Sequence[tuple[str, str]]
    body: bytes | None = None


def read_header(text: str) -> tuple[str, str]:
    """Read `Name: value`.

    Raises:
        UsageError: not a header, or one the client sets itself. The value is not repeated: it may be a secret.

    """
    name, colon, value = text.partition(":")
    if not colon or not name.isascii() or not name.replace("-", "").isalnum() or not value.isprintable():
        raise UsageError("a header is written like `Name: value`")
    if name.lower() in _OURS:
        raise UsageError(f"the header {name} is not yours to set here", "Authorization is the proof's")
    return name, value.strip()


async def make_call(
    where: ProtectedUrl,
    call: HttpCall,
    authorization: str,
    write: Callable[[bytes], object],
    ca_bundle: str | None = None,
) -> tuple[int, str]:
    """Send the request, write the answer's body as it comes, and give its status and reason.

    Raises:
        ServiceUnreachableError: there is no answer, or it breaks off.

    """
    has_type = any(name.lower() == "content-type" for name, _ in call.headers)
    content = [("Content-Type", "application/json")] if call.body and not has_type else []
    try:
        async with (
            open_http(ca_bundle, _TIMEOUT) as http,
            http.request(
                call.method,
                URL(where.url, encoded=True),
                headers=[*call.headers, *content, ("Authorization", authorization)],
                data=call.body,
                allow_redirects=False,
                proxy=proxy_for(where.server),
            ) as response,
        ):
            async for chunk in response.content.iter_any():
                write(chunk)
            return response.status, response.reason or ""
    except (aiohttp.ClientError, OSError) as error:
        raise unreachable(where.server, error) from error
