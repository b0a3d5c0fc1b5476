"""Gateway events: payload 2.0 (HTTP APIs and Function URLs) and payload 1.0 (REST APIs), read into one request.

Shapes: API Gateway guide, "Create AWS Lambda proxy integrations for HTTP APIs" and "Set up Lambda proxy integrations";
Lambda guide, "Invoking Lambda function URLs". A path `/as/<issuer>/…` is for callers with a token of that issuer, and
comes from an HTTP API's JWT authorizer only. An event is untrusted data: a caller with `lambda:InvokeFunction` can
invent one, so it must carry an API id and an account we were deployed with before anything else in it counts.
"""

import base64
import binascii
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from shared.edge.error_codes import Code
from shared.edge.http_request import Caller, HttpRequest, path_at_api
from shared.edge.responses import Refusal
from shared.edge.tokens import TokenError, is_token_path, read_token, split_token_path

MAX_BODY_BYTES: Final = 16 * 1024
_MAX_QUERY_PARAMETERS: Final = 20
_NOT_THROUGH_THE_API: Final = Refusal(
    Code.UNKNOWN_CALLER,
    "This request did not come through the API with IAM authorization. Call the API's URL with signed requests, for "
    "example with `sentinel exec`.",
)
_UNCLEAR_PATH: Final = Refusal(
    Code.INVALID_REQUEST,
    "The path is ambiguous: API Gateway and Sentinel read it differently. Write it without escapes, as documented.",
)


@dataclass(frozen=True, slots=True)
class AcceptedApis:
    """The origins of accepted events: the APIs' ids, and the account of these and of this function."""

    api_ids: Collection[str]
    account: str


class _RefusedError(Exception):
    """Carries a refusal out of the parser; never leaves this file."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def parse_event(event: object, accepted: AcceptedApis) -> HttpRequest | Refusal:
    """Parse an event of any of the three kinds, or give the refusal."""
    try:
        return _parse(_mapping(event), accepted)
    except _RefusedError as refused:
        return refused.refusal


def _parse(event: Mapping[str, Any], accepted: AcceptedApis) -> HttpRequest:
    context = _mapping(event.get("requestContext"))
    if context.get("apiId") not in accepted.api_ids or context.get("accountId") != accepted.account:
        raise _RefusedError(_NOT_THROUGH_THE_API)
    if event.get("version") == "2.0":
        return _parse_v2(event, context)
    if isinstance(event.get("httpMethod"), str):
        return _parse_v1(event, context)
    raise _RefusedError(_NOT_THROUGH_THE_API)


def _parse_v2(event: Mapping[str, Any], context: Mapping[str, Any]) -> HttpRequest:
    http = _mapping(context.get("http"))
    authorizer = _mapping(context.get("authorizer"))
    path = _path(event, context, "rawPath")
    if is_token_path(path) or authorizer.get("jwt") is not None:
        path, caller = _token_caller(event, authorizer, path, http)
    else:
        caller = _caller(_mapping(authorizer.get("iam")), http)
    return HttpRequest(
        method=_text(http, "method"),
        path=path,
        query=_single(_decode_query(str(event.get("rawQueryString") or ""))),
        caller=caller,
        content_type=_header(event, "content-type"),
        body=_body(event),
    )


def _parse_v1(event: Mapping[str, Any], context: Mapping[str, Any]) -> HttpRequest:
    identity = _mapping(context.get("identity"))
    multi = event.get("multiValueQueryStringParameters") or {}
    path = _path(event, context, "path")
    if is_token_path(path):
        raise _RefusedError(_NOT_THROUGH_THE_API)
    pairs = [(name, value) for name, values in _mapping(multi).items() for value in _texts(values)]
    return HttpRequest(
        method=_text(event, "httpMethod"),
        path=path,
        query=_single(pairs),
        caller=_caller(identity, identity),
        content_type=_header(event, "content-type"),
        body=_body(event),
    )


def _path(event: Mapping[str, Any], context: Mapping[str, Any], written: str) -> str:
    _text(event, written)
    path = path_at_api(event, context)
    if path is None:
        raise _RefusedError(_UNCLEAR_PATH)
    return path


def _caller(identity: Mapping[str, Any], connection: Mapping[str, Any]) -> Caller:
    return Caller(
        arn=_text(identity, "userArn"),
        account=_text(identity, "accountId"),
        source_ip=str(connection.get("sourceIp") or ""),
        user_agent=str(connection.get("userAgent") or ""),
        access_key_id=str(identity.get("accessKey") or ""),
    )


def _token_caller(
    event: Mapping[str, Any], authorizer: Mapping[str, Any], path: str, connection: Mapping[str, Any]
) -> tuple[str, Caller]:
    """Give the operation's path and the caller of a request with a token; a request with a signature is refused."""
    if authorizer.get("iam") is not None or authorizer.get("lambda") is not None:
        raise _RefusedError(_NOT_THROUGH_THE_API)
    try:
        issuer, own_path = split_token_path(event.get("routeKey"), path)
        token = read_token(issuer, authorizer.get("jwt"), _header(event, "authorization"))
    except TokenError as error:
        raise _RefusedError(Refusal(Code.UNKNOWN_CALLER, f"Sentinel does not accept this token: {error}.")) from None
    return own_path, Caller(
        arn=f"oidc/{issuer}/{token.verified.get('sub', '')}",
        account="",
        source_ip=str(connection.get("sourceIp") or ""),
        user_agent=str(connection.get("userAgent") or ""),
        access_key_id="",
        token=token,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _RefusedError(_NOT_THROUGH_THE_API)
    return value


def _text(mapping: Mapping[str, Any], key: str) -> str:
    value = mapping.get(key)
    if not isinstance(value, str) or not value:
        raise _RefusedError(_NOT_THROUGH_THE_API)
    return value


def _texts(values: object) -> list[str]:
    if values is None or values == []:
        return [""]
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _RefusedError(_NOT_THROUGH_THE_API)
    return values


def _decode_query(raw: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw, keep_blank_values=True, errors="strict", max_num_fields=_MAX_QUERY_PARAMETERS)
    except ValueError:
        raise _RefusedError(
            Refusal(Code.INVALID_REQUEST, "The query string is not UTF-8, or has too many parameters."),
        ) from None


def _single(pairs: list[tuple[str, str]]) -> Mapping[str, str]:
    query: dict[str, str] = {}
    for name, value in pairs:
        if name in query:
            raise _RefusedError(
                Refusal(Code.INVALID_REQUEST, f"Query parameter {name[:64]!a} occurs more than once: send it once."),
            )
        query[name] = value
    return query


def _header(event: Mapping[str, Any], name: str) -> str:
    headers = event.get("headers") or {}
    values = [value for key, value in _mapping(headers).items() if key.lower() == name]
    return str(values[0]) if len(values) == 1 else ""


def _body(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    too_long = Refusal(Code.INVALID_REQUEST, f"The body is over {MAX_BODY_BYTES} bytes; no request needs that many.")
    if not isinstance(body, str):
        raise _RefusedError(_NOT_THROUGH_THE_API)
    if len(body) > 2 * MAX_BODY_BYTES:
        raise _RefusedError(too_long)
    try:
        raw = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise _RefusedError(Refusal(Code.INVALID_REQUEST, "The body cannot be decoded.")) from None
    if len(raw) > MAX_BODY_BYTES:
        raise _RefusedError(too_long)
    return raw
