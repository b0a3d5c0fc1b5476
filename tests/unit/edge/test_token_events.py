"""Events of callers with a token: what is accepted as one, and everything that is refused before a document is read."""

import base64
import json
from typing import Any

import pytest

from shared.edge.audit.line import AuditLine
from shared.edge.audit.writing import render
from shared.edge.caller_facts import note_caller
from shared.edge.error_codes import Code
from shared.edge.events import AcceptedApis, parse_event
from shared.edge.http_request import HttpRequest
from shared.edge.responses import Refusal
from tests.gateway_events import ACCOUNT, API_ID, http_api_event, rest_api_event
from tests.tokens import NOW, encode, github_claims, token_event, token_of, verified

ACCEPTED = AcceptedApis({API_ID}, ACCOUNT)
IAM = {"iam": {"userArn": f"arn:aws:iam::{ACCOUNT}:user/alice", "accountId": ACCOUNT}}


def accept(event: object) -> HttpRequest:
    request = parse_event(event, ACCEPTED)
    assert isinstance(request, HttpRequest), request
    return request


def refuse(event: object) -> Refusal:
    refusal = parse_event(event, ACCEPTED)
    assert isinstance(refusal, Refusal)
    return refusal


def event_of(**changed: Any) -> dict[str, Any]:
    return token_event("github", github_claims(), query="profile=deploy", **changed)


def test_a_token_makes_a_caller_without_account_or_key() -> None:
    request = accept(event_of())
    caller = request.caller
    assert (request.path, request.query) == ("/", {"profile": "deploy"})
    assert (caller.arn, caller.account) == ("oidc/github/repo:acme/app:ref:refs/heads/main", "")
    assert (caller.access_key_id, caller.source_ip) == ("", "198.51.100.7")
    assert caller.token is not None
    assert (caller.token.issuer, caller.token.verified) == ("github", verified(github_claims()))
    assert caller.token.payload == github_claims()


@pytest.mark.parametrize("path", ["/", "/profiles", "/v1/requests", "/v1/requests/abc/approve"])
def test_below_the_prefix_are_the_operations_of_the_root(path: str) -> None:
    assert accept(event_of(path=path)).path == path


@pytest.mark.parametrize("route", ["ANY /as/github", "ANY /as/github/", "GET /as/github/{proxy+}"])
def test_each_of_an_issuers_routes_names_it(route: str) -> None:
    event = event_of()
    event["routeKey"] = route
    event["pathParameters"] = {"proxy": ""} if "proxy" in route else None
    assert accept(event).path == "/"


def test_the_prefix_is_below_stage_and_base_path() -> None:
    event = event_of(path="/profiles")
    event["requestContext"]["stage"] = "live"
    event["rawPath"] = f"/live{event['rawPath']}"
    assert accept(event).path == "/profiles"
    event["requestContext"]["domainName"] = "sentinel.corp.example"
    event["rawPath"] = event["rawPath"].replace("/live", "/tools")
    assert accept(event).path == "/profiles"


@pytest.mark.parametrize("scheme", ["", "Bearer ", "bearer ", "BEARER "])
def test_a_token_is_sent_alone_or_as_bearer(scheme: str) -> None:
    accept(event_of(authorization=f"{scheme}{token_of(github_claims())}"))


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Basic YTpi",
        f"{token_of(github_claims())},{token_of(github_claims())}",
        f"Bearer {token_of(github_claims())}, Bearer {token_of(github_claims())}",
        f"Bearer  {token_of(github_claims())}",
        f"{token_of(github_claims())}\n",
        f"{token_of(github_claims())}.more",
        f"{encode({'alg': 'RS256'})}.{encode(github_claims())}",
        f"{encode({'alg': 'RS256'})}.{encode(github_claims())}.",
        f"{encode({'alg': 'RS256'})}.!!!.c2ln",
        f"{encode({'alg': 'RS256'})}.YQ.c2ln",
        f"{encode({'alg': 'RS256'})}.bnVsbA.c2ln",
        f"{encode({'alg': 'RS256'})}.W10.c2ln",
        token_of({"sub": "x" * 20_000}),
    ],
)
def test_anything_but_one_token_is_refused_without_repeating_it(authorization: str) -> None:
    refusal = refuse(event_of(authorization=authorization))
    assert refusal.code is Code.UNKNOWN_CALLER
    assert "Sentinel does not accept this token" in refusal.message
    assert len(authorization) < 7 or authorization not in refusal.message


def test_two_authorization_headers_are_refused() -> None:
    event = event_of()
    event["headers"]["Authorization"] = token_of(github_claims())
    assert refuse(event).code is Code.UNKNOWN_CALLER


@pytest.mark.parametrize("alg", ["none", "None", "HS256", "ES256", "", "rs256"])
def test_a_token_that_rsa_did_not_sign_is_refused(alg: str) -> None:
    """API Gateway refuses it before: this is for a route that is wired to another authorizer."""
    assert "RS256" in refuse(event_of(authorization=token_of(github_claims(), alg=alg))).message


def test_a_payload_in_which_a_claim_occurs_twice_is_refused() -> None:
    twice = json.dumps(github_claims())[:-1] + ', "sub": "repo:evil/app"}'
    header, _, signature = token_of({}).split(".")
    payload = base64.urlsafe_b64encode(twice.encode()).rstrip(b"=").decode()
    assert "cannot be read" in refuse(event_of(authorization=f"{header}.{payload}.{signature}")).message


@pytest.mark.parametrize(
    "authorizer",
    [
        None,
        {},
        IAM,
        {"jwt": None},
        {"jwt": {}},
        {"jwt": {"claims": None}},
        {"jwt": {"claims": ["sub"]}},
        {"jwt": {"claims": {"exp": 5}}},
        {"lambda": {"claims": {"sub": "x"}}},
        {"claims": {"sub": "x"}},
        {**IAM, "jwt": {"claims": verified(github_claims())}},
        {"lambda": {}, "jwt": {"claims": verified(github_claims())}},
    ],
)
def test_the_prefix_is_accepted_with_verified_claims_only(authorizer: Any) -> None:
    event = event_of()
    event["requestContext"]["authorizer"] = authorizer
    assert refuse(event).code is Code.UNKNOWN_CALLER


@pytest.mark.parametrize(
    "route",
    [
        "ANY /as/{issuer}/{proxy+}",
        "ANY /as/corp/{proxy+}",
        "ANY /{proxy+}",
        "$default",
        "ANY /as/role/{proxy+}",
        "ANY /as/github/{proxy+}/x",
        "ANY /as/git",
        "",
        None,
    ],
)
def test_a_route_that_does_not_name_the_issuer_of_the_path_is_refused(route: Any) -> None:
    event = event_of()
    event["routeKey"] = route
    refusal = refuse(event)
    assert refusal.code in (Code.UNKNOWN_CALLER, Code.INVALID_REQUEST)


def test_a_token_at_the_root_is_refused() -> None:
    event = http_api_event(query="profile=deploy", headers={"authorization": token_of(github_claims())})
    event["requestContext"]["authorizer"] = {"jwt": {"claims": verified(github_claims()), "scopes": None}}
    assert refuse(event).code is Code.UNKNOWN_CALLER


@pytest.mark.parametrize("path", ["/as", "/as/", "/as/github", "/as/github/profiles"])
def test_a_signature_below_the_prefix_is_refused(path: str) -> None:
    assert refuse(http_api_event(path=path)).code is Code.UNKNOWN_CALLER
    assert refuse(rest_api_event(path=path)).code is Code.UNKNOWN_CALLER


def test_a_path_that_only_begins_alike_is_no_prefix() -> None:
    assert accept(http_api_event(path="/assets")).caller.token is None


def test_the_audit_line_has_issuer_subject_and_a_digest_and_nothing_of_the_token() -> None:
    event = event_of()
    request = accept(event)
    audit = AuditLine(NOW, "vend", "r1")
    note_caller(audit, request.caller)
    line = render(audit).decode()
    known = json.loads(line)
    assert (known["issuer"], known["subject"]) == ("github", "repo:acme/app:ref:refs/heads/main")
    assert len(known["token_digest"]) == 16
    assert github_claims()["jti"] not in line
    assert "caller_arn" not in known
    header, payload, signature = event["headers"]["authorization"].split(".")
    for text in (line, repr(audit), repr(request)):
        assert header not in text
        assert payload not in text
        assert signature not in text
