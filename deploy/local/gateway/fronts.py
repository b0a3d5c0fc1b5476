"""The three ways AWS puts HTTP in front of a Lambda, as values: what differs between them, and their routes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from deploy.local.gateway import refusals
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import ReceivedRequest
from deploy.policies.incident import INCIDENT_ROUTES
from shared.edge.router import Router

VEND: Final = "vend"
ADMIN: Final = "admin"
AUTHORIZER: Final = "authorizer"
SENSITIVE: Final = "sensitive-api"
_ADMIN_PREFIX: Final = "/v1/"


class FrontKind(StrEnum):
    HTTP_API = "http-api"
    REST_API = "rest-api"
    FUNCTION_URL = "function-url"


@dataclass(frozen=True, slots=True)
class Front:
    """One front: its kind, its id (API id or URL id), and where it claims to be.

    A function URL belongs to one function, the vend function; `function_name` is its deployed name. With a `base_path`
    (`/team/sentinel`) the front is a custom domain that maps it to the API; there no stage is in the path.
    """

    kind: FrontKind
    api_id: str
    account: str
    region: str
    function_name: str = ""
    base_path: str = ""

    @property
    def service(self) -> str:
        """Name the service a signature must be scoped to."""
        return "lambda" if self.kind is FrontKind.FUNCTION_URL else "execute-api"

    @property
    def stage(self) -> str:
        return "prod" if self.kind is FrontKind.REST_API else "$default"

    @property
    def prefix(self) -> str:
        """Give what comes before the path of a route."""
        return self.base_path or (f"/{self.stage}" if self.kind is FrontKind.REST_API else "")

    @property
    def domain_name(self) -> str:
        if self.base_path:
            return "api.example.com"
        if self.kind is FrontKind.FUNCTION_URL:
            return f"{self.api_id}.lambda-url.{self.region}.on.aws"
        return f"{self.api_id}.execute-api.{self.region}.amazonaws.com"

    @property
    def body_limit(self) -> int:
        """Give the largest body in bytes: API Gateway's 10 MB, a function URL's 6 MB (both services' quotas)."""
        return (6 if self.kind is FrontKind.FUNCTION_URL else 10) * 1024 * 1024

    @property
    def action(self) -> str:
        """Name what an identity must be allowed to do to call."""
        return "lambda:InvokeFunctionUrl" if self.kind is FrontKind.FUNCTION_URL else "execute-api:Invoke"

    def resource(self, method: str, path: str) -> str:
        """Name what the action is done to."""
        if self.kind is FrontKind.FUNCTION_URL:
            return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.function_name}"
        place = f"arn:aws:execute-api:{self.region}:{self.account}:{self.api_id}"
        return f"{place}/{self.stage}/{method}{path}"

    def unsigned(self) -> Refusal:
        """Word the refusal of a call without a signature."""
        match self.kind:
            case FrontKind.HTTP_API:
                return refusals.forbidden()
            case FrontKind.REST_API:
                return refusals.missing_token()
            case FrontKind.FUNCTION_URL:
                return refusals.url_forbidden()

    def not_permitted(self, arn: str, resource: str) -> Refusal:
        """Word the refusal of an identity whose policies do not allow the call."""
        return refusals.not_permitted(arn, resource) if self.kind is FrontKind.REST_API else self.unsigned()


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes: the function, and the route's own words for it."""

    function: str
    resource: str
    path: str
    path_parameters: Mapping[str, str] | None = None

    def key(self, front: Front, method: str) -> str:
        """Spell the route key of payload 2.0."""
        if front.kind is FrontKind.FUNCTION_URL:
            return "$default"
        return f"{'ANY' if '+' in self.resource else method} {self.resource}"


def find_route(front: Front, request: ReceivedRequest) -> Route | Refusal:
    """Find the function behind a path; a function URL has one function behind every path."""
    if front.kind is FrontKind.FUNCTION_URL:
        return Route(VEND, "$default", request.path)
    path = _below(front.prefix, request.path)
    if path is not None and (request.method, path) in _VEND_ROUTES:
        return Route(VEND, path, path)
    if path is not None and (matched := _INCIDENT_ROUTES.find(request.method, path)) is not None:
        return Route(ADMIN, matched.target, path, matched.parameters or None)
    if path is not None and path.startswith(_ADMIN_PREFIX) and len(path) > len(_ADMIN_PREFIX):
        return Route(ADMIN, "/v1/{proxy+}", path, {"proxy": path.removeprefix(_ADMIN_PREFIX)})
    return refusals.missing_token() if front.kind is FrontKind.REST_API else refusals.not_found()


_VEND_ROUTES: Final = {("GET", "/"), ("POST", "/"), ("GET", "/profiles")}
_INCIDENT_ROUTES: Final = Router({(method, path): path for method, path in INCIDENT_ROUTES})


def _below(prefix: str, path: str) -> str | None:
    if path != prefix and not path.startswith(f"{prefix}/"):
        return None
    return path.removeprefix(prefix) or "/"
