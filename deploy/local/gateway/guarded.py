"""A third party's HTTP API behind the authorizer, which runs for every request (TTL 0).

API Gateway guide, "Control access to HTTP APIs with AWS Lambda authorizers": payload 2.0 with simple responses, and
`$request.header.Authorization` as the identity source. Without it a request gets 401 and no function runs; a denial is
403; an authorizer that fails, or returns anything else, gives 500.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self

from aiohttp import web

from deploy.local.gateway import refusals
from deploy.local.gateway.answers import HttpAnswer, function_failed, read_answer
from deploy.local.gateway.authentication import check_shape
from deploy.local.gateway.endpoints import Endpoint
from deploy.local.gateway.events import Arrival, Event, event_v2
from deploy.local.gateway.exchange import LINE_LIMIT, new_request_id, new_trace_id, new_uuid, receive, refuse, respond
from deploy.local.gateway.request import ReceivedRequest
from deploy.local.gateway.server import Invokable
from deploy.local.loopback import Site
from deploy.local.runtime.function import FunctionFailedError

_ROUTE_KEY: Final = "ANY /{proxy+}"
# An authorizer's event has no body.
_NOT_ASKED: Final = ("body", "isBase64Encoded")


@dataclass(slots=True)
class GuardedApi:
    """The API's server. `endpoint` must be of the kind HTTP API."""

    endpoint: Endpoint
    authorizer: Invokable
    integration: Invokable
    clock: Callable[[], datetime]
    _site: Site | None = field(default=None, init=False)

    async def open(self) -> Self:
        """Serve on a free port."""
        application = web.Application(client_max_size=self.endpoint.body_limit + 1)
        application.router.add_route("*", r"/{path:[\s\S]*}", self._serve)
        self._site = await Site(application, max_line_size=LINE_LIMIT, max_field_size=LINE_LIMIT).open()
        return self

    async def close(self) -> None:
        """Stop serving."""
        if self._site is not None:
            await self._site.close()

    @property
    def url(self) -> str:
        assert self._site is not None, "open it first"
        return self._site.url

    async def _serve(self, incoming: web.Request) -> web.Response:
        return respond(await self._answer(await receive(incoming)))

    async def _answer(self, request: ReceivedRequest) -> HttpAnswer:
        if refusal := check_shape(self.endpoint, request):
            return refuse(refusal)
        if not request.header("authorization"):
            return refuse(refusals.UNAUTHORIZED)
        now = self.clock()
        arrival = Arrival(now, new_request_id(self.endpoint), new_trace_id(now))
        try:
            returned = await _invoke(self.authorizer, authorizer_event(self.endpoint, request, arrival), arrival)
            context = _read_verdict(returned)
            if context is None:
                return refuse(refusals.FORBIDDEN)
            event = event_v2(self.endpoint, _ROUTE_KEY, request, arrival, {"lambda": context}, _path(request))
            return read_answer(self.endpoint, await _invoke(self.integration, event, arrival))
        except (FunctionFailedError, ValueError):
            return function_failed(self.endpoint)


async def _invoke(function: Invokable, event: Event, arrival: Arrival) -> bytes:
    return await function.invoke(json.dumps(event).encode(), request_id=new_uuid(), trace_id=arrival.trace_id)


def authorizer_event(endpoint: Endpoint, request: ReceivedRequest, arrival: Arrival) -> Event:
    """Build the event that the authorizer is invoked with (payload 2.0)."""
    event = event_v2(endpoint, _ROUTE_KEY, request, arrival, {}, _path(request))
    event["requestContext"].pop("authorizer")
    shown = {name: value for name, value in event.items() if name not in _NOT_ASKED}
    return shown | {
        "type": "REQUEST",
        "routeArn": endpoint.resource(request.method, request.path),
        "identitySource": [request.header("authorization")],
    }


def _path(request: ReceivedRequest) -> Mapping[str, str]:
    return {"proxy": request.path.removeprefix("/")}


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
