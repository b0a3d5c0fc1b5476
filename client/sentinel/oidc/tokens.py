"""Tokens as text: their shape, and what one says of itself. Nothing here verifies a signature."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import orjson

# RFC 7519 in its compact form. API Gateway takes no more than 10,240 bytes of headers.
_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
TOKEN_LIMIT: Final = 10_240


class MalformedTokenError(ValueError):
    """The text is not a token; the message says nothing of it."""


def read_token(text: str) -> str:
    """Read a token, blank space around it aside, as it may stand in a header.

    Raises:
        MalformedTokenError: it is not a signed token in compact form, or is too large for a request.

    """
    token = text.strip()
    if len(token) > TOKEN_LIMIT or not _SHAPE.fullmatch(token):
        raise MalformedTokenError("not a signed token (three parts of base64url) of at most 10 KB")
    return token


def read_claims(token: str) -> Mapping[str, Any]:
    """Read what a token says of itself, for names and times on this machine: it is not verified here.

    Raises:
        MalformedTokenError: it says nothing that can be read.

    """
    payload = token.split(".")[1] if token.count(".") == 2 else ""  # noqa: PLR2004 - header, payload, signature
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (binascii.Error, ValueError):
        claims = None
    if not isinstance(claims, dict):
        raise MalformedTokenError("the token's claims cannot be read")
    return claims


def expiry_of(token: str) -> datetime:
    """Read when a token ends; one that does not say has already.

    Raises:
        MalformedTokenError: it says nothing that can be read.

    """
    expires = read_claims(token).get("exp")
    try:
        return datetime.fromtimestamp(float(expires or 0), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise MalformedTokenError("the token's expiry cannot be read") from None


def identity_of(token: str) -> str:
    """Name whom a token is of, without a secret.

    Raises:
        MalformedTokenError: it says nothing that can be read.

    """
    claims = read_claims(token)
    return f"{claims.get('iss')} {claims.get('sub')}"
