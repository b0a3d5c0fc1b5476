"""The loopback page: one fetch of it redirects a browser to the sign-in URL.

The arguments of a program are shown to every user of the machine, and a browser is started with a URL as an argument.
So it gets the URL of this page, which is worth nothing after one fetch. Its path is random and is compared whole. On
Linux, a fetch by another user of the machine, who has seen the argument, is refused too.
"""

import asyncio
import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web
from pydantic import SecretStr

from sentinel.credentials.loopback import LOOPBACK, PAGE_HEADERS, listening
from sentinel.system.peers import is_another_user

_PATH_BYTES: Final = 32


class SignInPage:
    """A page that is there once."""

    def __init__(self, target: SecretStr) -> None:
        self.port = 0
        self._target = target
        self.path = f"/{secrets.token_urlsafe(_PATH_BYTES)}"
        self._taken = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}{self.path}"

    async def fetched(self) -> None:
        """Wait until a browser has the redirect."""
        await self._taken.wait()

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Redirect the one fetch that counts; refuse any other, which changes nothing."""
        status = self._refusal(request)
        response = web.Response(status=status or 303, headers=PAGE_HEADERS)
        if not status:
            self._taken.set()
            response.headers["Location"] = self._target.get_secret_value()
        response.force_close()
        return response

    def _refusal(self, request: web.BaseRequest) -> int:
        if request.headers.getall("Host", []) != [f"{LOOPBACK}:{self.port}"]:
            return 403
        if request.method != "GET":
            return 405
        if not hmac.compare_digest(request.raw_path.encode("utf-8", "surrogateescape"), self.path.encode()):
            return 404
        if self._taken.is_set():
            return 410
        peer = request.transport and request.transport.get_extra_info("peername")
        return 403 if peer and is_another_user(peer, (LOOPBACK, self.port)) else 0


@asynccontextmanager
async def serving(target: SecretStr) -> AsyncIterator[SignInPage]:
    """Serve the page while the block runs."""
    page = SignInPage(target)
    async with listening(page.answer) as page.port:
        yield page
