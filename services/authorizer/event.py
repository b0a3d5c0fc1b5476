"""Authorizer events: payload 2.0 (HTTP APIs) and 1.0 (REST APIs, and HTTP APIs that ask for it).

Shapes: API Gateway guide, "Control access to HTTP APIs with AWS Lambda authorizers" and "Input to an API Gateway Lambda
authorizer". Unlike a route with IAM authorization, nothing in the event says who is calling: the headers are what
somebody sent.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any


class NotAnAuthorizerEventError(ValueError):
    """The event is not one of the APIs' that this function was deployed for."""


@dataclass(frozen=True, slots=True)
class AccessQuestion:
    """May this request pass? `resource_arn` is the route's or method's, `unverified_header` its Authorization header.

    The header is None where there is none, or more than one: then nobody can say which one counts.
    """

    api_id: str
    method: str
    path: str
    resource_arn: str
    is_simple: bool
    source_ip: str
    user_agent: str
    unverified_header: str | None = field(repr=False)


def parse_authorizer_event(event: object, api_ids: Collection[str]) -> AccessQuestion:
    """Read an event.

    Raises:
        NotAnAuthorizerEventError: it is of no known form, or of another API.

    """
    found = _mapping(event)
    context = _mapping(found.get("requestContext"))
    api_id = context.get("apiId")
    if found.get("type") != "REQUEST" or api_id not in api_ids:
        raise NotAnAuthorizerEventError("not a REQUEST authorizer's event of an API this function is for")
    if found.get("version") == "2.0":
        http = _mapping(context.get("http"))
        return AccessQuestion(
            api_id=str(api_id),
            method=_text(http, "method"),
            path=_without_stage(_text(found, "rawPath"), context.get("stage")),
            resource_arn=_text(found, "routeArn"),
            is_simple=True,
            source_ip=str(http.get("sourceIp") or ""),
            user_agent=str(http.get("userAgent") or ""),
            unverified_header=_single_header(found),
        )
    identity = _mapping(context.get("identity"))
    return AccessQuestion(
        api_id=str(api_id),
        method=_text(found, "httpMethod"),
        path=_text(found, "path"),
        resource_arn=_text(found, "methodArn"),
        is_simple=False,
        source_ip=str(identity.get("sourceIp") or ""),
        user_agent=str(identity.get("userAgent") or ""),
        unverified_header=_single_header(found),
    )


def _without_stage(path: str, stage: object) -> str:
    if stage != "$default" and f"{path}/".startswith(f"/{stage}/"):
        return path.removeprefix(f"/{stage}") or "/"
    return path


def _single_header(event: Mapping[str, Any]) -> str | None:
    """Find the one Authorization header. Payload 2.0 joins several with commas, which no proof survives."""
    several = event.get("multiValueHeaders") or {}
    listed = [
        value for name, values in _mapping(several).items() if name.lower() == "authorization" for value in values
    ]
    plain = [value for name, value in _mapping(event.get("headers") or {}).items() if name.lower() == "authorization"]
    found = listed or plain
    return found[0] if len(found) == 1 and len(plain) <= 1 and isinstance(found[0], str) else None


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise NotAnAuthorizerEventError("a part of the event is missing")
    return value


def _text(mapping: Mapping[str, Any], key: str) -> str:
    value = mapping.get(key)
    if not isinstance(value, str) or not value:
        raise NotAnAuthorizerEventError(f"{key} is missing")
    return value
