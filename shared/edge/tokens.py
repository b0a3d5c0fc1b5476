"""The token of a request: the issuer that the route names, the claims that API Gateway verified, the token's payload.

API Gateway verifies the signature and hands claims over as text. The token in the header is read for the structure that
this loses; its payload counts only where it agrees with what was verified (shared/core/token_identity.py). The token is
neither kept nor repeated.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

from shared.core.issuer import ISSUER_NAME_PATTERN, is_issuer_name
from shared.core.token_identity import TokenClaims
from shared.edge.http_request import AmbiguousError, load_json

_PREFIX: Final = "/as/"
# The routes of an issuer, spelled out: a parameter in the place of its name would let callers choose it.
_ROUTE: Final = re.compile(rf"(?:[A-Z]+ )(/as/(?P<issuer>{ISSUER_NAME_PATTERN}))(?:/.*)?")
# API Gateway takes 10,240 bytes of headers.
_LONGEST: Final = 16 * 1024
_PART: Final = r"[A-Za-z0-9_-]+"
_TOKEN: Final = re.compile(rf"(?:(?i:bearer) )?(?P<header>{_PART})\.(?P<payload>{_PART})\.{_PART}")
_ALGORITHMS: Final = frozenset({"RS256", "RS384", "RS512"})
_DIGEST_LENGTH: Final = 16


class TokenError(Exception):
    """There is no token, or not one that can be read. The message is safe to show: it repeats nothing of it."""


def is_token_path(path: str) -> bool:
    """Whether a path at the API is below the prefix of issuers."""
    return f"{path}/".startswith(_PREFIX)


def split_token_path(route_key: object, path: str) -> tuple[str, str]:
    """Split a path into the issuer's name and the operation's own path.

    Raises:
        TokenError: the route does not name the issuer that the path does.

    """
    found = _ROUTE.fullmatch(str(route_key))
    if found is None or not is_issuer_name(found["issuer"]) or not f"{path}/".startswith(f"{found[1]}/"):
        raise TokenError("the route of this request names no issuer")
    return found["issuer"], path.removeprefix(found[1]) or "/"


def read_token(issuer: str, jwt: object, authorization: str) -> TokenClaims:
    """Read a token's claims from the authorizer's context and from the one Authorization header.

    Raises:
        TokenError: either cannot be read.

    """
    claims = jwt.get("claims") if isinstance(jwt, dict) else None
    if not isinstance(claims, dict) or not all(isinstance(each, str) for each in claims.values()):
        raise TokenError("this request has no verified claims")
    found = _TOKEN.fullmatch(authorization) if len(authorization) <= _LONGEST else None
    if found is None:
        raise TokenError("send one Authorization header with the token, or with Bearer and the token")
    if _decode(found["header"]).get("alg") not in _ALGORITHMS:
        raise TokenError("a token is signed with RS256, RS384 or RS512")
    return TokenClaims(issuer, claims, _decode(found["payload"]))


def token_digest(token: TokenClaims) -> str | None:
    """Digest the token's id, to find it in the issuer's log; None where it has none."""
    token_id = token.payload.get("jti")
    if not isinstance(token_id, str) or not token_id:
        return None
    return hashlib.sha256(token_id.encode(errors="surrogatepass")).hexdigest()[:_DIGEST_LENGTH]


def _decode(part: str) -> Mapping[str, Any]:
    try:
        value = load_json(base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True))
    except (AmbiguousError, binascii.Error, ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise TokenError("the token in the header cannot be read")
    return value
