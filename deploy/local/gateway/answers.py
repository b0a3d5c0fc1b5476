"""Converts what a Lambda returned to the HTTP response of its endpoint.

Payload 2.0: API Gateway Developer Guide, "Lambda function response for format 2.0": an object without `statusCode` is
taken as a JSON body with status 200. Payload 1.0 requires the full object: anything else is a 502.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from deploy.local.gateway.endpoints import Endpoint, EndpointKind

_V1_KEYS: Final = frozenset({"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"})
_STATUSES: Final = range(100, 600)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = field(default=b"", repr=False)


def function_failed(endpoint: Endpoint) -> HttpAnswer:
    """Return the response for a function that raised, exited or timed out."""
    if endpoint.kind is EndpointKind.FUNCTION_URL:
        return _message(502, "Message", "Internal Server Error")
    status = 500 if endpoint.kind is EndpointKind.HTTP_API else 502
    message = "Internal Server Error" if endpoint.kind is EndpointKind.HTTP_API else "Internal server error"
    return _message(status, "message", message)


def function_throttled(endpoint: Endpoint) -> HttpAnswer:
    """Return the response for a function that Lambda did not start because of its concurrency limit.

    Only a function URL passes the 429 on. To API Gateway a refused invocation is an internal error: 500 from a REST API
    (Lambda Developer Guide, "Handling Lambda errors with an API Gateway API"), 503 from an HTTP API (from experience;
    not documented).
    """
    match endpoint.kind:
        case EndpointKind.FUNCTION_URL:
            return _message(429, "Message", "Rate Exceeded.")
        case EndpointKind.REST_API:
            return _message(500, "message", "Internal server error")
        case EndpointKind.HTTP_API:
            return _message(503, "message", "Service Unavailable")


def read_answer(endpoint: Endpoint, returned: bytes) -> HttpAnswer:
    """Convert a function's return value, the JSON that its runtime posted."""
    try:
        value = json.loads(returned)
        return _read_v1(value) if endpoint.kind is EndpointKind.REST_API else _read_v2(value)
    except _MalformedAnswerError:
        return function_failed(endpoint)


class _MalformedAnswerError(ValueError):
    pass


def _read_v2(value: Any) -> HttpAnswer:
    if not isinstance(value, dict) or "statusCode" not in value:
        return HttpAnswer(200, [("content-type", "application/json")], json.dumps(value).encode())
    headers = _headers(value.get("headers"))
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("content-type", "application/json"))
    headers += [("set-cookie", str(cookie)) for cookie in value.get("cookies") or ()]
    return HttpAnswer(_status(value["statusCode"]), headers, _body(value))


def _read_v1(value: Any) -> HttpAnswer:
    if not isinstance(value, dict) or value.keys() - _V1_KEYS or "statusCode" not in value:
        raise _MalformedAnswerError
    several = value.get("multiValueHeaders") or {}
    headers = [(name, text) for name, text in _headers(value.get("headers")) if name not in several]
    headers += [(name, str(text)) for name, texts in several.items() for text in texts]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    return HttpAnswer(_status(value["statusCode"]), headers, _body(value))


def _status(value: Any) -> int:
    try:
        status = int(value)
    except (TypeError, ValueError):
        raise _MalformedAnswerError from None
    if status not in _STATUSES:
        raise _MalformedAnswerError
    return status


def _headers(value: Any) -> list[tuple[str, str]]:
    if not isinstance(value, Mapping | None):
        raise _MalformedAnswerError
    return [(str(name), str(text)) for name, text in (value or {}).items()]


def _body(value: Mapping[str, Any]) -> bytes:
    body = value.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise _MalformedAnswerError
    if not value.get("isBase64Encoded"):
        return body.encode()
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        raise _MalformedAnswerError from None


def _message(status: int, key: str, text: str) -> HttpAnswer:
    return HttpAnswer(status, [("content-type", "application/json")], json.dumps({key: text}).encode())
