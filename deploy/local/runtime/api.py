"""The Lambda Runtime API for one execution environment: one invocation at a time.

Lambda Developer Guide, "Using the Lambda runtime API for custom runtimes". The official runtime client calls it.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from deploy.local.loopback import Site
from shared.clock import utc_now

_PREFIX: Final = "/2018-06-01/runtime"
_ANSWER_LIMIT: Final = 6 * 1024 * 1024 + 4096


class FunctionFailedError(Exception):
    """The function raised, exited or timed out; the message is what the runtime reported, for the log."""


class FunctionThrottledError(FunctionFailedError):
    """Lambda did not start the function, because its concurrency limit is reached."""


@dataclass(slots=True)
class Invocation:
    """One event and the future of its answer."""

    event: bytes = field(repr=False)
    request_id: str
    trace_id: str
    answer: asyncio.Future[bytes] = field(repr=False)

    def succeed(self, answer: bytes) -> None:
        """Accept the function's answer; a second one is ignored."""
        if not self.answer.done():
            self.answer.set_result(answer)

    def fail(self, reason: str) -> None:
        """Accept the function's failure."""
        if not self.answer.done():
            self.answer.set_exception(FunctionFailedError(reason))


class RuntimeApi(Site):
    """Passes invocations to the one runtime that polls it."""

    def __init__(self, function_arn: str, timeout: timedelta) -> None:
        self._function_arn = function_arn
        self._timeout = timeout
        self._waiting: asyncio.Queue[Invocation] = asyncio.Queue()
        self._current: Invocation | None = None
        self.ready = asyncio.Event()
        application = web.Application(client_max_size=_ANSWER_LIMIT)
        application.router.add_get(f"{_PREFIX}/invocation/next", self._next)
        application.router.add_post(f"{_PREFIX}/invocation/{{request_id}}/response", self._response)
        application.router.add_post(f"{_PREFIX}/invocation/{{request_id}}/error", self._error)
        application.router.add_post(f"{_PREFIX}/init/error", self._init_error)
        super().__init__(application, handler_cancellation=True)

    def put(self, invocation: Invocation) -> None:
        """Queue an invocation for the runtime's next poll."""
        self._waiting.put_nowait(invocation)

    def fail_current(self, reason: str) -> None:
        """Fail the running invocation after its runtime exited. Queued invocations stay for the next runtime.

        An open poll of the dead runtime would take the next invocation, so it keeps the old, empty queue.
        """
        if self._current is not None:
            self._current.fail(reason)
            self._current = None
        old, self._waiting = self._waiting, asyncio.Queue()
        while not old.empty():
            self._waiting.put_nowait(old.get_nowait())
        self.ready.clear()

    def fail_all(self, reason: str) -> None:
        """Fail the running and the queued invocations: no runtime will start."""
        self.fail_current(reason)
        while not self._waiting.empty():
            self._waiting.get_nowait().fail(reason)

    async def _next(self, _request: web.Request) -> web.Response:
        self.ready.set()
        self._current = invocation = await self._take()
        deadline = utc_now() + self._timeout
        return web.Response(
            body=invocation.event,
            content_type="application/json",
            headers={
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(int(deadline.timestamp() * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": self._function_arn,
                "Lambda-Runtime-Trace-Id": f"{invocation.trace_id};Sampled=0",
            },
        )

    async def _take(self) -> Invocation:
        """Take the next invocation whose caller still waits."""
        waiting = self._waiting
        while True:
            invocation = await waiting.get()
            if not invocation.answer.done():
                return invocation

    async def _response(self, request: web.Request) -> web.Response:
        body = await request.read()
        return self._finish(request, lambda invocation: invocation.succeed(body))

    async def _error(self, request: web.Request) -> web.Response:
        reason = _reason(await request.read())
        return self._finish(request, lambda invocation: invocation.fail(reason))

    async def _init_error(self, request: web.Request) -> web.Response:
        # An environment that cannot start fails the waiting invocations, as Lambda does.
        self.fail_all(_reason(await request.read()))
        return _accepted()

    def _finish(self, request: web.Request, settle: Callable[[Invocation], None]) -> web.Response:
        invocation = self._current
        if invocation is None or invocation.request_id != request.match_info["request_id"]:
            return web.json_response({"errorType": "InvalidRequestID", "errorMessage": "no such request"}, status=400)
        self._current = None
        settle(invocation)
        return _accepted()


def _accepted() -> web.Response:
    return web.json_response({"status": "OK"}, status=202)


def _reason(body: bytes) -> str:
    try:
        error: Any = json.loads(body)
    except ValueError:
        return "the runtime reported an error it could not describe"
    return f"{error.get('errorType')}: {error.get('errorMessage')}"
