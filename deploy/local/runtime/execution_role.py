"""Serves execution-role credentials to the functions by the container protocol, as Lambda does with SnapStart.

The functions refresh them as they would on AWS; the stack gets them by assuming the role at the emulator.
"""

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

from deploy.local.aws import Keys
from deploy.local.loopback import Site

_PATH: Final = "/credentials/"

Assume = Callable[[str], Awaitable[Keys]]


class ExecutionRoles(Site):
    """Serves each function the credentials of its own role, and only its own."""

    def __init__(self, assume: Assume, roles: Mapping[str, str]) -> None:
        self._assume = assume
        self._roles = roles
        self._tokens = {function: secrets.token_urlsafe(32) for function in roles}
        application = web.Application()
        application.router.add_get(f"{_PATH}{{function}}", self._serve)
        super().__init__(application)

    def variables(self, function: str) -> Mapping[str, str]:
        """Return the variables that point one function at its credentials."""
        return {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.url}{_PATH}{function}",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": self._tokens[function],
        }

    async def _serve(self, request: web.Request) -> web.Response:
        function = request.match_info["function"]
        token = self._tokens.get(function, "")
        if not token or not hmac.compare_digest(request.headers.get("Authorization", "").encode(), token.encode()):
            return _answer(403, {"code": "Forbidden", "message": "these credentials belong to another function"})
        try:
            keys = await self._assume(self._roles[function])
        except Exception as error:  # noqa: BLE001 - after any failure the SDK may retry
            return _answer(503, {"code": "ServiceUnavailable", "message": type(error).__name__})
        assert keys.expires_at is not None
        return _answer(
            200,
            {
                "AccessKeyId": keys.access_key_id,
                "SecretAccessKey": keys.secret_access_key,
                "Token": keys.session_token,
                "Expiration": keys.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        )


def _answer(status: int, value: Mapping[str, str | None]) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.Response(status=status, text=json.dumps(value), content_type="application/json", headers=headers)
