"""The loopback redirect (RFC 8252): a listener on 127.0.0.1 that takes one authorization response.

Every web page and every user of this machine can send requests here. One counts only with the `state` of this login,
which nothing but the provider's answer holds; any other is refused and changes nothing. What is answered is the same
page in any case, so that nothing of a request is shown.
"""

import asyncio
import hmac
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from sentinel.credentials import loopback
from sentinel.credentials.loopback import LOOPBACK, PAGE_HEADERS
from sentinel.errors import ProviderError, printable
from sentinel.oidc.provider import Authorization, Provider

_PATH: Final = "/callback"
_PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sentinel</title>
<p>Return to your terminal: it says whether you are logged in. You can close this page.</p></html>
"""


@dataclass(slots=True)
class Redirect:
    """Where the provider sends the browser, and the one response that came."""

    port: int = 0
    _state: str | None = None
    _parameters: Mapping[str, str] | None = None
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def uri(self) -> str:
        return f"http://{LOOPBACK}:{self.port}{_PATH}"

    async def response(self, begun: Authorization) -> Mapping[str, str]:
        """Wait for the response to a request, whose state is compared."""
        self._state = begun.state
        await self._came.wait()
        return self._parameters or {}

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Take a response, or refuse what is not one."""
        taken = self._take(request)
        response = web.Response(
            status=200 if taken else 400, text=_PAGE if taken else "", content_type="text/html", headers=PAGE_HEADERS
        )
        response.force_close()
        return response

    def _take(self, request: web.BaseRequest) -> bool:
        if request.method != "GET" or request.raw_path.partition("?")[0] != _PATH or self._came.is_set():
            return False
        if request.headers.getall("Host", []) != [f"{LOOPBACK}:{self.port}"]:
            return False
        query = request.query
        if self._state is None or any(len(query.getall(name)) > 1 for name in query):
            return False
        if not hmac.compare_digest(query.get("state", "").encode("utf-8", "replace"), self._state.encode()):
            return False
        self._parameters = dict(query)
        self._came.set()
        return True


@asynccontextmanager
async def listening(port: int = 0) -> AsyncIterator[Redirect]:
    """Listen while the block runs; port 0 is any free one.

    Raises:
        UsageError: the port is taken.

    """
    redirect = Redirect()
    async with loopback.listening(redirect.answer, port) as redirect.port:
        yield redirect


def code_of(response: Mapping[str, str], provider: Provider) -> str:
    """Return the code of a response whose state is this login's.

    Raises:
        ProviderError: it is another issuer's (mix-up, RFC 9207), or the provider refuses the login.

    """
    metadata = provider.metadata
    issuer = response.get("iss")
    if issuer != metadata.issuer and (issuer is not None or metadata.names_issuer):
        raise ProviderError("the answer is of another identity provider than was asked", "sentinel login")
    if "error" in response:
        said = printable(response["error"])[:100]
        raise ProviderError(f"the identity provider refused the login: {said}", "ask those who run it")
    if not response.get("code"):
        raise ProviderError("the identity provider's answer has no code", "sentinel login")
    return response["code"]
