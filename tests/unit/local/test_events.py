import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from deploy.local.deployment import ADMIN, VEND
from deploy.local.gateway.endpoints import Endpoint, EndpointKind, Route, find_route
from deploy.local.gateway.events import Arrival, build_event
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import Caller, ReceivedRequest

ACCOUNT, REGION = "111122223333", "eu-central-1"
CALLER = Caller("AKIAX", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/alice", "AIDAX")
ARRIVAL = Arrival(datetime(2026, 3, 12, 19, 3, 58, tzinfo=UTC), "request-1", "Root=1-0-0")
HTTP_API = Endpoint(EndpointKind.HTTP_API, "a1b2c3d4e5", ACCOUNT, REGION)
REST_API = Endpoint(EndpointKind.REST_API, "r1e2s3t4a5", ACCOUNT, REGION)
FUNCTION_URL = Endpoint(EndpointKind.FUNCTION_URL, "u" * 32, ACCOUNT, REGION, "sentinel-vend")


def request(target: str = "/", *headers: tuple[str, str], method: str = "GET", body: bytes = b"") -> ReceivedRequest:
    return ReceivedRequest(method, target, [("Host", "localhost"), *headers], body, "192.0.2.7")


def event(endpoint: Endpoint, received: ReceivedRequest) -> dict[str, Any]:
    route = find_route(endpoint, received)
    assert isinstance(route, Route)
    return build_event(endpoint, route, received, CALLER, ARRIVAL)


def test_an_http_api_event_names_the_owner_and_the_caller_apart() -> None:
    context = event(HTTP_API, request("/?profile=dev"))["requestContext"]
    assert context["accountId"] == ACCOUNT
    assert context["authorizer"]["iam"] == {
        "accessKey": "AKIAX",
        "accountId": ACCOUNT,
        "callerId": "AIDAX",
        "cognitoIdentity": None,
        "principalOrgId": "aws:PrincipalOrgID",
        "userArn": CALLER.arn,
        "userId": "AIDAX",
    }
    assert (context["time"], context["timeEpoch"]) == ("12/Mar/2026:19:03:58 +0000", 1773342238000)
    assert (context["stage"], context["routeKey"]) == ("$default", "GET /")


def test_payload_two_lowers_header_names_and_joins_duplicates() -> None:
    received = request("/?a=1&b=%C3%BC&a=2", ("X-One", "1"), ("x-one", "2"), ("Cookie", "c=1; d=2"))
    built = event(HTTP_API, received)
    assert built["headers"]["x-one"] == "1,2"
    assert built["cookies"] == ["c=1", "d=2"]
    assert built["rawQueryString"] == "a=1&b=%C3%BC&a=2"
    assert built["queryStringParameters"] == {"a": "1,2", "b": "ü"}


def test_payload_two_leaves_out_what_is_not_there() -> None:
    built = event(HTTP_API, request("/"))
    assert not built.keys() & {"body", "cookies", "queryStringParameters", "pathParameters"}


def test_a_client_cannot_write_its_own_source_address() -> None:
    built = event(HTTP_API, request("/", ("X-Forwarded-For", "10.0.0.1")))
    assert built["headers"]["x-forwarded-for"] == "10.0.0.1, 192.0.2.7"
    assert built["requestContext"]["http"]["sourceIp"] == "192.0.2.7"


def test_payload_two_encodes_a_body_that_does_not_say_it_is_text() -> None:
    as_json = event(
        HTTP_API, request("/", ("Content-Type", "application/json; charset=utf-8"), method="POST", body=b"{}")
    )
    as_form = event(HTTP_API, request("/", method="POST", body=b"a=1"))
    assert (as_json["body"], as_json["isBase64Encoded"]) == ("{}", False)
    assert (as_form["body"], as_form["isBase64Encoded"]) == (base64.b64encode(b"a=1").decode(), True)


def test_a_rest_api_event_has_both_forms_of_headers_and_query() -> None:
    built = event(REST_API, request("/prod/?a=1&a=2", ("X-One", "1"), ("X-One", "2")))
    assert (built["headers"]["X-One"], built["multiValueHeaders"]["X-One"]) == ("2", ["1", "2"])
    assert built["queryStringParameters"] == {"a": "2"}
    assert built["multiValueQueryStringParameters"] == {"a": ["1", "2"]}
    assert (built["path"], built["requestContext"]["path"]) == ("/", "/prod/")


def test_a_rest_api_event_carries_nulls_and_ids_not_the_arn_as_caller() -> None:
    built = event(REST_API, request("/prod/profiles"))
    identity = built["requestContext"]["identity"]
    assert (identity["caller"], identity["user"], identity["userArn"]) == ("AIDAX", "AIDAX", CALLER.arn)
    assert (built["body"], built["queryStringParameters"], built["pathParameters"]) == (None, None, None)


@pytest.mark.parametrize("endpoint", [REST_API, FUNCTION_URL])
def test_the_signature_of_the_caller_is_not_shown_to_the_function(endpoint: Endpoint) -> None:
    target = "/prod/" if endpoint is REST_API else "/"
    built = event(endpoint, request(target, ("Authorization", "AWS4-HMAC-SHA256 …")))
    assert "authorization" not in {name.lower() for name in built["headers"]}


def test_a_function_url_event_is_the_default_route_with_a_null_organization() -> None:
    built = event(FUNCTION_URL, request("/profiles"))
    assert built["routeKey"] == "$default"
    assert built["requestContext"]["authorizer"]["iam"]["principalOrgId"] is None


@pytest.mark.parametrize(
    ("endpoint", "method", "path", "function"),
    [
        (HTTP_API, "GET", "/", VEND),
        (HTTP_API, "POST", "/", VEND),
        (HTTP_API, "GET", "/profiles", VEND),
        (HTTP_API, "DELETE", "/v1/lockouts/x", ADMIN),
        (REST_API, "GET", "/prod", VEND),
        (REST_API, "GET", "/prod/v1/whoami", ADMIN),
        (FUNCTION_URL, "GET", "/anything", VEND),
    ],
)
def test_a_path_leads_to_its_function(endpoint: Endpoint, method: str, path: str, function: str) -> None:
    route = find_route(endpoint, request(path, method=method))
    assert isinstance(route, Route)
    assert route.function == function


@pytest.mark.parametrize(
    ("endpoint", "method", "path", "status", "message"),
    [
        (HTTP_API, "GET", "/nothing", 404, "Not Found"),
        (HTTP_API, "DELETE", "/", 404, "Not Found"),
        (HTTP_API, "GET", "/v1/", 404, "Not Found"),
        (REST_API, "GET", "/", 403, "Missing Authentication Token"),
        (REST_API, "GET", "/production", 403, "Missing Authentication Token"),
    ],
)
def test_a_path_without_a_route_is_refused(
    endpoint: Endpoint, method: str, path: str, status: int, message: str
) -> None:
    refusal = find_route(endpoint, request(path, method=method))
    assert isinstance(refusal, Refusal)
    assert (refusal.status, refusal.message) == (status, message)


def test_the_proxy_path_is_a_path_parameter() -> None:
    built = event(HTTP_API, request("/v1/requests/7/approve", method="POST"))
    assert built["pathParameters"] == {"proxy": "requests/7/approve"}
    assert built["routeKey"] == "ANY /v1/{proxy+}"
