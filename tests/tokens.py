"""Tokens of issuers, and the events that API Gateway makes of them, written out from AWS's documentation.

Signatures are made up: API Gateway verifies them, and what it hands over is what is tested here.
"""

import base64
import json
from datetime import UTC, datetime
from typing import Any

from shared.core.issuer import Issuer
from shared.core.token_identity import TokenClaims
from tests.gateway_events import http_api_event

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
NOW_S = int(NOW.timestamp())
GITHUB = "https://token.actions.githubusercontent.com"
CORP = "https://login.corp.example"


def github_claims(**changed: Any) -> dict[str, Any]:
    """The claims of a job of acme/app on its main branch; a claim changed to None is left out."""
    claims = {
        "iss": GITHUB,
        "aud": "sentinel",
        "sub": "repo:acme/app:ref:refs/heads/main",
        "exp": NOW_S + 300,
        "iat": NOW_S - 10,
        "nbf": NOW_S - 10,
        "jti": "5b9ea4a3-7ab4-4f24-8b8a-2a5a2f4a7c11",
        "repository": "acme/app",
        "repository_id": "74",
        "repository_owner": "acme",
        "repository_owner_id": "65",
        "event_name": "push",
        "ref": "refs/heads/main",
    }
    return {name: value for name, value in {**claims, **changed}.items() if value is not None}


def corp_claims(**changed: Any) -> dict[str, Any]:
    """The claims of alice at her company's identity provider."""
    claims = {
        "iss": CORP,
        "aud": ["sentinel", "other"],
        "sub": "00u1",
        "exp": NOW_S + 3000,
        "iat": NOW_S - 600,
        "email": "alice@corp.example",
        "email_verified": True,
        "groups": ["payments-oncall", "everyone"],
    }
    return {name: value for name, value in {**claims, **changed}.items() if value is not None}


def github(**changed: Any) -> Issuer:
    document = {
        "version": "1",
        "issuer": GITHUB,
        "audiences": ["sentinel"],
        "kind": "workload",
        "required_claims": {"repository_owner_id": ["65"]},
    }
    return Issuer.model_validate({**document, **changed})


def corp(**changed: Any) -> Issuer:
    document = {
        "version": "1",
        "issuer": CORP,
        "audiences": ["sentinel"],
        "kind": "people",
        "user_claim": "email",
        "groups_claim": "groups",
    }
    return Issuer.model_validate({**document, **changed})


def as_gateway_text(value: Any) -> str:
    """Write a claim as an HTTP API hands it over."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"[{' '.join(map(str, value))}]" if isinstance(value, list) else str(value)


def verified(claims: dict[str, Any]) -> dict[str, str]:
    return {name: as_gateway_text(value) for name, value in claims.items()}


def token_claims(issuer: str, claims: dict[str, Any]) -> TokenClaims:
    return TokenClaims(issuer, verified(claims), claims)


def encode(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def token_of(claims: dict[str, Any], *, alg: str = "RS256", signature: str = "c2lnbmF0dXJl") -> str:
    return f"{encode({'alg': alg, 'kid': 'k1', 'typ': 'JWT'})}.{encode(claims)}.{signature}"


def token_event(
    issuer: str,
    claims: dict[str, Any],
    method: str = "GET",
    path: str = "/",
    query: str = "",
    *,
    authorization: str | None = None,
    headers: dict[str, str] | None = None,
    body: str | None = None,
) -> dict[str, Any]:
    """Payload 2.0 of a route `/as/<issuer>` with a JWT authorizer."""
    sent = {"authorization": token_of(claims) if authorization is None else authorization} | (headers or {})
    event = http_api_event(method, f"/as/{issuer}{path}", query, headers=sent, body=body)
    event["routeKey"] = f"ANY /as/{issuer}/{{proxy+}}"
    event["pathParameters"] = {"proxy": path.removeprefix("/")}
    event["requestContext"]["authorizer"] = {"jwt": {"claims": verified(claims), "scopes": None}}
    return event
