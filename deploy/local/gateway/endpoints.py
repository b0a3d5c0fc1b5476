"""The three kinds of HTTP endpoint in front of a Lambda: HTTP API, REST API and function URL, and their routes."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Final

from deploy.local.deployment import VEND
from deploy.local.gateway import refusals
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import ReceivedRequest
from deploy.policies.routes import ISSUER_PREFIX, ROUTES, issuer_routes
from deploy.policies.routes import Route as DefinedRoute
from shared.edge.api import Router

_GREEDY: Final = "{proxy+}"


class EndpointKind(Enum):
    """A kind of endpoint, and what all endpoints of the kind have in common.

    `service` is the one in a signature's scope, `action` the IAM action that a caller needs, `body_limit` the largest
    body in bytes (the services' quotas), and `unsigned` the refusal of an unsigned call.
    """

    HTTP_API = ("execute-api", "execute-api:Invoke", "$default", 10, refusals.FORBIDDEN)
    REST_API = ("execute-api", "execute-api:Invoke", "prod", 10, refusals.MISSING_TOKEN)
    FUNCTION_URL = ("lambda", "lambda:InvokeFunctionUrl", "$default", 6, refusals.URL_FORBIDDEN)

    def __init__(self, service: str, action: str, stage: str, body_limit_mb: int, unsigned: Refusal) -> None:
        self.service = service
        self.action = action
        self.stage = stage
        self.body_limit = body_limit_mb * 1024 * 1024
        self.unsigned = unsigned


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint: its kind, its id (API id or URL id), account and region.

    A function URL belongs to one function, the vend function; `function_name` is its deployed name. With a `base_path`
    (`/team/sentinel`) the endpoint is a custom domain that maps that path to the API, without a stage in the path.
    """

    kind: EndpointKind
    api_id: str
    account: str
    region: str
    function_name: str = ""
    base_path: str = ""

    @property
    def prefix(self) -> str:
        """The prefix before the path of a route."""
        return self.base_path or (f"/{self.kind.stage}" if self.kind is EndpointKind.REST_API else "")

    @property
    def domain_name(self) -> str:
        if self.base_path:
            return "api.example.com"
        if self.kind is EndpointKind.FUNCTION_URL:
            return f"{self.api_id}.lambda-url.{self.region}.on.aws"
        return f"{self.api_id}.execute-api.{self.region}.amazonaws.com"

    def resource(self, method: str, path: str) -> str:
        """Return the ARN that the action is authorized on."""
        if self.kind is EndpointKind.FUNCTION_URL:
            return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.function_name}"
        api = f"arn:aws:execute-api:{self.region}:{self.account}:{self.api_id}"
        return f"{api}/{self.kind.stage}/{method}{path}"

    def not_permitted(self, arn: str, resource: str) -> Refusal:
        """Return the refusal of an identity whose policies do not allow the call; a REST API masks the account."""
        if self.kind is not EndpointKind.REST_API:
            return self.kind.unsigned
        masked = resource.replace(f":{self.account}:", f":********{self.account[-4:]}:", 1)
        return refusals.NOT_PERMITTED.about(arn=arn, resource=masked)


@dataclass(frozen=True, slots=True)
class Route:
    """The function that a request goes to, the route's key and resource, and the path.

    `issuer` names the issuer whose tokens the route admits; empty: it admits signatures, or anyone where it `is_open`.
    """

    function: str
    key: str
    resource: str
    path: str
    path_parameters: Mapping[str, str] | None = None
    issuer: str = ""
    is_open: bool = False


def find_route(
    endpoint: Endpoint, request: ReceivedRequest, issuers: Container[str] = (), open_routes: Sequence[DefinedRoute] = ()
) -> Route | Refusal:
    """Find the function behind a path; a function URL has one function behind every path.

    `issuers` are those with routes of their own, `open_routes` those without authorization; only an HTTP API has any of
    these.
    """
    if endpoint.kind is EndpointKind.FUNCTION_URL:
        return Route(VEND, "$default", "$default", request.path)
    path = _below(endpoint.prefix, request.path)
    if endpoint.kind is EndpointKind.HTTP_API and path is not None:
        found_open = _find_open(request.method, path, open_routes)
        if found_open is not None:
            return found_open
    if path is not None and (found := _find(request.method, path, _issuer_in(endpoint, path, issuers))) is not None:
        return found
    return refusals.MISSING_TOKEN if endpoint.kind is EndpointKind.REST_API else refusals.NOT_FOUND


def _find_open(method: str, path: str, routes: Sequence[DefinedRoute]) -> Route | None:
    """Find an open route; a greedy variable also matches the folder with a slash at its end."""
    for route in routes:
        above = route.path.removesuffix(_GREEDY)
        if method == route.method and (path == route.path or (above != route.path and path.startswith(above))):
            parameters = {"proxy": path.removeprefix(above)} if above != route.path else None
            return Route(route.function, route.key, route.path, path, parameters, is_open=True)
    return None


def _issuer_in(endpoint: Endpoint, path: str, issuers: Container[str]) -> str:
    if endpoint.kind is not EndpointKind.HTTP_API or not path.startswith(ISSUER_PREFIX):
        return ""
    name = path.removeprefix(ISSUER_PREFIX).partition("/")[0]
    return name if name in issuers else ""


def _find(method: str, path: str, issuer: str) -> Route | None:
    """Find the most specific route: a full match, then the longest with a greedy variable."""
    full, greedy = _routes_of(issuer)
    for named in (method, "ANY"):
        if (matched := full.find(named, path)) is not None:
            target = matched.target
            return Route(target.function, target.key, target.path, path, matched.parameters or None, issuer)
    for route in greedy:
        above = route.path.removesuffix(_GREEDY)
        # An issuer's prefix matches with a slash at its end (docs/decisions/0054).
        if path.startswith(above) and (issuer or path != above):
            return Route(route.function, route.key, route.path, path, {"proxy": path.removeprefix(above)}, issuer)
    return None


@cache
def _routes_of(issuer: str) -> tuple[Router[DefinedRoute], list[DefinedRoute]]:
    routes = issuer_routes(issuer) if issuer else ROUTES
    greedy = [route for route in routes if route.path.endswith(_GREEDY)]
    full = Router({(route.method, route.path): route for route in routes if route not in greedy})
    return full, sorted(greedy, key=lambda route: -len(route.path))


def _below(prefix: str, path: str) -> str | None:
    if path != prefix and not path.startswith(f"{prefix}/"):
        return None
    return path.removeprefix(prefix) or "/"
