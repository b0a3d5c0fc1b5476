"""A function that scales: what starts cold, what waits, what is refused, and what is ended."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from deploy.local.runtime.api import FunctionFailedError, FunctionThrottledError, Invocation
from load.lambda_model.function import Scaling, ScalingFunction
from tests.patience import LIMIT_S


class Sandbox:
    """An environment that starts and answers when the test lets it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.started, self.answer = asyncio.Event(), asyncio.Event()
        self.pid: int | None = 1
        self.served: list[bytes] = []
        self.closed = False
        self.fails = False

    async def open(self) -> None:
        await self.started.wait()
        if self.fails:
            raise RuntimeError("planted")

    async def wait_until_ready(self) -> None:
        """Nothing more."""

    async def close(self) -> None:
        self.closed = True

    async def invoke(self, invocation: Invocation) -> bytes:
        await self.answer.wait()
        self.served.append(invocation.event)
        return invocation.event


class Fleet:
    """The environments that were made. Those whose number is in `held` do not start before the test lets them."""

    def __init__(self, *held: int) -> None:
        self.all: list[Sandbox] = []
        self._held = held

    def make(self, number: int) -> Sandbox:
        sandbox = Sandbox(number)
        if number not in self._held:
            sandbox.started.set()
        self.all.append(sandbox)
        return sandbox


@asynccontextmanager
async def deployed(fleet: Fleet, warm: int, maximum: int, idle_s: float = 60) -> AsyncIterator[ScalingFunction]:
    function = ScalingFunction(fleet.make, Scaling(warm, maximum, idle_s))
    await function.open()
    try:
        yield function
    finally:
        await function.close()


def invoke(function: ScalingFunction, event: bytes) -> "asyncio.Task[bytes]":
    return asyncio.create_task(function.invoke(event, request_id="r", trace_id="t"))


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(LIMIT_S):
        while not holds():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0)


async def test_a_warm_environment_serves_one_event_after_the_other() -> None:
    fleet = Fleet()
    async with deployed(fleet, 1, 3) as function:
        fleet.all[0].answer.set()
        assert [await invoke(function, event) for event in (b"1", b"2")] == [b"1", b"2"]
        assert (len(fleet.all), function.init_ms) == (1, [])


async def test_a_burst_starts_as_many_as_it_needs_and_counts_them_as_cold() -> None:
    fleet = Fleet()
    async with deployed(fleet, 1, 3) as function:
        calls = [invoke(function, b"%d" % number) for number in range(3)]
        await until(lambda: len(fleet.all) == 3)
        for sandbox in fleet.all:
            sandbox.answer.set()
        assert sorted(await asyncio.gather(*calls)) == [b"0", b"1", b"2"]
        assert len(function.init_ms) == 2
        assert [len(sandbox.served) for sandbox in fleet.all] == [1, 1, 1]


async def test_what_is_beyond_the_maximum_is_throttled_and_the_rest_is_served() -> None:
    fleet = Fleet()
    async with deployed(fleet, 1, 2) as function:
        calls = [invoke(function, b"served") for _ in range(2)]
        await until(lambda: len(fleet.all) == 2)
        with pytest.raises(FunctionThrottledError):
            await function.invoke(b"too many", request_id="r", trace_id="t")
        for sandbox in fleet.all:
            sandbox.answer.set()
        assert await asyncio.gather(*calls) == [b"served", b"served"]
        assert await invoke(function, b"later") == b"later"


async def test_an_event_takes_a_free_environment_first() -> None:
    fleet = Fleet(1)
    async with deployed(fleet, 1, 2) as function:
        first = invoke(function, b"first")
        await until(lambda: bool(fleet.all))
        second = invoke(function, b"second")
        await until(lambda: len(fleet.all) == 2)
        fleet.all[0].answer.set()
        assert [await first, await second] == [b"first", b"second"]
        assert fleet.all[0].served == [b"first", b"second"]


async def test_an_environment_that_ended_is_replaced() -> None:
    fleet = Fleet()
    async with deployed(fleet, 1, 1) as function:
        fleet.all[0].answer.set()
        fleet.all[0].pid = None
        await invoke(function, b"last words")
        again = invoke(function, b"again")
        await until(lambda: len(fleet.all) == 2)
        fleet.all[1].answer.set()
        assert await again == b"again"
        assert fleet.all[0].closed


async def test_a_cold_start_that_fails_fails_the_event_that_waits_for_it() -> None:
    fleet = Fleet(0)
    async with deployed(fleet, 0, 2) as function:
        call = invoke(function, b"event")
        await until(lambda: bool(fleet.all))
        fleet.all[0].fails = True
        fleet.all[0].started.set()
        with pytest.raises(FunctionFailedError, match="planted"):
            await call
        assert (function.init_ms, fleet.all[0].closed) == ([], True)


async def test_an_event_whose_sender_is_gone_keeps_no_environment() -> None:
    fleet = Fleet()
    async with deployed(fleet, 1, 2) as function:
        first, second = invoke(function, b"first"), invoke(function, b"second")
        await until(lambda: len(fleet.all) == 2)
        second.cancel()
        for sandbox in fleet.all:
            sandbox.answer.set()
        assert await first == b"first"
        later = [invoke(function, event) for event in (b"third", b"fourth")]
        assert [await call for call in later] == [b"third", b"fourth"]
        assert len(fleet.all) == 2


async def test_an_idle_environment_is_ended_and_the_next_event_starts_cold() -> None:
    fleet = Fleet()
    async with deployed(fleet, 1, 1, idle_s=0.02) as function:
        await until(lambda: fleet.all[0].closed)
        call = invoke(function, b"event")
        await until(lambda: len(fleet.all) == 2)
        fleet.all[1].answer.set()
        assert await call == b"event"
        assert (function.expired, len(function.init_ms)) == (1, 1)


@pytest.mark.parametrize(("warm", "maximum", "idle_s"), [(2, 1, 1), (-1, 1, 1), (0, 0, 1), (0, 1, 0)])
def test_impossible_scaling_is_refused(warm: int, maximum: int, idle_s: float) -> None:
    with pytest.raises(ValueError, match="maximum"):
        Scaling(warm, maximum, idle_s)
