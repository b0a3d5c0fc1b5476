"""A function that scales as Lambda's do: an environment serves one request at a time; beyond the maximum, 429.

Lambda Developer Guide, "Understanding Lambda function scaling": a request that finds no idle environment begins a cold
start and takes the first environment that is free, the new one or another. Beyond the maximum,
as beyond reserved concurrency, invocations are refused. An environment that was idle for long is ended.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from deploy.local.runtime.api import FunctionFailedError, FunctionThrottledError, Invocation
from deploy.local.runtime.function import Environment
from shared.clock import monotonic_s


@dataclass(frozen=True, slots=True)
class Scaling:
    """How many environments are there from the start, how many at most, and how long one is kept idle, in seconds."""

    warm: int
    maximum: int
    idle_s: float

    def __post_init__(self) -> None:
        if not 0 <= self.warm <= self.maximum or self.maximum < 1 or self.idle_s <= 0:
            raise ValueError("warm environments are part of the maximum, which is at least 1, and idle_s is above 0")


class ScalingFunction:
    """The function. `init_ms` holds the cold starts since it was ready; what was warm from the start is not in it."""

    def __init__(self, make: Callable[[int], Environment], scaling: Scaling) -> None:
        """`make` gives environment number n, not started yet."""
        self._make = make
        self._scaling = scaling
        self._made = 0
        self._running = 0
        self._in_flight = 0
        self._open: set[Environment] = set()
        self._idle: list[tuple[float, Environment]] = []
        self._waiting: deque[asyncio.Future[Environment]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self.init_ms: list[float] = []
        self.expired = 0

    async def open(self) -> Self:
        """Start the warm environments, one after the other: an init phase takes a core."""
        for _ in range(self._scaling.warm):
            self._running += 1
            await self._start()
        self.init_ms.clear()
        self._keep(self._expire())
        return self

    async def wait_until_ready(self) -> None:
        """Return at once: `open` has waited."""

    async def close(self) -> None:
        """End every environment."""
        for task in list(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for environment in list(self._open):
            await environment.close()

    async def invoke(self, event: bytes, *, request_id: str, trace_id: str) -> bytes:
        """Run one event through the function.

        Raises:
            FunctionThrottledError: as many invocations run as may.
            FunctionFailedError: it raised, ended, or could not be started.

        """
        if self._in_flight >= self._scaling.maximum:
            raise FunctionThrottledError(f"more than {self._scaling.maximum} at once")
        self._in_flight += 1
        try:
            if self._in_flight > self._running:
                self._running += 1
                self._keep(self._start_for_waiting())
            environment = await self._take()
            try:
                answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
                return await environment.invoke(Invocation(event, request_id, trace_id, answer))
            finally:
                await self._give(environment)
        finally:
            self._in_flight -= 1

    async def _take(self) -> Environment:
        if self._idle:
            # The one used last: the others may then grow old enough to be ended.
            return self._idle.pop()[1]
        free: asyncio.Future[Environment] = asyncio.get_running_loop().create_future()
        self._waiting.append(free)
        try:
            return await free
        except asyncio.CancelledError:
            if not free.cancelled():
                # Given at the same moment: pass it to another request.
                await self._give(free.result())
            raise

    async def _give(self, environment: Environment) -> None:
        if environment.pid is None:
            await self._forget(environment)
            return
        while self._waiting:
            free = self._waiting.popleft()
            if not free.done():
                free.set_result(environment)
                return
        self._idle.append((monotonic_s(), environment))

    async def _start(self) -> None:
        environment = self._make(self._made)
        self._made += 1
        self._open.add(environment)
        began_s = monotonic_s()
        try:
            await environment.open()
            await environment.wait_until_ready()
        except BaseException:
            await self._forget(environment)
            raise
        self.init_ms.append((monotonic_s() - began_s) * 1000)
        await self._give(environment)

    async def _start_for_waiting(self) -> None:
        try:
            await self._start()
        except Exception as error:  # noqa: BLE001 - a request waits for it, for any error
            if self._waiting and not (free := self._waiting.popleft()).done():
                free.set_exception(FunctionFailedError(str(error)))

    async def _expire(self) -> None:
        """End what has been idle for too long, the oldest first."""
        while True:
            await asyncio.sleep(self._scaling.idle_s / 4)
            while self._idle and monotonic_s() - self._idle[0][0] > self._scaling.idle_s:
                _, environment = self._idle.pop(0)
                self.expired += 1
                await self._forget(environment)

    async def _forget(self, environment: Environment) -> None:
        self._running -= 1
        self._open.discard(environment)
        await environment.close()

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
