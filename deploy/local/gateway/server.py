"""The endpoints on free ports of loopback: three in front of vend and admin, and an API behind the authorizer."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, Self

from aiohttp import web

from deploy.local.gateway import refusals
from deploy.local.gateway.answers import HttpAnswer, function_failed, function_throttled, read_answer, respond
from deploy.local.gateway.authentication import RememberedCredentials, authenticate, check_shape
from deploy.local.gateway.endpoints import Endpoint, EndpointKind, Route, find_route
from deploy.local.gateway.events import Arrival, Event, build_event, event_v2, new_uuid
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import Caller, ReceivedRequest, receive
from deploy.local.gateway.tokens import TokenAuthorizer, VerifiedToken
from deploy.local.loopback import Site
from deploy.local.runtime.api import FunctionFailedError, FunctionThrottledError
from deploy.policies.routes import Route as DefinedRoute
from shared.clock import utc_now

# The endpoints count the header bytes themselves; the server must let at least that many through.
_LINE_LIMIT: Final = 64 * 1024
# An authorizer's event has no body.
_NOT_ASKED: Final = ("body", "isBase64Encoded")


class Invokable(Protocol):
    """A Lambda function: takes a JSON event, returns its JSON answer or raises FunctionFailedError."""

    async def invoke(self, event: bytes, *, request_id: str, trace_id: str) -> bytes: ...


async def _invoke(function: Invokable, event: Event, arrival: Arrival) -> bytes:
    return await function.invoke(json.dumps(event).encode(), request_id=new_uuid(), trace_id=arrival.trace_id)


class _Server(Site):
    """One endpoint's server. `answer` gets the requests of a legal shape."""

    def __init__(
        self, endpoint: Endpoint, answer: Callable[[Endpoint, ReceivedRequest], Awaitable[HttpAnswer | Refusal]]
    ) -> None:
        self._endpoint = endpoint
        self._answer = answer
        application = web.Application(client_max_size=endpoint.kind.body_limit + 1)
        application.router.add_route("*", r"/{path:[\s\S]*}", self._serve)
        super().__init__(application, max_line_size=_LINE_LIMIT, max_field_size=_LINE_LIMIT)

    @property
    def url(self) -> str:
        return f"{super().url}{self._endpoint.prefix}"

    async def _serve(self, incoming: web.Request) -> web.Response:
        try:
            request = await receive(incoming)
        except web.HTTPRequestEntityTooLarge:
            return respond(refusals.BODY_TOO_LARGE)
        return respond(check_shape(self._endpoint, request) or await self._answer(self._endpoint, request))


class Gateway:
    """The servers of the three kinds of endpoint, which verify signatures; the HTTP API's also tokens of `issuers`.

    The HTTP API also has `open_routes`, which ask for neither.
    """

    def __init__(
        self,
        functions: Mapping[str, Invokable],
        credentials: RememberedCredentials,
        issuers: Mapping[str, TokenAuthorizer] | None = None,
        open_routes: Sequence[DefinedRoute] = (),
    ) -> None:
        self._functions = functions
        self._credentials = credentials
        self._issuers = issuers or {}
        self._open_routes = open_routes
        self._servers: dict[EndpointKind, _Server] = {}

    async def open(self, endpoints: list[Endpoint], ports: Mapping[EndpointKind, int]) -> Self:
        """Serve the endpoints, each on its port; 0, the default, takes a free one."""
        for endpoint in endpoints:
            server = self._servers[endpoint.kind] = _Server(endpoint, self._answer)
            await server.open(ports.get(endpoint.kind, 0))
        return self

    async def close(self) -> None:
        """Stop serving."""
        for server in self._servers.values():
            await server.close()
        self._servers.clear()

    def url(self, kind: EndpointKind) -> str:
        """Return an endpoint's base URL, without a trailing slash."""
        return self._servers[kind].url

    async def _answer(self, endpoint: Endpoint, request: ReceivedRequest) -> HttpAnswer | Refusal:
        now = utc_now()
        route = find_route(endpoint, request, self._issuers, self._open_routes)
        if isinstance(route, Refusal):
            return route
        caller = None if route.is_open else await self._find_caller(endpoint, route, request, now)
        if isinstance(caller, Refusal):
            return caller
        arrival = Arrival.create(endpoint, now)
        event = build_event(endpoint, route, request, caller, arrival)
        try:
            return read_answer(endpoint, await _invoke(self._functions[route.function], event, arrival))
        except FunctionThrottledError:
            return function_throttled(endpoint)
        except FunctionFailedError:
            return function_failed(endpoint)

    async def _find_caller(
        self, endpoint: Endpoint, route: Route, request: ReceivedRequest, now: datetime
    ) -> Caller | VerifiedToken | Refusal:
        if route.issuer:
            return await self._issuers[route.issuer].verify(request, now)
        return await authenticate(endpoint, route, request, self._credentials, now)


class GuardedApi(_Server):
    """A third party's HTTP API behind the authorizer, which runs for every request (TTL 0).

    API Gateway guide, "Control access to HTTP APIs with AWS Lambda authorizers": payload 2.0 with simple responses, and
    `$request.header.Authorization` as the identity source. Without it a request gets 401 and no function runs; a denial
    is 403; an authorizer that fails, or returns anything else, gives 500.
    """

    def __init__(self, endpoint: Endpoint, authorizer: Invokable, integration: Invokable) -> None:
        super().__init__(endpoint, self._ask)
        self._authorizer = authorizer
        self._integration = integration

    async def _ask(self, endpoint: Endpoint, request: ReceivedRequest) -> HttpAnswer | Refusal:
        if not request.header("authorization"):
            return refusals.UNAUTHORIZED
        arrival = Arrival.create(endpoint, utc_now())
        try:
            question = authorizer_event(endpoint, request, arrival)
            context = _read_verdict(await _invoke(self._authorizer, question, arrival))
            if context is None:
                return refusals.FORBIDDEN
            event = _guarded_event(endpoint, request, arrival, {"lambda": context})
            return read_answer(endpoint, await _invoke(self._integration, event, arrival))
        except (FunctionFailedError, ValueError):
            return function_failed(endpoint)


def authorizer_event(endpoint: Endpoint, request: ReceivedRequest, arrival: Arrival) -> Event:
    """Build the event that the authorizer is invoked with (payload 2.0)."""
    event = _guarded_event(endpoint, request, arrival, {})
    event["requestContext"].pop("authorizer")
    shown = {name: value for name, value in event.items() if name not in _NOT_ASKED}
    return shown | {
        "type": "REQUEST",
        "routeArn": endpoint.resource(request.method, request.path),
        "identitySource": [request.header("authorization")],
    }


def _guarded_event(
    endpoint: Endpoint, request: ReceivedRequest, arrival: Arrival, authorizer: Mapping[str, Any]
) -> Event:
    path = {"proxy": request.path.removeprefix("/")}
    return event_v2(endpoint, "ANY /{proxy+}", request, arrival, authorizer, path)


def _read_verdict(returned: bytes) -> Mapping[str, Any] | None:
    """Read a simple response: the context of an authorized caller; None for a denial.

    Raises:
        ValueError: it is not a simple response.

    """
    verdict = json.loads(returned)
    if not isinstance(verdict, dict) or not isinstance(verdict.get("isAuthorized"), bool):
        raise ValueError("not a simple response")  # noqa: TRY004 - API Gateway answers both the same way
    context = verdict.get("context") or {}
    return context if verdict["isAuthorized"] else None
