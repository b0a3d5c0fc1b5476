"""Callers with a token, through the real gateway and functions: who they are, and which tokens count for nothing."""

from collections.abc import Mapping
from typing import Any

import aiohttp
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from deploy.local.issuers import PEOPLE, POD
from deploy.local.stack import LocalStack
from shared.clock import utc_now
from tests.e2e.callers import BECAUSE, Caller, hire, outcome
from tests.e2e.local.requests import Answer, send
from tests.forged_tokens import header_of, published_key, signed_with, unsigned, with_claims_of

pytestmark = pytest.mark.asyncio(loop_scope="session")
CAROL: Mapping[str, Any] = {"sub": "carol", **PEOPLE["carol"]}
# The functions put it on every answer, and the gateway on none.
FUNCTIONS = "x-sentinel-request-id"


async def call(
    system: LocalStack, token: str, path: str = "/v1/whoami", *, issuer: str = "corp", **content: Any
) -> Answer:
    """Call below an issuer's prefix, and see that nothing of the token is in a function's log."""
    headers = {"Authorization": f"Bearer {token}", **content.pop("headers", {})}
    answer = await send(content.pop("method", "GET"), f"{system.http_api}/as/{issuer}{path}", headers, **content)
    logged = system.log_file.read_text(encoding="utf-8")
    assert not [part for part in token.split(".")[1:] if part and part in logged]
    return answer


async def test_a_login_and_an_identity_center_session_of_a_name_are_one_user(system: LocalStack) -> None:
    token, carol = system.identity.token("corp", CAROL), Caller(system, "carol")
    with_token, with_keys = (await call(system, token)).body, (await carol.get("/v1/whoami")).body
    assert with_token["user"] == with_keys["user"] == "carol@example.com"
    assert (with_token["authentication"], with_keys["authentication"]) == ("oidc", "sigv4")

    alice, body = await hire(system), b'{"comment": "go"}'
    json_body: dict[str, Any] = {"method": "POST", "body": body, "headers": {"content-type": "application/json"}}
    own, others = await carol.ask("staging"), await alice.ask("staging")
    refused = await call(system, token, f"/v1/requests/{own}/approve", **json_body)
    assert outcome(refused) == (403, "not_permitted"), refused.body
    assert (await call(system, token, f"/v1/requests/{others}/approve", **json_body)).status == 200
    assert (await alice.vend("staging")).status == 200
    await carol.act(own, "cancel")


async def test_a_pod_asks_is_approved_and_gets_credentials_that_say_who_it_is(system: LocalStack) -> None:
    token, carol = system.pod_token_file.read_text(encoding="utf-8"), Caller(system, "carol")
    assert outcome(await call(system, token, "?profile=staging", issuer="pods")) == (403, "approval_required")
    filed = await call(
        system,
        token,
        "/v1/requests",
        issuer="pods",
        method="POST",
        body=f'{{"profile": "staging", "reason": "{BECAUSE}"}}'.encode(),
        headers={"content-type": "application/json"},
    )
    await carol.act(filed.body["request"]["id"], "approve")
    vended = await call(system, token, "?profile=staging", issuer="pods")
    assert vended.status == 200, vended.body
    [line] = [each for each in system.log_file.read_text().splitlines() if vended.body["AccessKeyId"] in each]
    assert f'"pods/{POD}"' in line
    assert '"token_digest"' in line


async def refused_by_the_gateway(system: LocalStack) -> Mapping[str, str]:
    """Make every token that API Gateway refuses."""
    provider, now_s, own = system.identity, int(utc_now().timestamp()), RSAKey.generate_key()
    token, published = provider.token("corp", CAROL), await published_key(provider, "corp")
    kid = header_of(token)["kid"]
    claims = {"iss": provider.issuer("corp"), "aud": "sentinel", "iat": now_s, "exp": now_s + 600, **CAROL}
    public = RSAKey.import_key(published).as_pem(private=False)
    return {
        "alg none": unsigned(token, alg="none", kid=kid),
        "HS256 with the public key": signed_with(public, token, kid=kid),
        "another key under the same kid": jwt.encode({"alg": "RS256", "kid": kid}, claims, own),
        "another kid": provider.token("corp", CAROL, kid="another"),
        "another issuer": provider.token("pods", CAROL),
        "another issuer's name": provider.token("corp", {**CAROL, "iss": provider.issuer("pods")}),
        "another audience": provider.token("corp", {**CAROL, "aud": "another"}),
        "expired": provider.token("corp", {**CAROL, "exp": now_s - 1}),
        "not yet": provider.token("corp", {**CAROL, "nbf": now_s + 3600}),
        "of the future": provider.token("corp", {**CAROL, "iat": now_s + 3600}),
        "altered": with_claims_of(token, provider.token("corp", {**CAROL, "email": "bob@example.com"})),
    }


async def test_what_no_issuer_signed_for_this_prefix_reaches_no_function(system: LocalStack) -> None:
    for name, token in (await refused_by_the_gateway(system)).items():
        for path in ("?profile=dev", "/v1/whoami"):
            answer = await call(system, token, path)
            assert (answer.status, answer.body) == (401, {"message": "Unauthorized"}), name
            assert FUNCTIONS not in answer.headers, name


async def test_two_authorization_headers_reach_no_function(system: LocalStack) -> None:
    carol, dave = (system.identity.token("corp", {"sub": each, **PEOPLE[each]}) for each in ("carol", "dave"))
    headers = [("Authorization", carol), ("Authorization", dave)]
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{system.http_api}/as/corp/v1/whoami", headers=headers) as answer,
    ):
        assert (answer.status, FUNCTIONS in answer.headers) == (401, False)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"email_verified": False}, "email is not verified"),
        ({"email_verified": None}, "email is not verified"),
        ({"email": ["carol@example.com"]}, "no text in the claim email"),
        ({"email": "[carol@example.com bob]"}, "a character that no user's name has"),
        ({"email": "role/admin"}, "a character that no user's name has"),
        ({"email": "federated/carol"}, "a character that no user's name has"),
        ({"email": "pods/carol"}, "a character that no user's name has"),
        ({"email": "с\u0430rol@example.com"}, "a character that no user's name has"),  # noqa: RUF001 - Cyrillic on purpose
        ({"email": "ｃarol@example.com"}, "a character that no user's name has"),  # noqa: RUF001 - full width on purpose
        ({"sub": ""}, "the token has no subject"),
    ],
)
async def test_a_signed_token_that_could_be_taken_for_someone_else_is_refused(
    system: LocalStack, claims: dict[str, Any], why: str
) -> None:
    token = system.identity.token("corp", {**CAROL, **claims})
    for path in ("?profile=staging", "/v1/whoami"):
        answer = await call(system, token, path)
        assert outcome(answer) == (403, "unknown_caller"), answer.body
        assert why in answer.body["message"]
        assert not [
            each for each in claims.values() if isinstance(each, str) and each and each in answer.body["message"]
        ]


@pytest.mark.parametrize(
    "subject",
    ["system:serviceaccount:evil:deploy", "system:serviceaccount:shop:a/b", "role/admin", "system:serviceaccount:shop"],
)
async def test_another_workload_of_the_same_issuer_with_this_audience_is_refused(
    system: LocalStack, subject: str
) -> None:
    token = system.identity.token("pods", {"sub": subject})
    answer = await call(system, token, "?profile=staging", issuer="pods")
    assert outcome(answer) == (403, "unknown_caller")
    assert "the issuer's document requires another value of the claim sub" in answer.body["message"]


@pytest.mark.parametrize(
    ("groups", "known"),
    [
        ([f"g{number}" for number in range(200)], 200),
        ([f"g{number}" for number in range(201)], 0),
        ("platform", 0),
        ("[platform on-call]", 0),
        (["platform", ["on-call"]], 0),
    ],
)
async def test_groups_are_known_from_a_list_that_is_not_too_long(system: LocalStack, groups: Any, known: int) -> None:
    answer = await call(system, system.identity.token("corp", {**CAROL, "groups": groups}))
    assert answer.status == 200
    assert len(answer.body["groups"]) == known


async def test_a_token_that_makes_the_headers_too_long_is_refused_as_by_api_gateway(system: LocalStack) -> None:
    groups = [f"a-group-with-a-long-name-{number:03}-{'x' * 40}" for number in range(150)]
    answer = await call(system, system.identity.token("corp", {**CAROL, "groups": groups}))
    assert (answer.status, FUNCTIONS in answer.headers) == (431, False)
