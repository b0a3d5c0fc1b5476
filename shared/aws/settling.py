"""Two calls side by side, each to its end: what one raises is told beside what the other gives."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")


async def settle(
    first: Coroutine[Any, Any, A],
    second: Coroutine[Any, Any, B],
) -> tuple[A | Exception, B | Exception]:
    """Give what each returned or raised, when both are over; cancelling the caller cancels both.

    `first` begins at once and in the caller's own task. `asyncio.gather` would make a task of each and begin neither
    before the loop's next turn, which a vend pays three times over.
    """
    async with asyncio.TaskGroup() as group:
        beside = group.create_task(_outcome(second))
        outcome = await _outcome(first)
    return outcome, beside.result()


async def _outcome(call: Coroutine[Any, Any, A]) -> A | Exception:
    try:
        return await call
    except Exception as error:  # noqa: BLE001 - it is the caller's to judge, once both are over
        return error
