"""The page's way to the AWS console: it names a profile, and gets the path of a page that is there once.

The credentials and the sign-in URL stay in this process. The browser that opens the path is redirected to AWS, and a
script of another origin cannot read where to.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, TypeAlias

from aiohttp import web
from pydantic import SecretStr

from sentinel.api.client import SentinelApi
from sentinel.api.console import Place, check_not_nested, sign_in
from sentinel.api.transport import Transport
from sentinel.aws_console.page import SignInPage
from sentinel.credentials.shell_environment import own_region
from sentinel.errors import Refusal
from sentinel.settings import Settings

SignIn: TypeAlias = Callable[[str], Awaitable[SecretStr]]
_THERE_FOR_S: Final = 120.0


def signing_in(settings: Settings, transport: Transport) -> SignIn:
    """Return what vends a session of a profile and gives the URL that signs a browser in, like `sentinel console`."""
    return partial(_sign_in, settings, SentinelApi(transport))


async def _sign_in(settings: Settings, api: SentinelApi, profile: str) -> SecretStr:
    check_not_nested(os.environ)
    region = own_region(os.environ) or await _region_of(api, profile)
    _, url = await sign_in(api, settings, profile, Place(usual_region=region))
    return url


async def _region_of(api: SentinelApi, profile: str) -> str | None:
    answer = await api.profiles()
    if isinstance(answer, Refusal):
        return None
    return next((each.region for each in answer.rows if each.name == profile), None)


class SignInPages:
    """The pages that redirect to the AWS console: each is there for one fetch, or for two minutes."""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in
        self._pages: dict[str, SignInPage] = {}

    async def add(self, profile: str, port: int) -> str:
        """Sign a session in, and return the path of its page on this port.

        Raises:
            ClientError: the service or AWS refuses, or does not answer.

        """
        page = SignInPage(await self._sign_in(profile))
        page.port = port
        self._pages[page.path] = page
        asyncio.get_running_loop().call_later(_THERE_FOR_S, self._pages.pop, page.path, None)
        return page.path

    async def answer(self, request: web.BaseRequest) -> web.Response | None:
        """Answer a request of one of the pages; None where it is of none."""
        page = self._pages.get(request.raw_path)
        return None if page is None else await page.answer(request)
