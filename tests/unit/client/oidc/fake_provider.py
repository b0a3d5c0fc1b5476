"""An OpenID provider of one test, on loopback: code flow with PKCE, refresh with rotation, device flow, revocation.

What it answers can be changed, to attack the client with it.
"""

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, cast

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from shared.clock import utc_now

CLIENT = "sentinel-cli"
SUBJECT = "00u1"


@cache
def rsa_key(kid: str = "k1") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid}, private=True)


def unsigned(claims: dict[str, Any]) -> str:
    return (
        ".".join(
            base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
            for part in ({"alg": "none"}, claims)
        )
        + ".c2ln"
    )


@dataclass
class FakeProvider:
    url: str = ""
    life_s: int = 3600
    claims: dict[str, Any] = field(default_factory=dict)  # instead of the right ones; None leaves a claim out
    metadata: dict[str, Any] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] = field(
        default=lambda claims: jwt.encode({"alg": "RS256", "kid": "k1"}, claims, rsa_key())
    )
    token_answer: Callable[[], web.Response] | None = None
    answer_issuer: str | None = None  # `iss` of the authorization response; None is the right one
    device_answers: list[str] = field(default_factory=list)
    rotates: bool = True
    codes_are_used: bool = False  # a code has been redeemed by someone else before
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    device_refusal: str = ""
    issued: list[str] = field(default_factory=list)
    refresh_tokens: set[str] = field(default_factory=set)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def posts(self, path: str) -> list[dict[str, str]]:
        return [form for asked, form in self.asked if asked == path]

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.asked.append((request.path, form or dict(request.query)))
        match request.path:
            case "/.well-known/openid-configuration":
                return web.json_response(self._metadata())
            case "/jwks":
                return web.json_response({"keys": [rsa_key().as_dict(private=False)]})
            case "/authorize":
                return self._authorize(dict(request.query))
            case "/token":
                return self.token_answer() if self.token_answer else self._token(form)
            case "/revoke":
                self.revoked.append(form["token"])
                return web.Response()
            case "/device":
                if self.device_refusal:
                    return web.json_response({"error": self.device_refusal}, status=400)
                answer = {
                    "device_code": "device-code",
                    "user_code": "WDJB-MJHT",
                    "verification_uri": f"{self.url}/activate",
                }
                return web.json_response({**answer, "expires_in": 600, "interval": 1})
        return web.Response(status=404)

    def _metadata(self) -> dict[str, Any]:
        endpoints = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        endpoints |= {"revocation_endpoint": "revoke", "device_authorization_endpoint": "device"}
        found: dict[str, Any] = {"issuer": self.url, **{name: f"{self.url}/{path}" for name, path in endpoints.items()}}
        found |= {
            "authorization_response_iss_parameter_supported": True,
            "scopes_supported": ["openid", "offline_access"],
        }
        return {name: value for name, value in (found | self.metadata).items() if value is not None}

    def _authorize(self, query: dict[str, str]) -> web.Response:
        code = secrets.token_urlsafe(16)
        if not self.codes_are_used:
            self._codes[code] = query
        issuer = self.url if self.answer_issuer is None else self.answer_issuer
        location = f"{query['redirect_uri']}?code={code}&state={query['state']}" + (f"&iss={issuer}" if issuer else "")
        return web.Response(status=302, headers={"Location": location})

    def _token(self, form: dict[str, str]) -> web.Response:
        match form["grant_type"]:
            case "authorization_code":
                begun = self._codes.pop(form["code"], None)  # a code is good once
                digest = hashlib.sha256(form["code_verifier"].encode()).digest()
                challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
                if (
                    begun is None
                    or begun["code_challenge"] != challenge
                    or begun["redirect_uri"] != form["redirect_uri"]
                ):
                    return web.json_response({"error": "invalid_grant"}, status=400)
                return self._tokens({"nonce": begun["nonce"]})
            case "refresh_token":
                if form["refresh_token"] not in self.refresh_tokens:
                    return web.json_response({"error": "invalid_grant"}, status=400)
                if self.rotates:
                    self.refresh_tokens.discard(form["refresh_token"])
                return self._tokens({})
            case _:
                said = self.device_answers.pop(0) if self.device_answers else ""
                return web.json_response({"error": said}, status=400) if said else self._tokens({})

    def _tokens(self, bound: dict[str, str]) -> web.Response:
        answer = {
            "access_token": "opaque",
            "token_type": "Bearer",
            "expires_in": self.life_s,
            "id_token": self.id_token(bound),
        }
        if self.rotates or not self.refresh_tokens:
            answer["refresh_token"] = secrets.token_urlsafe(16)
            self.refresh_tokens.add(str(answer["refresh_token"]))
        return web.json_response(answer)

    def id_token(self, bound: dict[str, Any]) -> str:
        now = int(utc_now().timestamp())
        right = {"iss": self.url, "aud": CLIENT, "sub": SUBJECT, "iat": now, "exp": now + self.life_s}
        right |= {"email": "alice@example.com", "email_verified": True, "jti": secrets.token_hex(8)}
        claims = {name: value for name, value in (right | bound | self.claims).items() if value is not None}
        token = self.sign(claims)
        self.issued.append(token)
        return token


@dataclass
class FakeGateway:
    """A server behind whose routes the tokens of one provider are taken."""

    provider: FakeProvider
    url: str = ""
    accepts: Callable[[str], bool] = field(default=lambda _: True)
    requests: list[tuple[str, str]] = field(default_factory=list)  # path and Authorization
    moved_to: str | None = None

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        authorization = request.headers.get("Authorization", "")
        self.requests.append((request.path, authorization))
        if self.moved_to:
            return web.Response(status=302, headers={"Location": self.moved_to})
        token = authorization.removeprefix("Bearer ")
        if not f"{request.path}/".startswith("/as/corp/") or not self.accepts(token):
            return web.json_response({"message": "Unauthorized"}, status=401)
        if request.path == "/as/corp/v1/whoami":
            facts = {
                "user": "corp/alice@example.com",
                "kind": "oidc-person",
                "account": "",
                "arn": f"oidc/corp/{SUBJECT}",
            }
            return web.json_response(
                {**facts, "authentication": "oidc", "issuer": "corp", "subject": SUBJECT, "groups": ["corp/ops"]}
            )
        answer = {"AccessKeyId": "ASIAVENDED0000000001", "SecretAccessKey": "s", "Token": "t"}
        return web.json_response({**answer, "Expiration": "2999-01-01T00:00:00Z"})


@asynccontextmanager
async def serving(answer: Any) -> AsyncIterator[str]:
    runner = web.ServerRunner(web.Server(answer, access_log=None), shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{cast('Any', runner.addresses[0])[1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def running_provider() -> AsyncIterator[FakeProvider]:
    provider = FakeProvider()
    async with serving(provider.answer) as provider.url:
        yield provider


@asynccontextmanager
async def running_gateway(provider: FakeProvider) -> AsyncIterator[FakeGateway]:
    gateway = FakeGateway(provider)
    async with serving(gateway.answer) as gateway.url:
        yield gateway


async def in_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    """Run what blocks, while the servers answer on this loop."""
    return await asyncio.to_thread(work, *arguments)
