"""Events and responses of the authorizer: payload 2.0 (HTTP APIs) and 1.0 (REST APIs, and HTTP APIs that ask for it).

Shapes: API Gateway guide, "Control access to HTTP APIs with AWS Lambda authorizers" and "Input to an API Gateway Lambda
authorizer". Unlike a route with IAM authorization, nothing in the event says who is calling: the headers are what
the client sent, and of those only `Authorization` is read. Simple responses need payload 2.0; everything else takes an
IAM policy. With a TTL of 0 API Gateway caches none of it, so the policy names the one resource that was asked about.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared.core.arn import MalformedArnError, parse_arn
from shared.core.query import UnclearQueryError, canonical_parameters, canonical_query
from shared.edge.http_request import path_at_api

# What a policy's Resource would not take literally (IAM User Guide, "IAM JSON policy elements: Resource"). A caller
# chooses the path, and the path is part of the method's ARN.
_WILDCARD: Final = re.compile(r"[*?]|\$\{")
# API Gateway guide, "Output from an API Gateway Lambda authorizer": a longer resource makes the answer an error.
_LONGEST_ARN: Final = 512


class NotAnAuthorizerEventError(ValueError):
    """The event is not one of the APIs' that this function was deployed for."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """May this request pass? `path` has no stage and no base path; `query` is canonical.

    `unverified_header` is what Authorization says; None where it is missing, or occurs more than once: then it is not
    known which one counts. The query is None where two readers may understand it differently.
    """

    api_id: str
    method: str
    path: str
    query: str | None
    source_ip: str
    user_agent: str
    unverified_header: str | None = field(repr=False)


def parse_authorizer_event(event: object, api_ids: Collection[str]) -> AuthorizationRequest:
    """Read an event.

    Raises:
        NotAnAuthorizerEventError: it is of no known form, or of another API.

    """
    found = _mapping(event)
    context = _mapping(found.get("requestContext"))
    if found.get("type") != "REQUEST" or context.get("apiId") not in api_ids:
        raise NotAnAuthorizerEventError("not a REQUEST authorizer's event of an API this function guards")
    return _parse_v2(found, context) if is_simple(event) else _parse_v1(found, context)


def is_simple(event: object) -> bool:
    """Whether the event takes a simple response: payload 2.0. Everything else takes a policy."""
    return isinstance(event, dict) and event.get("version") == "2.0"


def method_arn(event: object) -> str | None:
    """Find the one resource a policy may be about: what was asked for, or its method where that is too long to name."""
    found = event.get("methodArn") if isinstance(event, dict) else None
    if not isinstance(found, str) or not found:
        return None
    return found if len(found) <= _LONGEST_ARN else "/".join([*found[:_LONGEST_ARN].split("/")[:3], "*"])


def _parse_v2(event: Mapping[str, Any], context: Mapping[str, Any]) -> AuthorizationRequest:
    http = _mapping(context.get("http"))
    return AuthorizationRequest(
        api_id=_text(context, "apiId"),
        method=_text(http, "method"),
        path=_path(event, context, "rawPath"),
        query=_query_of_v2(event),
        source_ip=str(http.get("sourceIp") or ""),
        user_agent=str(http.get("userAgent") or ""),
        unverified_header=_single_header(event),
    )


def _parse_v1(event: Mapping[str, Any], context: Mapping[str, Any]) -> AuthorizationRequest:
    identity = _mapping(context.get("identity"))
    _check_method_arn(_text(event, "methodArn"), _text(context, "apiId"))
    return AuthorizationRequest(
        api_id=_text(context, "apiId"),
        method=_text(event, "httpMethod"),
        path=_path(event, context, "path"),
        query=_query_of_v1(event),
        source_ip=str(identity.get("sourceIp") or ""),
        user_agent=str(identity.get("userAgent") or ""),
        unverified_header=_single_header(event),
    )


def _check_method_arn(text: str, api_id: str) -> None:
    """Check that a policy about this ARN is about one request to this API."""
    try:
        arn = parse_arn(text)
    except MalformedArnError:
        raise NotAnAuthorizerEventError("methodArn is not an ARN") from None
    if len(text) > _LONGEST_ARN:
        raise NotAnAuthorizerEventError("the path is longer than a policy can name")
    if arn.service != "execute-api" or arn.resource.split("/")[0] != api_id:
        raise NotAnAuthorizerEventError("methodArn is another API's")
    if _WILDCARD.search(arn.resource):
        raise NotAnAuthorizerEventError("the path holds what a policy reads as a wildcard or a variable")


def _path(event: Mapping[str, Any], context: Mapping[str, Any], written: str) -> str:
    _text(event, written)
    path = path_at_api(event, context)
    if path is None:
        raise NotAnAuthorizerEventError("the path is not the one of the route")
    return path


def _query_of_v2(event: Mapping[str, Any]) -> str | None:
    sent = event.get("rawQueryString")
    try:
        return canonical_query(sent) if isinstance(sent, str) else None
    except UnclearQueryError:
        return None


def _query_of_v1(event: Mapping[str, Any]) -> str | None:
    """Read every value of each name; the other map has one of them for each, and no other names."""
    listed = _mapping(event.get("multiValueQueryStringParameters") or {})
    single = _mapping(event.get("queryStringParameters") or {})
    if any(value not in _list(listed.get(name, [])) for name, value in single.items()):
        return None
    if not all(isinstance(value, str) for values in listed.values() for value in _list(values)):
        return None
    try:
        return canonical_parameters({name: _list(values) for name, values in listed.items()})
    except UnclearQueryError:
        return None


def _single_header(event: Mapping[str, Any]) -> str | None:
    """Find the one Authorization header.

    Payload 1.0 lists every value and repeats the last one; payload 2.0 joins them with commas, which no proof survives.
    """
    listed = [value for values in _values(event, "multiValueHeaders") for value in _list(values)]
    plain = _values(event, "headers")
    found = listed or plain
    is_one = len(found) == 1 and len(plain) <= 1
    return found[0] if is_one and isinstance(found[0], str) else None


def _values(event: Mapping[str, Any], key: str) -> list[Any]:
    headers = _mapping(event.get(key) or {})
    return [value for name, value in headers.items() if str(name).lower() == "authorization"]


def _list(values: object) -> list[Any]:
    return values if isinstance(values, list) else [values]


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise NotAnAuthorizerEventError("a part of the event is missing")
    return value


def _text(mapping: Mapping[str, Any], key: str) -> str:
    value = mapping.get(key)
    if not isinstance(value, str) or not value:
        raise NotAnAuthorizerEventError(f"{key} is missing")
    return value


_VERSION: Final = "2012-10-17"
_DENIED_PRINCIPAL: Final = "nobody"  # codespell:ignore


@dataclass(frozen=True, slots=True)
class Passed:
    """The session behind the request: what the API's own code may rely on."""

    user: str
    profile: str
    session_id: str
    via: str

    def context(self) -> Mapping[str, str]:
        return {"user": self.user, "profile": self.profile, "session_id": self.session_id, "via": self.via}


def render(event: object, passed: Passed | None) -> dict[str, Any]:
    """Write the answer API Gateway expects; None denies. What cannot have asked for a policy gets a simple denial."""
    context = {} if passed is None else passed.context()
    resource = method_arn(event)
    if is_simple(event) or resource is None:
        return {"isAuthorized": passed is not None, "context": context}
    effect = "Deny" if passed is None else "Allow"
    statement = {"Effect": effect, "Action": "execute-api:Invoke", "Resource": resource}
    return {
        "principalId": _DENIED_PRINCIPAL if passed is None else passed.user,
        "policyDocument": {"Version": _VERSION, "Statement": [statement]},
        "context": context,
    }
