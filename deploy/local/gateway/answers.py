"""Converts what a Lambda returned to the HTTP response of its endpoint.

Payload 2.0: API Gateway Developer Guide, "Lambda function response for format 2.0": an object without `statusCode` is
taken as a JSON body with status 200. Payload 1.0 requires the full object: anything else is a 502.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import BaseModel, Field
from pydantic.alias_generators import to_camel

from deploy.local.gateway.endpoints import Endpoint, EndpointKind
from deploy.local.gateway.events import new_uuid
from deploy.local.gateway.refusals import Refusal


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = field(default=b"", repr=False)


def _message(status: int, key: str, text: str) -> HttpAnswer:
    return HttpAnswer(status, [("content-type", "application/json")], json.dumps({key: text}).encode())


# A function that raised, exited or timed out.
_FAILED: Final = {
    EndpointKind.HTTP_API: _message(500, "message", "Internal Server Error"),
    EndpointKind.REST_API: _message(502, "message", "Internal server error"),
    EndpointKind.FUNCTION_URL: _message(502, "Message", "Internal Server Error"),
}
# A function that Lambda did not start because of its concurrency limit. Only a function URL passes the 429 on. To API
# Gateway a refused invocation is an internal error: 500 from a REST API (Lambda Developer Guide, "Handling Lambda
# errors with an API Gateway API"), 503 from an HTTP API (from experience; not documented).
_THROTTLED: Final = {
    EndpointKind.HTTP_API: _message(503, "message", "Service Unavailable"),
    EndpointKind.REST_API: _message(500, "message", "Internal server error"),
    EndpointKind.FUNCTION_URL: _message(429, "Message", "Rate Exceeded."),
}


def function_failed(endpoint: Endpoint) -> HttpAnswer:
    """Return the response for a function that raised, exited or timed out."""
    return _FAILED[endpoint.kind]


def function_throttled(endpoint: Endpoint) -> HttpAnswer:
    """Return the response for a function that Lambda did not start because of its concurrency limit."""
    return _THROTTLED[endpoint.kind]


class _Returned(BaseModel, alias_generator=to_camel):
    status_code: Annotated[int, Field(ge=100, lt=600)]
    headers: Mapping[str, Any] | None = None
    body: str | None = None
    is_base64_encoded: bool | None = False

    @property
    def content(self) -> bytes:
        body = self.body or ""
        return base64.b64decode(body, validate=True) if self.is_base64_encoded else body.encode()


class _ReturnedV1(_Returned, extra="forbid"):
    multi_value_headers: Mapping[str, Sequence[Any]] | None = None


class _ReturnedV2(_Returned):
    cookies: Sequence[Any] | None = None


def read_answer(endpoint: Endpoint, returned: bytes) -> HttpAnswer:
    """Convert a function's return value, the JSON that its runtime posted."""
    try:
        value = json.loads(returned)
        return _read_v1(value) if endpoint.kind is EndpointKind.REST_API else _read_v2(value)
    except ValueError:
        return function_failed(endpoint)


def _read_v1(value: Any) -> HttpAnswer:
    found = _ReturnedV1.model_validate(value)
    several = found.multi_value_headers or {}
    headers = [(name, str(text)) for name, text in (found.headers or {}).items() if name not in several]
    headers += [(name, str(text)) for name, texts in several.items() for text in texts]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    return HttpAnswer(found.status_code, headers, found.content)


def _read_v2(value: Any) -> HttpAnswer:
    if not isinstance(value, dict) or "statusCode" not in value:
        return HttpAnswer(200, [("content-type", "application/json")], json.dumps(value).encode())
    found = _ReturnedV2.model_validate(value)
    headers = [(name, str(text)) for name, text in (found.headers or {}).items()]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    headers += [("set-cookie", str(cookie)) for cookie in found.cookies or ()]
    return HttpAnswer(found.status_code, headers, found.content)


def respond(answer: HttpAnswer | Refusal) -> web.Response:
    """Send an answer, or a refusal as AWS sends it."""
    response = web.Response(status=answer.status, body=answer.body)
    response.headers.popall("content-type", None)
    for name, value in answer.headers:
        response.headers.add(name, value)
    response.headers.add("x-amzn-requestid", new_uuid())
    return response
