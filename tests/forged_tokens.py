"""Tokens that no issuer signed as they are, made of one that it did."""

import base64
import hmac
import json
from typing import Any

import aiohttp

from deploy.local.identity.provider import IdentityProvider


def header_of(token: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(f"{token.split('.', maxsplit=1)[0]}=="))
    return found


def unsigned(token: str, **header: str) -> str:
    """Replace a token's header and drop its signature."""
    written = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    return f"{written}.{token.split('.')[1]}."


def signed_with(secret: bytes, token: str, **header: str) -> str:
    """Sign by hand with HS256: the library refuses to take a public key for a secret."""
    signed = unsigned(token, **{"alg": "HS256", **header}).rpartition(".")[0]
    signature = hmac.digest(secret, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def with_claims_of(token: str, other: str) -> str:
    """Put another token's claims below a token's signature."""
    header, _, signature = token.split(".")
    return f"{header}.{other.split('.')[1]}.{signature}"


async def published_key(provider: IdentityProvider, issuer: str) -> dict[str, Any]:
    """Fetch the one key that an issuer publishes, as anyone can."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{provider.issuer(issuer)}/jwks", ssl=provider.trusted) as answer,
    ):
        (published,) = (await answer.json())["keys"]
    found: dict[str, Any] = published
    return found
