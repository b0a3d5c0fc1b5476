"""One HTTP request: the caller as the gateway verified it, the path at the API, and the JSON body, parsed strictly.

An event has the path as the client wrote it, including what the gateway ignores when it selects a route: the stage on
the API's own domain (HTTP APIs), the base path of the mapping on any other (both kinds; API Gateway guide, "Set up
custom domain names" and "Map API stages to a custom domain name"). No event gives the length of the base path. It
follows from the route, which is what API Gateway authorized, so nothing is guessed from the written path.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from shared.edge.error_codes import Code
from shared.edge.responses import Refusal

if TYPE_CHECKING:
    # The authorizer reads paths by this module, and has no issuers.
    from shared.core.token_identity import TokenClaims

_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who signed the request, from API Gateway's request context; nothing is from a header or the body.

    `source_ip` is the gateway's TCP peer; `X-Forwarded-For` is written by clients and never read. A caller with a
    `token` has neither account nor access key, and `arn` reads `oidc/<issuer>/<subject>`.
    """

    arn: str
    account: str
    source_ip: str
    user_agent: str
    access_key_id: str
    token: "TokenClaims | None" = None


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request behind the gateway. `path` has no stage; a query parameter occurs once; the body is raw bytes."""

    method: str
    path: str
    query: Mapping[str, str]
    caller: Caller
    content_type: str = ""
    body: bytes = field(default=b"", repr=False)


class AmbiguousError(ValueError):
    """A key occurs twice, or a number is not valid JSON."""


def parse_json_object(request: HttpRequest) -> Mapping[str, Any] | Refusal:
    """Parse the body of a request, which must be a JSON object."""
    if request.content_type.partition(";")[0].strip().lower() != _JSON:
        return _invalid(f"The body must be JSON: send it with the header Content-Type: {_JSON}.")
    try:
        body = load_json(request.body)
    except AmbiguousError as error:
        return _invalid(f"The body is ambiguous: {error}.")
    except (ValueError, RecursionError):
        return _invalid('The body is not JSON; send an object such as {"profile": "dev"}.')
    if not isinstance(body, dict):
        return _invalid('The body is not a JSON object; send one such as {"profile": "dev"}.')
    return body


def load_json(text: bytes) -> Any:
    """Load JSON in which no key occurs twice.

    Raises:
        AmbiguousError: one does, or a number is not valid JSON.
        ValueError: it is not JSON.
        RecursionError: it is nested too deeply.

    """
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise AmbiguousError(f"field {name[:64]!a} occurs twice")
        found[name] = value
    return found


def _refuse_constant(word: str) -> Any:
    raise AmbiguousError(f"{word} is not a JSON number")


def _invalid(message: str) -> Refusal:
    return Refusal(Code.INVALID_REQUEST, message)


_CATCH_ALL: Final = "$default"
_OPEN: Final = re.compile(r"\{([^{}+]+)\+?\}")


def path_at_api(event: Mapping[str, Any], context: Mapping[str, Any]) -> str | None:
    """Give the path below stage and base path; None if the parts of the event contradict each other.

    `event` is that of an integration or an authorizer, of either payload version, `context` its request context.
    """
    is_v2 = event.get("version") == "2.0"
    written, route = (event.get("rawPath"), _route_of(event)) if is_v2 else (event.get("path"), event.get("resource"))
    if not isinstance(written, str) or not written:
        return None
    if not isinstance(route, str) or not route.startswith("/"):
        # The catch-all route takes what is written, with any prefix.
        return _without_stage(written, context) if _is_own_domain(context) else written
    if _is_own_domain(context):
        # REST APIs remove the stage themselves, and their events have no version.
        path = _without_stage(written, context) if "version" in event else written
        return path if _agrees(path, route, event.get("pathParameters")) else None
    return _below_base_path(written, route, event.get("pathParameters"))


def _route_of(event: Mapping[str, Any]) -> str:
    """Parse the path of a route key: `ANY /v1/{proxy+}`, or `$default`."""
    return str(event.get("routeKey") or _CATCH_ALL).rpartition(" ")[2]


def _is_own_domain(context: Mapping[str, Any]) -> bool:
    return str(context.get("domainName") or "").startswith(f"{context.get('apiId')}.execute-api.")


def _without_stage(path: str, context: Mapping[str, Any]) -> str:
    stage = context.get("stage")
    if stage == _CATCH_ALL or not f"{path}/".startswith(f"/{stage}/"):
        return path
    return path.removeprefix(f"/{stage}") or "/"


def _agrees(path: str, route: str, parameters: object) -> bool:
    """Whether a path is the route's, with the parameters that API Gateway extracted."""
    if not _OPEN.search(route) or not parameters:
        return True
    filled = _fill(route, parameters)
    return filled is not None and unquote(path) == unquote(filled)


def _below_base_path(written: str, route: str, parameters: object) -> str | None:
    filled = _fill(route, parameters)
    if filled is None or filled == route:
        return filled
    # As many segments as the route has, in the caller's spelling: they may be escaped here and not there.
    count = filled.count("/")
    path = "/" + "/".join(written.split("/")[-count:])
    return path if unquote(path) == unquote(filled) else None


def _fill(route: str, parameters: object) -> str | None:
    """Fill a route's parameters in; None if one is missing."""
    given = parameters if isinstance(parameters, dict) else {}
    names = _OPEN.findall(route)
    if not all(isinstance(given.get(name), str) for name in names):
        return None
    return _OPEN.sub(lambda found: str(given[found[1]]), route)
