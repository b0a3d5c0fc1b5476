"""Hedging, with calls that answer when the test says so."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.aws.hedging import Hedge

NAME = "sts.AssumeRole"


@dataclass
class Calls:
    """Each call waits for its own future; `started` tells when one begins."""

    answers: list[asyncio.Future[str]] = field(default_factory=list)
    started: asyncio.Queue[int] = field(default_factory=asyncio.Queue)
    cancelled: list[int] = field(default_factory=list)

    def make(self) -> Callable[[], Coroutine[Any, Any, str]]:
        async def call() -> str:
            number = len(self.answers)
            self.answers.append(asyncio.get_running_loop().create_future())
            self.started.put_nowait(number)
            try:
                return await self.answers[number]
            except asyncio.CancelledError:
                self.cancelled.append(number)
                raise

        return call


async def quick() -> str:
    return "quick"


async def warmed(ratio: float = 0.1, calls: int = 40) -> Hedge:
    """Give a hedge that knows how quick a call should be: it takes no time at all."""
    hedge = Hedge(ratio, lambda: 0.0)
    for _ in range(calls):
        await hedge.run(NAME, quick)
    return hedge


async def test_a_slow_call_is_made_again_and_the_first_answer_serves() -> None:
    calls = Calls()
    answer = asyncio.create_task((await warmed()).run(NAME, calls.make()))
    assert [await calls.started.get(), await calls.started.get()] == [0, 1]
    calls.answers[1].set_result("second")
    assert await answer == "second"
    assert calls.cancelled == [0]


async def test_the_first_call_may_still_win() -> None:
    calls = Calls()
    answer = asyncio.create_task((await warmed()).run(NAME, calls.make()))
    await calls.started.get()
    await calls.started.get()
    calls.answers[0].set_result("first")
    assert await answer == "first"
    assert calls.cancelled == [1]


async def test_one_failure_waits_for_the_other_call() -> None:
    calls = Calls()
    answer = asyncio.create_task((await warmed()).run(NAME, calls.make()))
    await calls.started.get()
    await calls.started.get()
    calls.answers[0].set_exception(OSError("reset"))
    calls.answers[1].set_result("second")
    assert await answer == "second"


async def test_two_failures_are_a_failure() -> None:
    calls = Calls()
    answer = asyncio.create_task((await warmed()).run(NAME, calls.make()))
    await calls.started.get()
    await calls.started.get()
    for each in calls.answers:
        each.set_exception(OSError("reset"))
    with pytest.raises(OSError, match="reset"):
        await answer


async def test_nothing_goes_on_after_the_caller_was_cancelled() -> None:
    calls = Calls()
    answer = asyncio.create_task((await warmed()).run(NAME, calls.make()))
    await calls.started.get()
    await calls.started.get()
    answer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answer
    assert sorted(calls.cancelled) == [0, 1]


@pytest.mark.parametrize(
    ("ratio", "name", "known"),
    [(0.0, NAME, 40), (0.1, "dynamodb.PutItem", 40), (0.1, NAME, 19)],
    ids=["switched off", "a write", "too little known"],
)
async def test_no_second_call_is_made(ratio: float, name: str, known: int) -> None:
    calls = Calls()
    answer = asyncio.create_task((await warmed(ratio, known)).run(name, calls.make()))
    await calls.started.get()
    calls.answers[0].set_result("only")
    assert await answer == "only"
    assert calls.started.empty()


async def test_extra_calls_are_within_the_budget() -> None:
    hedge, made = await warmed(0.1, 40), 0
    for _ in range(200):
        calls = Calls()
        answer = asyncio.create_task(hedge.run(NAME, calls.make()))
        await calls.started.get()
        for _ in range(5):
            await asyncio.sleep(0)
        for each in calls.answers:
            each.set_result("late")
        await answer
        made += len(calls.answers)
    # A tenth of 200, and of the 40 before.
    assert 200 < made <= 224
