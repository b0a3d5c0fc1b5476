"""Calls side by side, each to its end."""

import asyncio

import pytest

from shared.aws.concurrency import gather_all, gather_both


async def test_the_first_begins_before_the_second_and_both_run_at_once() -> None:
    began: list[str] = []
    both = asyncio.Barrier(2)

    async def call(name: str) -> str:
        began.append(name)
        await both.wait()
        return name

    assert await gather_both(call("first"), call("second")) == ("first", "second")
    assert began == ["first", "second"]


@pytest.mark.parametrize("is_first", [True, False])
async def test_a_failure_does_not_keep_the_other_from_its_end(*, is_first: bool) -> None:
    failure, has_failed, is_done = ValueError("one of two"), asyncio.Event(), asyncio.Event()

    async def fail() -> None:
        has_failed.set()
        raise failure

    async def finish() -> str:
        await has_failed.wait()
        await asyncio.sleep(0)
        is_done.set()
        return "done"

    calls = (fail(), finish()) if is_first else (finish(), fail())
    assert set(await gather_both(*calls)) == {failure, "done"}
    assert is_done.is_set()


async def test_cancelling_the_caller_cancels_both_and_waits_for_them() -> None:
    ended: list[str] = []
    both = asyncio.Barrier(3)

    async def call(name: str) -> None:
        try:
            await both.wait()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(name)

    caller = asyncio.create_task(gather_both(call("first"), call("second")))
    await both.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert sorted(ended) == ["first", "second"]


async def test_the_first_failure_is_raised_when_all_are_over() -> None:
    is_done, may_end = asyncio.Event(), asyncio.Event()

    async def fail(words: str) -> str:
        may_end.set()
        raise ValueError(words)

    async def finish() -> str:
        await may_end.wait()
        await asyncio.sleep(0)
        is_done.set()
        return "done"

    with pytest.raises(ValueError, match="the first"):
        await gather_all([finish(), fail("the first"), fail("the second")])
    assert is_done.is_set()


async def test_answers_come_in_the_order_of_their_calls() -> None:
    turns = [asyncio.Event() for _ in range(3)]

    async def answer(number: int) -> int:
        turns[number - 1].set() if number else None
        await turns[number].wait() if number < 2 else None
        return number

    assert await gather_all(map(answer, range(3))) == [0, 1, 2]


async def test_cancelling_the_caller_cancels_every_call() -> None:
    both, ended = asyncio.Barrier(3), list[str]()

    async def call(name: str) -> None:
        try:
            await both.wait()
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    caller = asyncio.create_task(gather_all(map(call, ("a", "b"))))
    await both.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert sorted(ended) == ["a", "b"]
