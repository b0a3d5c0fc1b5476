"""Signing a session in to the console: its credentials become a token, and the token a URL that a browser opens.

The credentials are posted, so that they are in no URL. `SessionDuration` is never sent: AWS refuses it for the
credentials of a role that a role has assumed, which every vended session has. The console session then lasts as long as
the credentials. Source: IAM User Guide, "Enable custom identity broker access to the AWS console".
"""

from typing import Final
from urllib.parse import quote, urlencode

import aiohttp
import orjson
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from sentinel.connections import open_http, proxy_for, read_capped, unreachable
from sentinel.credentials.vended import VendedCredentials
from sentinel.errors import ClientError
from sentinel.remote_server import parse_remote_server

_TIMEOUT: Final = aiohttp.ClientTimeout(total=20, connect=8)
_OK: Final = 200
_REDIRECTS: Final = range(300, 400)
_REFUSED: Final = frozenset({400, 401, 403})


class SignInError(ClientError):
    """AWS does not sign the session in. Its answer is not repeated: it may hold what was sent."""

    code = "sign_in_failed"


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)

    token: SecretStr = Field(alias="SigninToken", min_length=1, max_length=16384)


async def sign_in_url(
    credentials: VendedCredentials, endpoint: str, *, issuer: str, destination: str, ca_bundle: str | None
) -> SecretStr:
    """Exchange a session's credentials and return the URL that signs a browser in. AWS takes it for 15 minutes.

    `issuer` is where AWS sends the user when the console session has ended.

    Raises:
        SignInError: AWS refuses, or answers otherwise than documented.
        ServiceUnreachableError: there is no answer.

    """
    status, body = await _post(credentials, endpoint, ca_bundle)
    if status != _OK:
        raise _refusal(status)
    try:
        token = _Answer.model_validate_json(body).token
    except ValidationError:
        raise SignInError("AWS's answer has no sign-in token", "try again; a proxy may have answered") from None
    asked = {"Action": "login", "Issuer": issuer, "Destination": destination, "SigninToken": token.get_secret_value()}
    return SecretStr(f"{endpoint}?{urlencode(asked, quote_via=quote, safe='')}")


async def _post(credentials: VendedCredentials, endpoint: str, ca_bundle: str | None) -> tuple[int, bytes]:
    session = {
        "sessionId": credentials.access_key_id,
        "sessionKey": credentials.secret_access_key.get_secret_value(),
        "sessionToken": credentials.token.get_secret_value(),
    }
    form = {"Action": "getSigninToken", "Session": orjson.dumps(session).decode()}
    server = parse_remote_server(endpoint)  # refuses one in the clear
    try:
        async with (
            open_http(ca_bundle, _TIMEOUT) as http,
            http.post(endpoint, data=form, allow_redirects=False, proxy=proxy_for(server)) as response,
        ):
            return response.status, await read_capped(response.content)
    except (aiohttp.ClientError, OSError) as error:
        raise unreachable(server, error) from None


def _refusal(status: int) -> SignInError:
    if status in _REFUSED:
        return SignInError(
            f"AWS refused to sign the session in (HTTP {status})",
            "run it again for a new session. If that is refused too: it may be revoked (`sentinel session list`), or "
            "a policy of the role or of your organization may be in the way; `sentinel exec` works without a sign-in",
        )
    if status in _REDIRECTS:
        return SignInError("AWS's sign-in redirects, which is never followed", "a proxy may ask you to log in")
    return SignInError(f"AWS's sign-in answered HTTP {status}", "try again, or with another --region")
