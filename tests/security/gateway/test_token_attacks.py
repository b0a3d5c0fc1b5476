"""Tokens that a gateway must refuse, at a gateway on loopback with two issuers of the local provider."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import RSAKey
from yarl import URL

from deploy.local.gateway.authentication import RememberedCredentials
from deploy.local.gateway.endpoints import Endpoint, EndpointKind
from deploy.local.gateway.issuer_keys import IssuerKeys, KeysUnavailableError
from deploy.local.gateway.server import Gateway
from deploy.local.gateway.tokens import TokenAuthorizer
from deploy.local.identity.provider import IdentityProvider
from shared.clock import utc_now
from tests.forged_tokens import header_of, published_key, signed_with, unsigned, with_claims_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


def now_s() -> int:
    """Read the clock when it matters: the import may be longer ago than a token lives."""
    return int(utc_now().timestamp())


ALICE = {"sub": "alice"}


@dataclass
class Recorder:
    """A function that keeps its events."""

    events: list[dict[str, Any]] = field(default_factory=list)

    async def invoke(self, event: bytes, *, request_id: str, trace_id: str) -> bytes:  # noqa: ARG002
        self.events.append(json.loads(event))
        return b'{"statusCode": 200, "body": "{}"}'


class NoCredentials:
    async def find_credential(self, access_key_id: str, action: str, resource: str) -> Any:  # noqa: ARG002
        return "unknown"


@dataclass
class Front:
    """The gateway, the provider and the functions behind."""

    gateway: Gateway
    provider: IdentityProvider
    vend: Recorder
    admin: Recorder

    async def call(self, path: str, *authorization: str) -> tuple[int, str, Any]:
        """Give status, challenge and body."""
        url = f"{self.gateway.url(EndpointKind.HTTP_API)}{path}"
        headers = [("Authorization", value) for value in authorization]
        async with aiohttp.ClientSession() as session, session.get(URL(url, encoded=True), headers=headers) as answer:
            return answer.status, answer.headers.get("www-authenticate", ""), await answer.json(content_type=None)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def front(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    folder: Path = tmp_path_factory.mktemp("provider")
    provider = await IdentityProvider(folder, ["corp", "pods"], {}).open()
    keys = IssuerKeys(provider.trusted)
    issuers = {name: TokenAuthorizer(provider.issuer(name), ("sentinel", "other"), keys) for name in ("corp", "pods")}
    vend, admin = Recorder(), Recorder()
    gateway = Gateway({"vend": vend, "admin": admin}, RememberedCredentials(NoCredentials()), issuers)
    await gateway.open([Endpoint(EndpointKind.HTTP_API, "a1b2c3d4e5", "111122223333", "eu-central-1")], {})
    yield Front(gateway, provider, vend, admin)
    await gateway.close()
    await provider.close()


async def refused(front: Front, token: str, why: str = "", path: str = "/as/corp") -> None:
    before = len(front.vend.events)
    status, challenge, body = await front.call(path, token)
    assert (status, body) == (401, {"message": "Unauthorized"})
    assert challenge.startswith('Bearer scope="" error="invalid_token" error_description="')
    assert why in challenge
    assert len(front.vend.events) == before


async def test_a_token_is_handed_over_with_and_without_bearer(front: Front) -> None:
    token = front.provider.token("corp", ALICE)
    for value in (token, f"Bearer {token}"):
        assert (await front.call("/as/corp?profile=dev", value))[0] == 200
        event = front.vend.events[-1]
        assert event["headers"]["authorization"] == value
        assert event["requestContext"]["authorizer"].keys() == {"jwt"}
        assert event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"] == "alice"


async def test_a_call_without_a_token_is_refused(front: Front) -> None:
    assert await front.call("/as/corp") == (401, "Bearer", {"message": "Unauthorized"})
    await refused(front, "Bearer ")


async def test_alg_none_is_refused(front: Front) -> None:
    token = front.provider.token("corp", ALICE)
    kid = header_of(token)["kid"]
    for alg in ("none", "None", "NONE"):
        await refused(front, unsigned(token, alg=alg, kid=kid))
    await refused(front, unsigned(token, kid=kid))


async def test_hs256_with_the_public_key_is_refused(front: Front) -> None:
    published = await published_key(front.provider, "corp")
    public = RSAKey.import_key(published)
    for secret in (public.as_pem(private=False), published["n"].encode(), json.dumps(published).encode()):
        await refused(front, signed_with(secret, front.provider.token("corp", ALICE), kid=published["kid"]))


async def test_another_key_is_refused_under_any_name(front: Front) -> None:
    token = front.provider.token("corp", ALICE)
    kid = header_of(token)["kid"]
    own = RSAKey.generate_key()
    claims = {"iss": front.provider.issuer("corp"), "aud": "sentinel", "iat": now_s(), "exp": now_s() + 600, **ALICE}
    for name in (kid, "another", ""):
        await refused(front, jwt.encode({"alg": "RS256", "kid": name}, claims, own))
    await refused(front, jwt.encode({"alg": "RS256"}, claims, own))


async def test_a_token_that_names_no_key_is_refused_even_with_the_only_key(front: Front) -> None:
    for kid in ("", "another"):
        await refused(front, front.provider.token("corp", ALICE, kid=kid))
    claims = {"iss": front.provider.issuer("corp"), "aud": "sentinel", "iat": now_s(), "exp": now_s() + 600, **ALICE}
    await refused(front, jwt.encode({"alg": "RS256"}, claims, front.provider._keys["corp"]))


async def test_a_key_in_the_tokens_own_header_is_not_used(front: Front) -> None:
    own = RSAKey.generate_key(auto_kid=True)
    claims = {"iss": front.provider.issuer("corp"), "aud": "sentinel", "iat": now_s(), "exp": now_s() + 600, **ALICE}
    header = {"alg": "RS256", "kid": own.kid, "jwk": own.as_dict(private=False), "jku": "https://localhost:1/jwks"}
    await refused(front, jwt.encode(header, claims, own))


async def test_expired_and_future_tokens_are_refused(front: Front) -> None:
    await refused(front, front.provider.token("corp", ALICE | {"exp": now_s() - 1}), "the token has expired")
    await refused(front, front.provider.token("corp", ALICE | {"nbf": now_s() + 3600}), "nbf")
    await refused(front, front.provider.token("corp", ALICE | {"iat": now_s() + 3600}), "iat")
    await refused(front, front.provider.token("corp", ALICE | {"exp": None}), "exp")
    claims = {"iss": front.provider.issuer("corp"), "aud": "sentinel", "iat": now_s(), **ALICE}
    key = front.provider._keys["corp"]
    await refused(front, jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key), "exp")
    await refused(front, front.provider.token("corp", ALICE | {"exp": str(now_s() + 3600)}), "exp")


async def test_another_issuers_token_is_refused_on_this_prefix(front: Front) -> None:
    token = front.provider.token("pods", ALICE)
    await refused(front, token)
    assert (await front.call("/as/pods", token))[0] == 200
    await refused(front, front.provider.token("corp", ALICE | {"iss": front.provider.issuer("pods")}), "iss")
    await refused(front, front.provider.token("corp", ALICE | {"iss": f"{front.provider.issuer('corp')}/"}), "iss")


async def test_another_audience_is_refused(front: Front) -> None:
    for audience in ("sentine", "Sentinel", ["a", "b"], [], ""):
        token = front.provider.token("corp", ALICE | {"aud": audience})
        await refused(front, token, "the token does not have a valid" if isinstance(audience, list) else "audience")


async def test_client_id_counts_only_where_there_is_no_audience(front: Front) -> None:
    both = front.provider.token("corp", ALICE | {"aud": "another", "client_id": "sentinel"})
    await refused(front, both, "audience")
    claims = {
        "iss": front.provider.issuer("corp"),
        "iat": now_s(),
        "exp": now_s() + 600,
        "client_id": "sentinel",
        **ALICE,
    }
    key = front.provider._keys["corp"]
    assert (await front.call("/as/corp", jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)))[0] == 200


async def test_two_authorization_headers_are_no_token(front: Front) -> None:
    token = front.provider.token("corp", ALICE)
    other = front.provider.token("corp", {"sub": "bob"})
    for pair in ((token, other), (token, token), (f"Bearer {token}", ""), ("", f"Bearer {token}")):
        before = len(front.vend.events)
        assert (await front.call("/as/corp", *pair))[0] == 401
        assert len(front.vend.events) == before


async def test_altered_claims_are_refused(front: Front) -> None:
    alice, bob = front.provider.token("corp", ALICE), front.provider.token("corp", {"sub": "bob"})
    await refused(front, with_claims_of(alice, bob))
    await refused(front, "not.a.token")
    await refused(front, "x")


async def test_a_token_is_no_signature_and_a_signature_no_token(front: Front) -> None:
    status, _, _ = await front.call("/?profile=dev", f"Bearer {front.provider.token('corp', ALICE)}")
    assert status == 403
    await refused(front, "AWS4-HMAC-SHA256 Credential=AKIAX/20261128/eu-central-1/execute-api/aws4_request")


async def test_an_issuer_without_routes_is_not_found(front: Front) -> None:
    token = front.provider.token("corp", ALICE)
    for path in ("/as", "/as/", "/as/other", "/as/other/v1/whoami", "/as/CORP", "/as/cor%70", "//as/corp"):
        assert (await front.call(path, token))[0] == 404


async def test_a_new_key_is_fetched_when_a_token_names_it_and_a_withdrawn_one_is_kept(front: Front) -> None:
    old = front.provider.token("corp", ALICE)
    assert (await front.call("/as/corp", old))[0] == 200
    front.provider.rotate("corp")
    assert (await front.call("/as/corp", old))[0] == 200
    assert (await front.call("/as/corp", front.provider.token("corp", ALICE)))[0] == 200
    await refused(front, old)


async def test_an_issuer_whose_keys_are_not_its_own_or_not_there_admits_no_one(front: Front) -> None:
    """A certificate that is not trusted, no answer, and a description of another issuer."""
    corp = front.provider.issuer("corp")
    for issuer, keys in (
        (corp, IssuerKeys()),
        ("https://localhost:1/corp", IssuerKeys(front.provider.trusted)),
        (f"{corp}/", IssuerKeys(front.provider.trusted)),
    ):
        with pytest.raises(KeysUnavailableError):
            await keys.find_keys(issuer, "one", utc_now())


async def test_no_token_is_shown_by_what_holds_it(front: Front) -> None:
    token = front.provider.token("corp", {"sub": "alice", "secret": "planted"})
    authorizer = TokenAuthorizer("https://issuer.example", ("sentinel",), IssuerKeys())
    assert "planted" not in repr(authorizer)
    status, challenge, body = await front.call("/as/corp", f"Bearer  {token}")
    assert status == 401
    assert token not in f"{challenge}{body}"
