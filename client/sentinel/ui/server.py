"""The console's server on loopback: files to anyone, the API only to the page that holds this process's token.

Any web page and any user of this machine can send requests to a loopback port. A call of the API counts only with the
exact `Host`, from no other origin, and with the token, which the page got once from the command that started it. The
token is in a header that no page of another origin can send; it is in no cookie, which all ports would share. One call
is not the API's: to sign a session in to the AWS console.
"""

import hmac
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import orjson
from aiohttp import web
from pydantic import SecretStr

from sentinel.api.transport import Transport
from sentinel.connections import read_at_most
from sentinel.credentials.loopback import LOOPBACK, listening
from sentinel.errors import ClientError, Refusal
from sentinel.ui.operations import is_operation
from sentinel.ui.sign_in import SignIn, SignInPages
from shared.console.assets import DOCUMENT, HEADERS, load_assets
from shared.core.profile import is_profile_name

_API: Final = "/api"
_AWS_CONSOLE: Final = "/api/ui/aws-console/"
# It says to the page how it is served.
_CONFIG: Final = "/config.json"
_TOKEN_HEADER: Final = "X-Sentinel-Console"  # noqa: S105 - the header's name
_TOKEN_BYTES: Final = 32
_MOST_BODY: Final = 16 * 1024
_CONNECTION_S: Final = 600.0
_SAME: Final = ("same-origin", "none")


class Console:
    """Answers the page. Refusals have the form of Sentinel's own."""

    def __init__(self, transport: Transport, sign_in: SignIn) -> None:
        self.port = 0
        self._transport = transport
        self._pages = SignInPages(sign_in)
        self._token = secrets.token_urlsafe(_TOKEN_BYTES)

    @property
    def origin(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def url(self) -> SecretStr:
        """The page's address with the token, which a browser sends to no server."""
        return SecretStr(f"{self.origin}/#token={self._token}")

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Answer one request, and close its connection."""
        try:
            response = await self._answer(request)
        except ClientError as error:
            response = _refused(error.as_refusal())
        response.force_close()
        return response

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        refusal = self._refuse(request)
        if refusal is not None:
            return _refused(refusal)
        if request.path.startswith(_AWS_CONSOLE):
            return await self._open_aws_console(request)
        if request.path.startswith(f"{_API}/"):
            return await self._pass_on(request)
        page = await self._pages.answer(request)
        if page is not None:
            return page
        asset = load_assets().get(request.path.removeprefix("/") or DOCUMENT)
        if request.method not in ("GET", "HEAD"):
            return _refused(Refusal(404, "not_found", "there is no such page"))
        if request.path == _CONFIG:
            return _json(200, orjson.dumps({"mode": "loopback"}))
        if asset is None:
            return _refused(Refusal(404, "not_found", "there is no such page"))
        return web.Response(body=asset.body, headers={**asset.headers, "Content-Type": asset.content_type})

    def _refuse(self, request: web.BaseRequest) -> Refusal | None:
        if request.headers.getall("Host", []) != [f"{LOOPBACK}:{self.port}"]:
            return Refusal(403, "wrong_host", "the console answers only to its own loopback address")
        if request.headers.get("Origin", self.origin) != self.origin:
            return Refusal(403, "wrong_origin", "the console answers no other web page")
        is_api = request.path.startswith(f"{_API}/")
        if is_api and request.headers.get("Sec-Fetch-Site", "same-origin") not in _SAME:
            return Refusal(403, "wrong_origin", "the console answers no other web page")
        if is_api and not self._has_token(request.headers.getall(_TOKEN_HEADER, [])):
            return Refusal(403, "wrong_token", "this page is of an earlier console: open the one that was started last")
        return None

    def _has_token(self, sent: list[str]) -> bool:
        return len(sent) == 1 and hmac.compare_digest(sent[0].encode("utf-8", "replace"), self._token.encode())

    async def _pass_on(self, request: web.BaseRequest) -> web.Response:
        path = request.path.removeprefix(_API)
        if request.raw_path.partition("?")[0] != request.path or not is_operation(request.method, path):
            return _refused(Refusal(404, "not_found", "the console makes no such call"))
        body = await read_at_most(request.content, _MOST_BODY)
        if body is None:
            return _refused(Refusal(413, "invalid_request", "the body is too long"))
        return _json(*await self._transport.relay(request.method, path, dict(request.query), body))

    async def _open_aws_console(self, request: web.BaseRequest) -> web.Response:
        profile = request.raw_path.removeprefix(_AWS_CONSOLE)
        if request.method != "POST" or not is_profile_name(profile):
            return _refused(Refusal(404, "not_found", "the console makes no such call"))
        return _json(200, orjson.dumps({"page": await self._pages.add(profile, self.port)}))


@asynccontextmanager
async def serving(transport: Transport, sign_in: SignIn, port: int = 0) -> AsyncIterator[Console]:
    """Serve the console while the block runs; port 0 is any free one. `sign_in` gives a profile's URL to sign in with.

    Raises:
        UsageError: the port is taken.

    """
    console = Console(transport, sign_in)
    async with listening(console.answer, port, connection_s=_CONNECTION_S) as console.port:
        yield console


def _refused(refusal: Refusal) -> web.Response:
    return _json(refusal.status, orjson.dumps(refusal.as_report()))


def _json(status: int, body: bytes) -> web.Response:
    headers = {**HEADERS, "Cache-Control": "no-store", "Content-Type": "application/json", "Server": "sentinel"}
    return web.Response(status=status, body=body, headers=headers)
