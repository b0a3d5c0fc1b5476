"""One identity provider and our public client of it: authlib speaks the protocol, over our own connection.

A public client has no secret: PKCE (RFC 7636) binds a code to the login that asked for it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Self

from authlib.common.security import generate_token
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc8628 import DEVICE_CODE_GRANT_TYPE
from pydantic import ValidationError

from sentinel.errors import ProviderError, printable
from sentinel.oidc.connection import Connection, check_url
from sentinel.oidc.id_token import Expected, verify_id_token
from sentinel.oidc.metadata import DeviceAnswer, Metadata, read_metadata, required

_DEFAULT_SCOPES: Final = ("openid", "email", "profile")
_OFFLINE: Final = "offline_access"
# The codes of OAuth are words; anything else of an answer is not repeated.
_CODE: Final = re.compile(r"[a-z_]{1,64}")
_SECRET_LENGTH: Final = 64


class EndedError(ProviderError):
    """The refresh token is no longer accepted: the login has ended."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Verified tokens, and what the ID token says."""

    id_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Authorization:
    """A login under way: where the browser goes, and what its answer must match."""

    url: str = field(repr=False)
    redirect_uri: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Device:
    """A device login under way (RFC 8628): what the person enters where, and until when."""

    user_code: str
    verification_uri: str
    code: str = field(repr=False)
    interval: timedelta
    life: timedelta


@dataclass(frozen=True, slots=True)
class Provider:
    """Blocks. Every error is a ProviderError, and none repeats a token or a code."""

    metadata: Metadata
    client_id: str
    connection: Connection
    now: Callable[[], datetime]

    @classmethod
    def discover(cls, issuer_url: str, client_id: str, connection: Connection, now: Callable[[], datetime]) -> Self:
        """Read the provider's metadata, which must be that of exactly this issuer."""
        return cls(read_metadata(issuer_url, connection), client_id, connection, now)

    def begin(self, redirect_uri: str, scopes: tuple[str, ...]) -> Authorization:
        """Make the URL of an authorization request (code flow, PKCE by S256)."""
        endpoint = required(self.metadata.authorization_endpoint, "log in by a browser")
        state, nonce, verifier = (generate_token(_SECRET_LENGTH) for _ in range(3))
        with self._client() as client:
            url, _ = client.create_authorization_url(
                endpoint,
                state=state,
                code_verifier=verifier,
                nonce=nonce,
                redirect_uri=redirect_uri,
                scope=" ".join(self._scopes(scopes)),
            )
        return Authorization(url, redirect_uri, state, nonce, verifier)

    def redeem(self, begun: Authorization, code: str) -> Tokens:
        """Redeem the code of an authorization response, whose state has been compared."""
        with self._client() as client:
            answer = client.fetch_token(
                self._token_endpoint(),
                grant_type="authorization_code",
                code=code,
                code_verifier=begun.verifier,
                redirect_uri=begun.redirect_uri,
            )
        return self._verified(answer, Expected(self.metadata.issuer, self.client_id, begun.nonce))

    def refresh(self, refresh_token: str, subject: str) -> Tokens:
        """Renew the tokens. A provider that rotates gives another refresh token, and the old one is then worthless.

        Raises:
            EndedError: the refresh token is no longer accepted.
            ProviderError: any other failure: the tokens are as they were.

        """
        with self._client() as client:
            answer = client.refresh_token(self._token_endpoint(), refresh_token=refresh_token)
        return self._verified(answer, Expected(self.metadata.issuer, self.client_id, subject=subject))

    def revoke(self, refresh_token: str) -> bool:
        """Revoke the refresh token (RFC 7009); False if the provider has no endpoint for it."""
        endpoint = self.metadata.revocation_endpoint
        if endpoint is None:
            return False
        check_url(endpoint)
        with self._client() as client:
            client.revoke_token(endpoint, token=refresh_token, token_type_hint="refresh_token").raise_for_status()  # noqa: S106 - the name of a kind
        return True

    def begin_device(self, scopes: tuple[str, ...]) -> Device:
        """Ask for a code that the person enters on another device (RFC 8628)."""
        endpoint = required(self.metadata.device_authorization_endpoint, "log in with --device")
        check_url(endpoint)
        form = {"client_id": self.client_id, "scope": " ".join(self._scopes(scopes))}
        answer = self.connection.post(endpoint, form)
        if code := answer.error_code:
            raise _refused(code)
        answer.raise_for_status()
        try:
            said = DeviceAnswer.model_validate_json(answer.body)
        except ValidationError:
            raise ProviderError("the identity provider's answer has no device code") from None
        return Device(
            printable(said.user_code),
            printable(said.verification_uri),
            said.device_code,
            timedelta(seconds=said.interval),
            timedelta(seconds=said.expires_in),
        )

    def poll_device(self, device: Device) -> Tokens | timedelta:
        """Ask once whether the person has logged in; if not yet, return how much longer to wait between questions."""
        try:
            with self._client() as client:
                answer = client.fetch_token(
                    self._token_endpoint(), grant_type=DEVICE_CODE_GRANT_TYPE, device_code=device.code
                )
        except _PendingError as pending:
            return pending.longer
        return self._verified(answer, Expected(self.metadata.issuer, self.client_id))

    def _verified(self, answer: Mapping[str, Any], expected: Expected) -> Tokens:
        found = self.connection.get(self.metadata.jwks_uri)
        found.raise_for_status()
        try:
            keys = found.json()
        except ValueError:
            raise ProviderError("the identity provider's keys cannot be read") from None
        token, claims = verify_id_token(answer, keys, expected, self.now())
        refresh_token = answer.get("refresh_token")
        return Tokens(token, refresh_token if isinstance(refresh_token, str) else None, claims)

    def _scopes(self, asked: tuple[str, ...]) -> tuple[str, ...]:
        if asked:
            return asked
        return (*_DEFAULT_SCOPES, *((_OFFLINE,) if _OFFLINE in self.metadata.scopes_supported else ()))

    def _token_endpoint(self) -> str:
        check_url(self.metadata.token_endpoint)
        return self.metadata.token_endpoint

    @contextmanager
    def _client(self) -> Iterator[Any]:
        """Give the library's client for one step; what the provider refuses becomes our error."""
        try:
            yield OAuth2Client(self.connection, client_id=self.client_id, code_challenge_method="S256")
        except OAuth2Error as error:
            raise _refused(str(error.error)) from None
        except ValueError:
            raise ProviderError("the identity provider's answer cannot be read") from None


class _PendingError(ProviderError):
    def __init__(self, longer: timedelta) -> None:
        super().__init__("the person has not logged in yet")
        self.longer = longer


def _refused(code: str) -> ProviderError:
    match code:
        case "authorization_pending":
            return _PendingError(timedelta(0))
        case "slow_down":
            return _PendingError(timedelta(seconds=5))
        case "invalid_grant":
            return EndedError("the identity provider no longer accepts this login", "sentinel login")
        case _:
            said = code if _CODE.fullmatch(code) else "an error without a name"
            return ProviderError(f"the identity provider refused: {said}", "check oidc_client_id and oidc_scopes")
