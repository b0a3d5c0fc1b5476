"""Builds the events that AWS passes to a Lambda from a verified request. Pure; absent fields are absent, as on AWS.

Payload 2.0 (HTTP APIs and function URLs): API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP
APIs"; Lambda Developer Guide, "Invoking Lambda function URLs". Payload 1.0 (REST APIs): "Lambda proxy integrations in
API Gateway", input format. A Lambda never sees a REST or function-URL caller's Authorization header.
"""

import base64
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Self
from urllib.parse import unquote
from uuid import UUID

from deploy.local.gateway.endpoints import Endpoint, EndpointKind, Route
from deploy.local.gateway.request import Caller, ReceivedRequest
from deploy.local.gateway.tokens import VerifiedToken

Event = dict[str, Any]
_TEXT_TYPES: Final = ("text/", "application/json", "application/javascript", "application/xml")
# The literal that HTTP APIs and REST APIs send as the organization's id (seen in live events).
_ORGANIZATION: Final = "aws:PrincipalOrgID"


def new_uuid() -> str:
    """Create the id of an invocation."""
    return str(UUID(bytes=secrets.token_bytes(16), version=4))


def new_trace_id(at: datetime) -> str:
    """Create the id of a trace that begins then, in X-Ray's format."""
    return f"Root=1-{int(at.timestamp()):08x}-{secrets.token_hex(12)}"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the gateway adds: the time of the request and its ids."""

    at: datetime
    request_id: str
    trace_id: str

    @classmethod
    def create(cls, endpoint: Endpoint, at: datetime) -> Self:
        """Create ids: the request's in the endpoint's format (base64 for HTTP APIs), the trace's in X-Ray's."""
        request_id = f"{secrets.token_urlsafe(11)}=" if endpoint.kind is EndpointKind.HTTP_API else new_uuid()
        return cls(at, request_id, new_trace_id(at))

    @property
    def epoch_ms(self) -> int:
        return int(self.at.timestamp() * 1000)

    @property
    def common_log_time(self) -> str:
        return self.at.strftime("%d/%b/%Y:%H:%M:%S +0000")


def build_event(
    endpoint: Endpoint, route: Route, request: ReceivedRequest, caller: Caller | VerifiedToken | None, arrival: Arrival
) -> Event:
    """Build the event in the endpoint's payload version; only an open route of an HTTP API has no caller."""
    if caller is None:
        authorizer: Mapping[str, Any] | None = None
    elif isinstance(caller, VerifiedToken):
        authorizer = {"jwt": {"claims": caller.claims_as_text, "scopes": None}}
    elif endpoint.kind is EndpointKind.REST_API:
        return _event_v1(endpoint, route, request, caller, arrival)
    else:
        authorizer = {"iam": _iam(endpoint, caller)}
    return event_v2(endpoint, route.key, request, arrival, authorizer, route.path_parameters)


def event_v2(
    endpoint: Endpoint,
    key: str,
    request: ReceivedRequest,
    arrival: Arrival,
    authorizer: Mapping[str, Any] | None,
    path_parameters: Mapping[str, str] | None = None,
) -> Event:
    """Build payload 2.0 for a route, with the authorizer's context about the caller; an open route has none.

    Header names are lower-case, duplicates joined by commas, cookies separate, and absent fields left out.
    """
    headers = _merged_headers(request, endpoint, arrival)
    cookies = headers.pop("cookie", None)
    body, is_base64 = _body_v2(request)
    event: Event = {
        "version": "2.0",
        "routeKey": key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": _context_v2(endpoint, key, request, arrival)
        | ({} if authorizer is None else {"authorizer": authorizer}),
        "isBase64Encoded": is_base64,
    }
    optional = {
        "cookies": cookies.split("; ") if cookies else None,
        "queryStringParameters": {name: ",".join(values) for name, values in _grouped(request.query_pairs).items()},
        "pathParameters": path_parameters,
        "body": body,
    }
    return event | {name: value for name, value in optional.items() if value}


def _context_v2(endpoint: Endpoint, key: str, request: ReceivedRequest, arrival: Arrival) -> Event:
    return _context(endpoint, arrival) | {
        "http": {
            "method": request.method,
            "path": request.path,
            "protocol": "HTTP/1.1",
            "sourceIp": request.source_ip,
            "userAgent": request.header("user-agent") or "",
        },
        "routeKey": key,
        "time": arrival.common_log_time,
        "timeEpoch": arrival.epoch_ms,
    }


def _context(endpoint: Endpoint, arrival: Arrival) -> Event:
    """Describe the endpoint, as both payloads do."""
    return {
        "accountId": endpoint.account,
        "apiId": endpoint.api_id,
        "domainName": endpoint.domain_name,
        "domainPrefix": endpoint.domain_name.partition(".")[0],
        "requestId": arrival.request_id,
        "stage": endpoint.kind.stage,
    }


def _event_v1(endpoint: Endpoint, route: Route, request: ReceivedRequest, caller: Caller, arrival: Arrival) -> Event:
    """Build payload 1.0: headers as sent; of duplicates the last one, and separately all; null for absent fields."""
    headers = [*_shown_headers(request, endpoint), *_forwarded(request, arrival)]
    pairs = request.query_pairs
    return {
        "resource": route.resource,
        # The base path of a custom domain stays in both paths, the stage in one.
        "path": unquote(f"{endpoint.base_path}{route.path}"),
        "httpMethod": request.method,
        "headers": dict(headers),
        "multiValueHeaders": _grouped(headers),
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": _grouped(pairs) or None,
        "pathParameters": route.path_parameters,
        "stageVariables": None,
        "requestContext": _context_v1(endpoint, route, request, caller, arrival),
        "body": request.body.decode("utf-8", errors="replace") or None,
        "isBase64Encoded": False,
    }


def _context_v1(endpoint: Endpoint, route: Route, request: ReceivedRequest, caller: Caller, arrival: Arrival) -> Event:
    return _context(endpoint, arrival) | {
        "resourceId": "a1b2c3",
        "resourcePath": route.resource,
        "httpMethod": request.method,
        "extendedRequestId": arrival.request_id,
        "requestTime": arrival.common_log_time,
        "requestTimeEpoch": arrival.epoch_ms,
        "path": request.path,
        "protocol": "HTTP/1.1",
        "deploymentId": "d1e2f3",
        "identity": {
            "cognitoIdentityPoolId": None,
            "accountId": caller.account,
            "cognitoIdentityId": None,
            "caller": caller.user_id,
            "sourceIp": request.source_ip,
            "principalOrgId": _ORGANIZATION,
            "accessKey": caller.access_key_id,
            "cognitoAuthenticationType": None,
            "cognitoAuthenticationProvider": None,
            "userArn": caller.arn,
            "userAgent": request.header("user-agent"),
            "user": caller.user_id,
        },
    }


def _iam(endpoint: Endpoint, caller: Caller) -> Mapping[str, Any]:
    """Describe the caller. `principalOrgId` is that literal on HTTP APIs, null on function URLs; it has no effect."""
    return {
        "accessKey": caller.access_key_id,
        "accountId": caller.account,
        "callerId": caller.user_id,
        "cognitoIdentity": None,
        "principalOrgId": None if endpoint.kind is EndpointKind.FUNCTION_URL else _ORGANIZATION,
        "userArn": caller.arn,
        "userId": caller.user_id,
    }


def _merged_headers(request: ReceivedRequest, endpoint: Endpoint, arrival: Arrival) -> dict[str, str]:
    merged: dict[str, str] = {}
    for name, value in _shown_headers(request, endpoint):
        key = name.lower()
        joint = "; " if key == "cookie" else ","
        merged[key] = f"{merged[key]}{joint}{value}" if key in merged else value
    return merged | {name.lower(): value for name, value in _forwarded(request, arrival)}


def _shown_headers(request: ReceivedRequest, endpoint: Endpoint) -> list[tuple[str, str]]:
    hidden = {"x-forwarded-for", "x-forwarded-port", "x-forwarded-proto", "x-amzn-trace-id", "connection"}
    if endpoint.kind is not EndpointKind.HTTP_API:
        hidden.add("authorization")
    return [(name, value) for name, value in request.headers if name.lower() not in hidden]


def _forwarded(request: ReceivedRequest, arrival: Arrival) -> list[tuple[str, str]]:
    """Add the gateway's headers; what the client sent as X-Forwarded-For stays first, as on AWS."""
    given = request.header("x-forwarded-for")
    return [
        ("X-Forwarded-For", f"{given}, {request.source_ip}" if given else request.source_ip),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
        ("X-Amzn-Trace-Id", arrival.trace_id),
    ]


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return grouped


def _body_v2(request: ReceivedRequest) -> tuple[str | None, bool]:
    """Encode the body as base64 unless its content type is a text type."""
    if not request.body:
        return None, False
    content_type = (request.header("content-type") or "").split(";", 1)[0].strip().lower()
    if content_type.startswith(_TEXT_TYPES):
        try:
            return request.body.decode("utf-8"), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(request.body).decode(), True
