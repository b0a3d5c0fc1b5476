"""One HTTP request, with the caller as the gateway verified it, and its JSON body, parsed strictly."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared.edge.error_codes import Code
from shared.edge.responses import Refusal

_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who signed the request, from API Gateway's request context; nothing is from a header or the body.

    `source_ip` is the gateway's TCP peer; `X-Forwarded-For` is written by clients and never read.
    """

    arn: str
    account: str
    source_ip: str
    user_agent: str
    access_key_id: str


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request behind the gateway. `path` has no stage; a query parameter occurs once; the body is raw bytes."""

    method: str
    path: str
    query: Mapping[str, str]
    caller: Caller
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)


class _AmbiguousError(ValueError):
    """A key occurs twice, or a number is not valid JSON."""


def parse_json_object(request: HttpRequest) -> Mapping[str, Any] | Refusal:
    """Parse the body of a request, which must be a JSON object."""
    if request.content_type.partition(";")[0].strip().lower() != _JSON:
        return _invalid(f"The body must be JSON: send it with the header Content-Type: {_JSON}.")
    try:
        body = json.loads(request.body, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except _AmbiguousError as error:
        return _invalid(f"The body is ambiguous: {error}.")
    except (ValueError, RecursionError):
        return _invalid('The body is not JSON; send an object such as {"profile": "dev"}.')
    if not isinstance(body, dict):
        return _invalid('The body is not a JSON object; send one such as {"profile": "dev"}.')
    return body


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _AmbiguousError(f"field {name[:64]!a} occurs twice")
        found[name] = value
    return found


def _refuse_constant(word: str) -> Any:
    raise _AmbiguousError(f"{word} is not a JSON number")


def _invalid(message: str) -> Refusal:
    return Refusal(Code.INVALID_REQUEST, message)
