"""An OpenID provider on loopback, over TLS: what the local stack has in place of a company's and a cluster's own.

One server, several issuers, each with its own key and path. People log in without a password: `login_hint` names them,
or they choose on a page.
"""

import secrets
import ssl
from collections.abc import Mapping, Sequence
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import trustme
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from deploy.local.identity.logins import CLIENT_ID, DEVICE_GRANT, LoginError, Logins
from deploy.local.loopback import Site
from shared.clock import utc_now

_LIFETIME: Final = timedelta(hours=1)
# A page of any origin reads the answers, as with every provider that has browsers as clients; there are no cookies.
_ANY_PAGE: Final = {"Access-Control-Allow-Origin": "*"}
_DEVICE_LIFETIME_S: Final = 600


class IdentityProvider(Site):
    """The issuers by name, and the people who can log in, with their claims. `folder` takes the authority's file.

    `lifetime` is that of the next tokens.
    """

    def __init__(self, folder: Path, issuers: Sequence[str], people: Mapping[str, Mapping[str, Any]]) -> None:
        self.lifetime = _LIFETIME
        authority = trustme.CA(organization_name="Sentinel local stack")
        self.authority_file = folder / "issuers-ca.pem"
        authority.cert_pem.write_to_path(str(self.authority_file))
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(tls)
        self._people = people
        self._logins = {name: Logins() for name in issuers}
        self._keys = {name: RSAKey.generate_key(parameters={"use": "sig"}, auto_kid=True) for name in issuers}
        application = web.Application(middlewares=[_refuse])
        application.add_routes(
            [
                web.get("/{issuer}/.well-known/openid-configuration", self._describe),
                web.get("/{issuer}/jwks", self._publish_keys),
                web.get("/{issuer}/authorize", self._authorize),
                web.post("/{issuer}/device_authorization", self._begin_on_device),
                web.get("/{issuer}/device", self._approve_device),
                web.post("/{issuer}/token", self._issue),
                web.post("/{issuer}/revoke", self._revoke),
                web.get("/{issuer}/end_session", self._end_session),
            ]
        )
        super().__init__(application, tls=tls)

    @property
    def trusted(self) -> ssl.SSLContext:
        """What verifies the provider's certificate."""
        return ssl.create_default_context(cafile=self.authority_file)

    def issuer(self, name: str) -> str:
        """Return an issuer's URL, the `iss` of its tokens."""
        return f"{self.url}/{name}"

    def token(self, name: str, claims: Mapping[str, Any], **header: Any) -> str:
        """Sign a token for its lifetime; `claims` and `header` replace what it says otherwise."""
        now, key = int(utc_now().timestamp()), self._keys[name]
        says = {"iss": self.issuer(name), "aud": CLIENT_ID, "iat": now, "exp": now + int(self.lifetime.total_seconds())}
        return jwt.encode(
            {"alg": "RS256", "typ": "JWT", "kid": key.kid, **header},
            {**says, "jti": secrets.token_urlsafe(12), **claims},
            key,
        )

    def rotate(self, name: str) -> None:
        """Sign with a new key; the old one is no longer published."""
        self._keys[name] = RSAKey.generate_key(parameters={"use": "sig"}, auto_kid=True)

    def _name(self, request: web.Request) -> str:
        name = request.match_info["issuer"]
        if name not in self._keys:
            raise web.HTTPNotFound
        return name

    async def _describe(self, request: web.Request) -> web.Response:
        issuer = self.issuer(self._name(request))
        return web.json_response(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "device_authorization_endpoint": f"{issuer}/device_authorization",
                "token_endpoint": f"{issuer}/token",
                "revocation_endpoint": f"{issuer}/revoke",
                "end_session_endpoint": f"{issuer}/end_session",
                "jwks_uri": f"{issuer}/jwks",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token", DEVICE_GRANT],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                "token_endpoint_auth_methods_supported": ["none"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "email", "profile", "offline_access"],
                "subject_types_supported": ["public"],
            }
        )

    async def _publish_keys(self, request: web.Request) -> web.Response:
        return web.json_response(KeySet([self._keys[self._name(request)]]).as_dict(private=False))

    async def _authorize(self, request: web.Request) -> web.Response:
        name, asked = self._name(request), dict(request.query)
        person = asked.get("login_hint", "")
        if person not in self._people:
            return self._page(request)
        code = self._logins[name].authorize(person, asked)
        answer = {"code": code, "state": asked.get("state", ""), "iss": self.issuer(name)}
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(answer)}")

    async def _begin_on_device(self, request: web.Request) -> web.Response:
        name = self._name(request)
        device_code, user_code = self._logins[name].begin_on_device(await _form(request))
        page = f"{self.issuer(name)}/device"
        return web.json_response(
            {
                "device_code": device_code,
                "user_code": user_code,
                "verification_uri": page,
                "verification_uri_complete": f"{page}?{urlencode({'user_code': user_code})}",
                "expires_in": _DEVICE_LIFETIME_S,
                "interval": 1,
            }
        )

    async def _approve_device(self, request: web.Request) -> web.Response:
        name, person = self._name(request), request.query.get("login_hint", "")
        if person not in self._people:
            return self._page(request)
        self._logins[name].approve_device(person, request.query.get("user_code", ""))
        return web.Response(text="Logged in. Return to the terminal.")

    async def _issue(self, request: web.Request) -> web.Response:
        name = self._name(request)
        login, refresh_token = self._logins[name].redeem(await _form(request))
        nonce = {"nonce": login.nonce} if login.nonce else {}
        token = self.token(name, {"sub": login.person, **self._people[login.person], **nonce})
        answer = {"id_token": token, "access_token": secrets.token_urlsafe(24), "refresh_token": refresh_token}
        lifetime = {"token_type": "Bearer", "expires_in": int(self.lifetime.total_seconds())}
        return web.json_response({**answer, **lifetime}, headers={"cache-control": "no-store"})

    async def _revoke(self, request: web.Request) -> web.Response:
        self._logins[self._name(request)].revoke(await _form(request))
        return web.Response()

    async def _end_session(self, request: web.Request) -> web.Response:
        """Return the browser to where it came from: there is no session of the provider's own to end."""
        raise web.HTTPFound(self._logins[self._name(request)].end(dict(request.query)))

    def _page(self, request: web.Request) -> web.Response:
        """Return a page with a link for each person."""
        links = (
            f'<li><a href="{escape(str(request.rel_url.update_query(login_hint=person)))}">{escape(person)}</a></li>'
            for person in self._people
        )
        page = f"<!doctype html><title>Log in</title><p>Log in to the local stack as</p><ul>{''.join(links)}</ul>"
        return web.Response(text=page, content_type="text/html")


async def _form(request: web.Request) -> dict[str, str]:
    return {name: value for name, value in (await request.post()).items() if isinstance(value, str)}


@web.middleware
async def _refuse(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        answer: web.StreamResponse = await handler(request)
    except LoginError as error:
        return web.json_response({"error": str(error)}, status=400, headers=_ANY_PAGE)
    answer.headers.update(_ANY_PAGE)
    return answer
