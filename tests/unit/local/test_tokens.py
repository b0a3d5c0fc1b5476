"""Claims as API Gateway hands them over, routes below an issuer's prefix, and how long keys are kept."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc.jwk import KeySet, RSAKey

from deploy.local.deployment import ADMIN, VEND
from deploy.local.gateway.endpoints import Endpoint, EndpointKind, Route, find_route
from deploy.local.gateway.events import Arrival, build_event
from deploy.local.gateway.issuer_keys import IssuerKeys
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import ReceivedRequest
from deploy.local.gateway.tokens import VerifiedToken

NOW = datetime(2026, 3, 12, 19, 3, 58, tzinfo=UTC)
HTTP_API = Endpoint(EndpointKind.HTTP_API, "a1b2c3d4e5", "111122223333", "eu-central-1")
REST_API = Endpoint(EndpointKind.REST_API, "r1e2s3t4a5", "111122223333", "eu-central-1")


def request(target: str, method: str = "GET") -> ReceivedRequest:
    return ReceivedRequest(method, target, [("Host", "localhost"), ("Authorization", "Bearer a.b.c")], b"", "192.0.2.7")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a b", "a b"),
        (1732810000, "1732810000"),
        (1732810000.0, "1732810000"),
        (True, "true"),
        (False, "false"),
        (None, "<nil>"),
        ([], "[]"),
        (["a", "b"], "[a b]"),
        (["a b"], "[a b]"),
        ([1, True, None], "[1 true <nil>]"),
        ({"pod": {"name": "x"}, "namespace": "shop"}, "map[namespace:shop pod:map[name:x]]"),
    ],
)
def test_a_claim_is_handed_over_as_text(value: Any, text: str) -> None:
    assert VerifiedToken({"claim": value}).claims_as_text == {"claim": text}


def test_the_event_has_the_claims_and_the_header_as_sent_and_no_signature() -> None:
    route = find_route(HTTP_API, request("/as/corp/profiles"), {"corp"})
    assert isinstance(route, Route)
    event = build_event(
        HTTP_API, route, request("/as/corp/profiles"), VerifiedToken({"sub": "alice"}), Arrival(NOW, "r", "Root=1-0-0")
    )
    assert event["requestContext"]["authorizer"] == {"jwt": {"claims": {"sub": "alice"}, "scopes": None}}
    assert event["routeKey"] == event["requestContext"]["routeKey"] == "ANY /as/corp/{proxy+}"
    assert event["pathParameters"] == {"proxy": "profiles"}
    assert event["headers"]["authorization"] == "Bearer a.b.c"


@pytest.mark.parametrize(
    ("method", "path", "function", "key"),
    [
        ("GET", "/as/corp", VEND, "ANY /as/corp"),
        ("POST", "/as/corp", VEND, "ANY /as/corp"),
        ("GET", "/as/corp/", VEND, "ANY /as/corp/{proxy+}"),
        ("GET", "/as/corp/profiles", VEND, "ANY /as/corp/{proxy+}"),
        ("GET", "/as/corp//v1/whoami", VEND, "ANY /as/corp/{proxy+}"),
        ("GET", "/as/corp/v1/whoami", ADMIN, "ANY /as/corp/v1/{proxy+}"),
        ("GET", "/as/corp/v1/sessions", ADMIN, "GET /as/corp/v1/sessions"),
        ("POST", "/as/corp/v1/sessions/7/revoke", ADMIN, "POST /as/corp/v1/sessions/{id}/revoke"),
        ("PUT", "/as/corp/v1/sessions/7/revoke", ADMIN, "ANY /as/corp/v1/{proxy+}"),
    ],
)
def test_a_path_below_a_prefix_leads_to_its_function(method: str, path: str, function: str, key: str) -> None:
    route = find_route(HTTP_API, request(path, method), {"corp"})
    assert isinstance(route, Route)
    assert (route.function, route.key, route.issuer) == (function, key, "corp")


def test_a_prefix_exists_for_its_issuer_and_on_the_http_api_only() -> None:
    for endpoint, path in ((HTTP_API, "/as/other"), (HTTP_API, "/as/corporate"), (REST_API, "/prod/as/corp")):
        assert isinstance(find_route(endpoint, request(path), {"corp"}), Refusal)


class CountingKeys(IssuerKeys):
    fetched = 0

    async def _fetch(self, issuer: str) -> KeySet:  # noqa: ARG002
        type(self).fetched += 1
        return KeySet([RSAKey.generate_key(parameters={"kid": "one"})])


async def test_keys_are_kept_for_two_hours_and_fetched_again_for_an_unknown_name() -> None:
    keys = CountingKeys()
    for minutes, kid, fetched in ((0, "one", 1), (119, "one", 1), (120, "one", 2), (121, "two", 3), (122, "one", 3)):
        await keys.find_keys("https://issuer.example", kid, NOW + timedelta(minutes=minutes))
        assert CountingKeys.fetched == fetched
