"""The gateway: three endpoints on three free ports of loopback, in front of the same functions."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol, Self

from aiohttp import web

from deploy.local.gateway import refusals
from deploy.local.gateway.answers import HttpAnswer, function_failed, function_throttled, read_answer
from deploy.local.gateway.authentication import authenticate, check_shape
from deploy.local.gateway.credentials import RememberedCredentials
from deploy.local.gateway.endpoints import Endpoint, EndpointKind, find_route
from deploy.local.gateway.events import Arrival, build_event
from deploy.local.gateway.exchange import (
    LINE_LIMIT,
    new_request_id,
    new_trace_id,
    new_uuid,
    receive,
    refuse,
    respond,
)
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import ReceivedRequest
from deploy.local.loopback import Site
from deploy.local.runtime.api import FunctionFailedError, FunctionThrottledError


class Invokable(Protocol):
    """A Lambda function: takes a JSON event, returns its JSON answer or raises FunctionFailedError."""

    async def invoke(self, event: bytes, *, request_id: str, trace_id: str) -> bytes: ...


class Gateway:
    """The servers of the three endpoints."""

    def __init__(
        self,
        functions: Mapping[str, Invokable],
        credentials: RememberedCredentials,
        clock: Callable[[], datetime],
    ) -> None:
        self._functions = functions
        self._credentials = credentials
        self._clock = clock
        self._sites: dict[EndpointKind, Site] = {}
        self._prefixes: dict[EndpointKind, str] = {}

    async def open(self, endpoints: list[Endpoint], ports: Mapping[EndpointKind, int]) -> Self:
        """Serve the endpoints, each on its port; 0, the default, takes a free one."""
        for endpoint in endpoints:
            site = Site(self._application(endpoint), max_line_size=LINE_LIMIT, max_field_size=LINE_LIMIT)
            self._prefixes[endpoint.kind] = endpoint.prefix
            self._sites[endpoint.kind] = await site.open(ports.get(endpoint.kind, 0))
        return self

    async def close(self) -> None:
        """Stop serving."""
        for site in self._sites.values():
            await site.close()
        self._sites.clear()

    def url(self, kind: EndpointKind) -> str:
        """Return an endpoint's base URL, without a trailing slash."""
        return f"{self._sites[kind].url}{self._prefixes[kind]}"

    def _application(self, endpoint: Endpoint) -> web.Application:
        async def serve(incoming: web.Request) -> web.Response:
            try:
                request = await receive(incoming)
            except web.HTTPRequestEntityTooLarge:
                return respond(refuse(refusals.BODY_TOO_LARGE))
            return respond(await self._answer(endpoint, request))

        application = web.Application(client_max_size=endpoint.body_limit + 1)
        application.router.add_route("*", r"/{path:[\s\S]*}", serve)
        return application

    async def _answer(self, endpoint: Endpoint, request: ReceivedRequest) -> HttpAnswer:
        now = self._clock()
        if refusal := check_shape(endpoint, request):
            return refuse(refusal)
        route = find_route(endpoint, request)
        if isinstance(route, Refusal):
            return refuse(route)
        caller = await authenticate(endpoint, route, request, self._credentials, now)
        if isinstance(caller, Refusal):
            return refuse(caller)
        arrival = Arrival(now, new_request_id(endpoint), new_trace_id(now))
        event = json.dumps(build_event(endpoint, route, request, caller, arrival)).encode()
        function = self._functions[route.function]
        try:
            returned = await function.invoke(event, request_id=new_uuid(), trace_id=arrival.trace_id)
        except FunctionThrottledError:
            return function_throttled(endpoint)
        except FunctionFailedError:
            return function_failed(endpoint)
        return read_answer(endpoint, returned)
