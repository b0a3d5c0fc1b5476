"""Concurrent calls that all end before their caller: nothing of a request runs on after its response.

If one call of a bare `asyncio.gather` fails, the others keep running. In a Lambda they would continue during another
caller's request, or never.
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
    """Return the result or the exception of each when both have ended; cancelling the caller cancels both.

    `first` starts at once in the caller's own task. `asyncio.gather` would make a task of each and start neither before
    the loop's next iteration, for which a vend would wait.
    """
    async with asyncio.TaskGroup() as group:
        other = group.create_task(_outcome(second))
        outcome = await _outcome(first)
    return outcome, other.result()


async def gather_all(calls: Iterable[Coroutine[Any, Any, A]]) -> list[A]:
    """Return the results of the calls in order when all have ended; cancelling the caller cancels all.

    Raises:
        Exception: the exception of the first call that failed.

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
