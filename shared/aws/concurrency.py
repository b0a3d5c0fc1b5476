"""Calls side by side, each to its end: nothing that a request began goes on after its answer.

A failure among the calls of a bare `asyncio.gather` leaves the others running. In a Lambda these go on in somebody
else's request, or never.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, TypeVar

A = TypeVar("A")
B = TypeVar("B")


async def gather_both(
    first: Coroutine[Any, Any, A],
    second: Coroutine[Any, Any, B],
) -> tuple[A | Exception, B | Exception]:
    """Give what each returned or raised, when both are over; cancelling the caller cancels both.

    `first` begins at once and in the caller's own task. `asyncio.gather` would make a task of each and begin neither
    before the loop's next turn, for which a vend would wait.
    """
    async with asyncio.TaskGroup() as group:
        beside = group.create_task(_outcome(second))
        outcome = await _outcome(first)
    return outcome, beside.result()


async def gather_all(calls: Iterable[Coroutine[Any, Any, A]]) -> list[A]:
    """Give what the calls returned, in their order, when all are over; cancelling the caller cancels all.

    Raises:
        Exception: what the first of them that failed raised.

    """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_outcome(call)) for call in calls]
    outcomes = [task.result() for task in tasks]
    for outcome in outcomes:
        if isinstance(outcome, Exception):
            raise outcome
    return [outcome for outcome in outcomes if not isinstance(outcome, Exception)]


async def _outcome(call: Coroutine[Any, Any, A]) -> A | Exception:
    try:
        return await call
    except Exception as error:  # noqa: BLE001 - it is the caller's to judge, once both are over
        return error
