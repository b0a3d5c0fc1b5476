"""The three kinds of HTTP endpoint in front of a Lambda: HTTP API, REST API and function URL, and their routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from deploy.local.deployment import ADMIN, VEND
from deploy.local.gateway import refusals
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import ReceivedRequest
from deploy.policies.routes import ROUTES
from shared.edge.api import Router

_ADMIN_PREFIX: Final = "/v1/"


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
    """The function that a request goes to, and the route's resource and path."""

    function: str
    resource: str
    path: str
    path_parameters: Mapping[str, str] | None = None

    def key(self, endpoint: Endpoint, method: str) -> str:
        """Return the route key of payload 2.0."""
        if endpoint.kind is EndpointKind.FUNCTION_URL:
            return "$default"
        return f"{'ANY' if '+' in self.resource else method} {self.resource}"


def find_route(endpoint: Endpoint, request: ReceivedRequest) -> Route | Refusal:
    """Find the function behind a path; a function URL has one function behind every path."""
    if endpoint.kind is EndpointKind.FUNCTION_URL:
        return Route(VEND, "$default", request.path)
    path = _below(endpoint.prefix, request.path)
    if path is not None and (matched := _ROUTES.find(request.method, path)) is not None:
        return Route(matched.target.function, matched.target.path, path, matched.parameters or None)
    if path is not None and path.startswith(_ADMIN_PREFIX) and len(path) > len(_ADMIN_PREFIX):
        return Route(ADMIN, f"{_ADMIN_PREFIX}{{proxy+}}", path, {"proxy": path.removeprefix(_ADMIN_PREFIX)})
    return refusals.MISSING_TOKEN if endpoint.kind is EndpointKind.REST_API else refusals.NOT_FOUND


_ROUTES: Final = Router({(route.method, route.path): route for route in ROUTES if route.method != "ANY"})


def _below(prefix: str, path: str) -> str | None:
    if path != prefix and not path.startswith(f"{prefix}/"):
        return None
    return path.removeprefix(prefix) or "/"
