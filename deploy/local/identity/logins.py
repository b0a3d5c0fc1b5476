"""Logins at the local OpenID provider: PKCE (RFC 7636), devices (RFC 8628), refresh, revocation (RFC 7009). No HTTP."""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Final

CLIENT_ID: Final = "sentinel"
"""The one client, a public one: it has no secret."""
DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_LOOPBACK: Final = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")
_USER_CODE: Final = "BCDFGHJKLMNPQRSTVWXZ"


class LoginError(Exception):
    """A request that is refused; the message is the protocol's error code."""


@dataclass(frozen=True, slots=True)
class Login:
    """A person who logged in; `person` is empty while a device waits for them."""

    person: str
    nonce: str = ""
    redirect_uri: str = ""
    challenge: str = ""


@dataclass(frozen=True, slots=True)
class Logins:
    """The open logins of one issuer. Codes and refresh tokens are used once."""

    _codes: dict[str, Login] = field(default_factory=dict, repr=False)
    _refreshing: dict[str, Login] = field(default_factory=dict, repr=False)
    _devices: dict[str, Login] = field(default_factory=dict, repr=False)
    _user_codes: dict[str, str] = field(default_factory=dict, repr=False)

    def authorize(self, person: str, asked: Mapping[str, str]) -> str:
        """Return the code for an authorization request.

        Raises:
            LoginError: another client, no PKCE, or a redirect to elsewhere than a loopback port.

        """
        check_client(asked)
        if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
            raise LoginError("invalid_request")
        if not asked.get("code_challenge") or not asked.get("redirect_uri", "").startswith(_LOOPBACK):
            raise LoginError("invalid_request")
        code = secrets.token_urlsafe(24)
        self._codes[code] = Login(person, asked.get("nonce", ""), asked["redirect_uri"], asked["code_challenge"])
        return code

    def begin_on_device(self, asked: Mapping[str, str]) -> tuple[str, str]:
        """Return the code of a device and the one that its user enters.

        Raises:
            LoginError: another client.

        """
        check_client(asked)
        device_code, letters = secrets.token_urlsafe(24), [secrets.choice(_USER_CODE) for _ in range(8)]
        user_code = f"{''.join(letters[:4])}-{''.join(letters[4:])}"
        self._devices[device_code], self._user_codes[user_code] = Login(""), device_code
        return device_code, user_code

    def approve_device(self, person: str, user_code: str) -> None:
        """Log a person in on the device that shows the code.

        Raises:
            LoginError: no device shows it.

        """
        device_code = self._user_codes.pop(user_code, "")
        if device_code not in self._devices:
            raise LoginError("invalid_grant")
        self._devices[device_code] = Login(person)

    def redeem(self, form: Mapping[str, str]) -> tuple[Login, str]:
        """Return the login that a token request is for, and its next refresh token.

        Raises:
            LoginError: the request is refused, or the device's user has not approved yet.

        """
        check_client(form)
        match form.get("grant_type"):
            case "authorization_code":
                login = self._redeem_code(form)
            case "refresh_token":
                login = _take(self._refreshing, form.get("refresh_token", ""))
            case grant if grant == DEVICE_GRANT:
                login = self._redeem_device(form.get("device_code", ""))
            case _:
                raise LoginError("unsupported_grant_type")
        refresh_token = secrets.token_urlsafe(24)
        # A nonce belongs to the first token only (OpenID Connect Core, 12.2).
        self._refreshing[refresh_token] = replace(login, nonce="")
        return login, refresh_token

    def revoke(self, form: Mapping[str, str]) -> None:
        """End the login of a refresh token; of a token that is not known there is nothing to end (RFC 7009, 2.2).

        Raises:
            LoginError: another client.

        """
        check_client(form)
        self._refreshing.pop(form.get("token", ""), None)

    def end(self, asked: Mapping[str, str]) -> str:
        """Return where a browser goes after a logout (OpenID Connect RP-Initiated Logout 1.0).

        Raises:
            LoginError: another client, or a redirect to elsewhere than a loopback port.

        """
        check_client(asked)
        if not asked.get("post_logout_redirect_uri", "").startswith(_LOOPBACK):
            raise LoginError("invalid_request")
        return asked["post_logout_redirect_uri"]

    def _redeem_code(self, form: Mapping[str, str]) -> Login:
        login = _take(self._codes, form.get("code", ""))
        digest = sha256(form.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        if not hmac.compare_digest(challenge, login.challenge) or form.get("redirect_uri") != login.redirect_uri:
            raise LoginError("invalid_grant")
        return login

    def _redeem_device(self, device_code: str) -> Login:
        waiting = self._devices.get(device_code)
        if waiting is not None and not waiting.person:
            raise LoginError("authorization_pending")
        return _take(self._devices, device_code)


def check_client(asked: Mapping[str, str]) -> None:
    """Check which client asks.

    Raises:
        LoginError: it is not `CLIENT_ID`.

    """
    if asked.get("client_id") != CLIENT_ID:
        raise LoginError("invalid_client")


def _take(kept: dict[str, Login], key: str) -> Login:
    found = kept.pop(key, None)
    if found is None:
        raise LoginError("invalid_grant")
    return found
