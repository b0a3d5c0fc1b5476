"""The gateway: three fronts on three free ports of loopback, in front of the same functions."""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, Protocol, Self

from aiohttp import web

from deploy.local.gateway import refusals
from deploy.local.gateway.answers import HttpAnswer, function_failed, read_answer
from deploy.local.gateway.authentication import authenticate, check_shape
from deploy.local.gateway.credentials import RememberedCredentials
from deploy.local.gateway.events import Arrival, build_event
from deploy.local.gateway.fronts import Front, FrontKind, find_route
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import ReceivedRequest
from deploy.local.loopback import Site
from deploy.local.runtime.function import FunctionFailedError

# The fronts count the header bytes themselves; the server only has to let that much through.
_LINE_LIMIT: Final = 64 * 1024


class Invokable(Protocol):
    """A Lambda function: one JSON event in, its JSON answer out, or FunctionFailedError."""

    async def invoke(self, event: bytes, *, request_id: str, trace_id: str) -> bytes: ...


class Gateway:
    """The three fronts, serving."""

    def __init__(
        self,
        functions: Mapping[str, Invokable],
        credentials: RememberedCredentials,
        clock: Callable[[], datetime],
    ) -> None:
        self._functions = functions
        self._credentials = credentials
        self._clock = clock
        self._sites: dict[FrontKind, Site] = {}

    async def open(self, fronts: list[Front], ports: Mapping[FrontKind, int]) -> Self:
        """Serve the fronts, each on its port; 0, the default, takes a free one."""
        for front in fronts:
            site = Site(self._application(front), max_line_size=_LINE_LIMIT, max_field_size=_LINE_LIMIT)
            self._sites[front.kind] = await site.open(ports.get(front.kind, 0))
        return self

    async def close(self) -> None:
        """Stop serving."""
        for site in self._sites.values():
            await site.close()
        self._sites.clear()

    def url(self, kind: FrontKind) -> str:
        """Give a front's base URL, without a slash at its end."""
        stage = "/prod" if kind is FrontKind.REST_API else ""
        return f"{self._sites[kind].url}{stage}"

    def _application(self, front: Front) -> web.Application:
        async def serve(incoming: web.Request) -> web.Response:
            try:
                request = await _receive(incoming)
            except web.HTTPRequestEntityTooLarge:
                return _respond(_refuse(refusals.body_too_large()))
            return _respond(await self._answer(front, request))

        application = web.Application(client_max_size=front.body_limit + 1)
        application.router.add_route("*", "/{path:.*}", serve)
        return application

    async def _answer(self, front: Front, request: ReceivedRequest) -> HttpAnswer:
        now = self._clock()
        if refusal := check_shape(front, request):
            return _refuse(refusal)
        route = find_route(front, request)
        if isinstance(route, Refusal):
            return _refuse(route)
        caller = await authenticate(front, route, request, self._credentials, now)
        if isinstance(caller, Refusal):
            return _refuse(caller)
        arrival = Arrival(now, _request_id(front), _trace_id(now))
        event = json.dumps(build_event(front, route, request, caller, arrival)).encode()
        function = self._functions[route.function]
        try:
            returned = await function.invoke(event, request_id=_uuid(), trace_id=arrival.trace_id)
        except FunctionFailedError:
            return function_failed(front)
        return read_answer(front, returned)


async def _receive(incoming: web.Request) -> ReceivedRequest:
    return ReceivedRequest(
        method=incoming.method,
        target=incoming.raw_path,
        headers=[(_text(name), _text(value)) for name, value in incoming.raw_headers],
        body=await incoming.read(),
        source_ip=incoming.remote or "",
    )


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _refuse(refusal: Refusal) -> HttpAnswer:
    headers = [("content-type", "application/json"), ("x-amzn-errortype", refusal.error_type)]
    return HttpAnswer(refusal.status, headers, json.dumps({refusal.message_key: refusal.message}).encode())


def _respond(answer: HttpAnswer) -> web.Response:
    response = web.Response(status=answer.status, body=answer.body)
    response.headers.popall("content-type", None)
    for name, value in answer.headers:
        response.headers.add(name, value)
    response.headers.add("x-amzn-requestid", _uuid())
    return response


def _uuid() -> str:
    text = secrets.token_hex(16)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _request_id(front: Front) -> str:
    """Make a request id of the front's own shape: HTTP APIs use 16 characters of base64, the others a UUID."""
    return f"{secrets.token_urlsafe(11)}=" if front.kind is FrontKind.HTTP_API else _uuid()


def _trace_id(now: datetime) -> str:
    return f"Root=1-{int(now.timestamp()):08x}-{secrets.token_hex(12)}"
