"""The three kinds of HTTP endpoint in front of a Lambda: HTTP API, REST API and function URL, and their routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from deploy.local.gateway import refusals
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import ReceivedRequest
from deploy.policies.caller import INCIDENT_ROUTES
from shared.edge.api import Router

VEND: Final = "vend"
ADMIN: Final = "admin"
AUTHORIZER: Final = "authorizer"
SENSITIVE: Final = "sensitive-api"
_ADMIN_PREFIX: Final = "/v1/"


class EndpointKind(StrEnum):
    HTTP_API = "http-api"
    REST_API = "rest-api"
    FUNCTION_URL = "function-url"


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
    def service(self) -> str:
        """The service in a signature's scope."""
        return "lambda" if self.kind is EndpointKind.FUNCTION_URL else "execute-api"

    @property
    def stage(self) -> str:
        return "prod" if self.kind is EndpointKind.REST_API else "$default"

    @property
    def prefix(self) -> str:
        """The prefix before the path of a route."""
        return self.base_path or (f"/{self.stage}" if self.kind is EndpointKind.REST_API else "")

    @property
    def domain_name(self) -> str:
        if self.base_path:
            return "api.example.com"
        if self.kind is EndpointKind.FUNCTION_URL:
            return f"{self.api_id}.lambda-url.{self.region}.on.aws"
        return f"{self.api_id}.execute-api.{self.region}.amazonaws.com"

    @property
    def body_limit(self) -> int:
        """The largest body in bytes: 10 MB for API Gateway, 6 MB for a function URL (the services' quotas)."""
        return (6 if self.kind is EndpointKind.FUNCTION_URL else 10) * 1024 * 1024

    @property
    def action(self) -> str:
        """The IAM action that a caller needs."""
        return "lambda:InvokeFunctionUrl" if self.kind is EndpointKind.FUNCTION_URL else "execute-api:Invoke"

    def resource(self, method: str, path: str) -> str:
        """Return the ARN that the action is authorized on."""
        if self.kind is EndpointKind.FUNCTION_URL:
            return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.function_name}"
        api = f"arn:aws:execute-api:{self.region}:{self.account}:{self.api_id}"
        return f"{api}/{self.stage}/{method}{path}"

    def unsigned(self) -> Refusal:
        """Return the refusal of an unsigned call."""
        match self.kind:
            case EndpointKind.HTTP_API:
                return refusals.FORBIDDEN
            case EndpointKind.REST_API:
                return refusals.MISSING_TOKEN
            case EndpointKind.FUNCTION_URL:
                return refusals.URL_FORBIDDEN

    def not_permitted(self, arn: str, resource: str) -> Refusal:
        """Return the refusal of an identity whose policies do not allow the call; a REST API masks the account."""
        if self.kind is not EndpointKind.REST_API:
            return self.unsigned()
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
    if path is not None and (request.method, path) in _VEND_ROUTES:
        return Route(VEND, path, path)
    if path is not None and (matched := _INCIDENT_ROUTES.find(request.method, path)) is not None:
        return Route(ADMIN, matched.target, path, matched.parameters or None)
    if path is not None and path.startswith(_ADMIN_PREFIX) and len(path) > len(_ADMIN_PREFIX):
        return Route(ADMIN, "/v1/{proxy+}", path, {"proxy": path.removeprefix(_ADMIN_PREFIX)})
    return refusals.MISSING_TOKEN if endpoint.kind is EndpointKind.REST_API else refusals.NOT_FOUND


_VEND_ROUTES: Final = {("GET", "/"), ("POST", "/"), ("GET", "/profiles")}
_INCIDENT_ROUTES: Final = Router({(method, path): path for method, path in INCIDENT_ROUTES})


def _below(prefix: str, path: str) -> str | None:
    if path != prefix and not path.startswith(f"{prefix}/"):
        return None
    return path.removeprefix(prefix) or "/"
