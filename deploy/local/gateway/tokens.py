"""Verifies tokens as an HTTP API's JWT authorizer does, and writes their claims as it hands them over.

API Gateway Developer Guide, "Control access to HTTP APIs with JWT authorizers": signature by the key that the header's
`kid` names, RSA algorithms only; then `iss`, `aud` (or `client_id`, where there is no `aud`), `exp`, `nbf`, `iat`. The
refusals' wording is published for the audience only; the others follow it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError, MissingClaimError
from joserfc.jwk import KeySet, RSAKey
from joserfc.jws import extract_compact

from deploy.local.gateway import refusals
from deploy.local.gateway.issuer_keys import KeysUnavailableError
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import ReceivedRequest

_ALGORITHMS: Final = ("RS256", "RS384", "RS512")
_PREFIX: Final = "Bearer "
_WRONG_AUDIENCE: Final = "the token does not have a valid audience"


class KeySource(Protocol):
    """A source of an issuer's public keys."""

    async def find_keys(self, issuer: str, kid: str, now: datetime) -> KeySet:
        """Return the keys; they include `kid`, if the issuer has published it. Raises KeysUnavailableError."""


@dataclass(frozen=True, slots=True)
class VerifiedToken:
    """The caller, once the token is verified: its claims."""

    claims: Mapping[str, Any] = field(repr=False)

    @property
    def claims_as_text(self) -> Mapping[str, str]:
        """The claims as API Gateway writes them into `requestContext`: text each, an array as `[a b]`."""
        return {name: _as_text(value) for name, value in self.claims.items()}


@dataclass(frozen=True, slots=True)
class TokenAuthorizer:
    """The authorizer of one issuer: it admits the issuer's tokens for one of the audiences."""

    issuer: str
    audiences: tuple[str, ...]
    keys: KeySource = field(repr=False)

    async def verify(self, request: ReceivedRequest, now: datetime) -> VerifiedToken | Refusal:
        """Verify the token in the Authorization header; several such headers are no token."""
        text = (request.header("authorization") or "").removeprefix(_PREFIX)
        if not text:
            return refusals.NO_TOKEN
        try:
            kid = _read_kid(text)
            keys = await self.keys.find_keys(self.issuer, kid, now)
            claims = jwt.decode(text, _rsa_key(keys, kid), algorithms=_ALGORITHMS).claims
        except KeysUnavailableError:
            return refusals.invalid_token("OIDC discovery endpoint communication error")
        except (JoseError, ValueError):
            return refusals.invalid_token("signature is invalid")
        return self._check_claims(claims, now) or VerifiedToken(claims)

    def _check_claims(self, claims: Mapping[str, Any], now: datetime) -> Refusal | None:
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()), iss={"essential": True, "value": self.issuer}, exp={"essential": True}
        )
        try:
            registry.validate(dict(claims))
        except ExpiredTokenError:
            return refusals.invalid_token("the token has expired")
        except (InvalidClaimError, MissingClaimError) as error:
            return refusals.invalid_token(f"the token has no valid {error.claim}")
        audience = claims.get("aud", claims.get("client_id"))
        given = audience if isinstance(audience, list) else [audience]
        return None if set(self.audiences) & set(given) else refusals.invalid_token(_WRONG_AUDIENCE)


def _read_kid(token: str) -> str:
    """Read the name of the key, from a token that is not verified yet.

    Raises:
        ValueError: the token names no key, or is not a token.

    """
    kid = extract_compact(token.encode()).headers().get("kid")
    if not isinstance(kid, str) or not kid:
        raise ValueError("the token names no key")
    return kid


def _rsa_key(keys: KeySet, kid: str) -> RSAKey:
    found = keys.get_by_kid(kid)
    if not isinstance(found, RSAKey):
        raise ValueError("it is no RSA key")  # noqa: TRY004 - the token names it
    return found


def _as_text(value: object) -> str:
    """Write a claim as text. Objects are written as Go prints a map, its keys in order."""
    match value:
        case None:
            return "<nil>"
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case list():
            return f"[{' '.join(map(_as_text, value))}]"
        case dict():
            return f"map[{' '.join(f'{name}:{_as_text(value[name])}' for name in sorted(value))}]"
        case _:
            return str(value)
