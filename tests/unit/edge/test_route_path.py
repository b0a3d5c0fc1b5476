"""The path at the API, for every domain, base path, stage and payload an event may come by."""

from itertools import product
from typing import Any

import pytest

from deploy.local.gateway.endpoints import Endpoint, EndpointKind, Route, find_route
from deploy.local.gateway.events import Arrival, build_event
from deploy.local.gateway.request import Caller, ReceivedRequest
from services.authorizer.event import NotAnAuthorizerEventError, parse_authorizer_event
from shared.clock import utc_now
from shared.edge.events import AcceptedApis, parse_event
from shared.edge.http_request import HttpRequest
from shared.edge.responses import Refusal
from tests.gateway_events import ACCOUNT, API_ID, http_api_event, rest_api_event
from tests.service.authorizer.events import http_api_question, rest_api_question

ACCEPTED = AcceptedApis({API_ID}, ACCOUNT)
OWN = f"{API_ID}.execute-api.eu-central-1.amazonaws.com"
# Domains that lead to the API, and what comes before a route's path there.
ELSEWHERE = [
    ("api.example.com", ""),
    ("api.example.com", "/sentinel"),
    ("api.example.com", "/team/tools/sentinel"),
    ("api.example.com", "/v1"),
    ("api.example.com", "/v1/v1"),
    ("api.example.com", "/sentinel/prod"),
    ("vpce-0a1b2c3d-x1y2z3.execute-api.eu-central-1.vpce.amazonaws.com", ""),
    (f"{API_ID}-vpce-0a1b2c3d.execute-api.eu-central-1.amazonaws.com", ""),
]
ROUTES = [
    ("/", {}),
    ("/profiles", {}),
    ("/v1/{proxy+}", {"proxy": "whoami"}),
    ("/v1/{proxy+}", {"proxy": "requests/0123456789abcdef/approve"}),
    ("/v1/{proxy+}", {"proxy": "v1/whoami"}),
]
STAGES = ["$default", "prod", "v1", "sentinel", "profiles"]


def path_of(route: str, parameters: dict[str, str]) -> str:
    return route.replace("{proxy+}", parameters.get("proxy", ""))


def http_event(domain: str, written: str, route: str, parameters: dict[str, str], stage: str) -> dict[str, Any]:
    event = http_api_event(path=written)
    event["routeKey"] = event["requestContext"]["routeKey"] = f"GET {route}"
    event["requestContext"] |= {"domainName": domain, "domainPrefix": domain.partition(".")[0], "stage": stage}
    return event | ({"pathParameters": parameters} if parameters else {})


def rest_event(domain: str, written: str, route: str, parameters: dict[str, str], stage: str) -> dict[str, Any]:
    event = rest_api_event(path=written) | {"resource": route, "pathParameters": parameters or None}
    event["requestContext"] |= {
        "domainName": domain,
        "domainPrefix": domain.partition(".")[0],
        "stage": stage,
        "resourcePath": route,
        "path": written,
    }
    return event


def read(event: dict[str, Any]) -> str:
    request = parse_event(event, ACCEPTED)
    assert isinstance(request, HttpRequest), request
    return request.path


@pytest.mark.parametrize(("where", "matched", "stage"), list(product(ELSEWHERE, ROUTES, STAGES)), ids=str)
def test_on_any_other_domain_the_route_says_where_a_base_path_ends(
    where: tuple[str, str], matched: tuple[str, dict[str, str]], stage: str
) -> None:
    (domain, base_path), (route, parameters) = where, matched
    path = path_of(route, parameters)
    for make in (http_event, rest_event):
        assert read(make(domain, f"{base_path}{path}", route, parameters, stage)) == path


@pytest.mark.parametrize(("matched", "stage"), list(product(ROUTES, STAGES)), ids=str)
def test_on_the_apis_own_domain_only_a_stage_comes_before(matched: tuple[str, dict[str, str]], stage: str) -> None:
    route, parameters = matched
    path = path_of(route, parameters)
    prefix = "" if stage == "$default" else f"/{stage}"
    assert read(http_event(OWN, f"{prefix}{path}", route, parameters, stage)) == path
    assert read(rest_event(OWN, path, route, parameters, stage)) == path


@pytest.mark.parametrize(
    ("written", "proxy"),
    [
        # HTTP APIs unescape the path, and cut it at a question mark that was escaped.
        ("/v1/requests/1/approve", "requests/1/approve?/cancel"),
        ("/v1/requests/1/approve", "requests/1/cancel"),
        ("/v1/requests%2F1%2Fapprove", "requests/1/cancel"),
        ("/v1/whoami", "whoami/.."),
    ],
)
@pytest.mark.parametrize("base_path", ["", "/sentinel"])
def test_a_path_that_is_not_the_one_of_the_route_is_refused(written: str, proxy: str, base_path: str) -> None:
    domain = "api.example.com" if base_path else OWN
    for make in (http_event, rest_event):
        event = make(domain, f"{base_path}{written}", "/v1/{proxy+}", {"proxy": proxy}, "$default")
        refusal = parse_event(event, ACCEPTED)
        assert isinstance(refusal, Refusal)
        assert "without escapes" in refusal.message


def test_an_escaped_slash_is_not_taken_for_one() -> None:
    """A policy of IAM may have allowed the escaped path: no route of ours is behind it."""
    parameters = {"proxy": "requests/1/approve"}
    event = rest_event(OWN, "/v1/requests%2F1%2Fapprove", "/v1/{proxy+}", parameters, "prod")
    assert read(event) == "/v1/requests%2F1%2Fapprove"
    event = rest_event("api.example.com", "/s/v1/requests%2F1%2Fapprove", "/v1/{proxy+}", parameters, "prod")
    assert isinstance(parse_event(event, ACCEPTED), Refusal)


def test_a_base_path_is_not_guessed_where_the_route_does_not_say() -> None:
    for make in (http_event, rest_event):
        event = make("api.example.com", "/sentinel/v1/whoami", "/v1/{proxy+}", {}, "prod")
        assert isinstance(parse_event(event, ACCEPTED), Refusal)


def test_a_function_url_has_its_path_as_it_is_written() -> None:
    event = http_api_event(path="/profiles") | {"routeKey": "$default"}
    event["requestContext"] |= {"domainName": f"{API_ID}.lambda-url.eu-central-1.on.aws", "domainPrefix": API_ID}
    assert read(event) == "/profiles"


@pytest.mark.parametrize("base_path", ["", "/payments", "/v1", "/team/payments"])
def test_a_guarded_api_is_asked_about_the_path_of_its_route(base_path: str) -> None:
    question, rest = http_api_question(path="/orders/7"), rest_api_question(path="/orders/7")
    written = f"{base_path}/orders/7"
    question |= {"rawPath": written, "routeKey": "GET /orders/{id}", "pathParameters": {"id": "7"}}
    rest |= {"path": written, "resource": "/orders/{id}", "pathParameters": {"id": "7"}}
    for event in (question, rest):
        event["requestContext"] |= {"domainName": "api.example.com", "domainPrefix": "api", "stage": "prod"}
        assert parse_authorizer_event(event, {API_ID}).path == "/orders/7"


def test_a_guarded_path_keeps_the_escapes_it_was_signed_with() -> None:
    event = rest_api_question(path="/orders/a%20b")
    event |= {"path": "/shop/orders/a%20b", "resource": "/orders/{id}", "pathParameters": {"id": "a b"}}
    event["requestContext"] |= {"domainName": "api.example.com", "domainPrefix": "api"}
    assert parse_authorizer_event(event, {API_ID}).path == "/orders/a%20b"


def test_a_guarded_path_that_is_not_the_one_of_the_route_is_no_question() -> None:
    event = http_api_question(path="/orders/7") | {"routeKey": "GET /orders/{id}", "pathParameters": {"id": "8"}}
    with pytest.raises(NotAnAuthorizerEventError, match="route"):
        parse_authorizer_event(event, {API_ID})


@pytest.mark.parametrize("kind", [EndpointKind.HTTP_API, EndpointKind.REST_API])
@pytest.mark.parametrize("base_path", ["", "/sentinel", "/v1", "/team/sentinel"])
@pytest.mark.parametrize("path", ["/", "/profiles", "/v1/whoami", "/v1/requests/0123456789abcdef/approve"])
def test_the_local_gateway_maps_a_base_path_as_aws_does(kind: EndpointKind, base_path: str, path: str) -> None:
    endpoint = Endpoint(kind, API_ID, ACCOUNT, "eu-central-1", base_path=base_path)
    received = ReceivedRequest("GET", f"{endpoint.prefix}{path}", [("Host", "localhost")], b"", "192.0.2.7")
    caller = Caller("AKIAX", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "AIDAX")
    route = find_route(endpoint, received)
    assert isinstance(route, Route)
    event = build_event(endpoint, route, received, caller, Arrival(utc_now(), "request-1", "Root=1-0-0"))
    assert read(event) == path
    assert endpoint.resource("GET", route.path).endswith(f"/{endpoint.kind.stage}/GET{path}")
