"""Calls that wait for the caller's rate limit: a long list takes more reads than a minute allows."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from sentinel.errors import Refusal

Answered = TypeVar("Answered")
Pause = Callable[[float], Awaitable[None]]


async def within_limit(ask: Callable[[], Awaitable[Answered | Refusal]], pause: Pause) -> Answered | Refusal:
    """Ask again after each refusal by the rate limit, when it says; any other answer is returned."""
    answer = await ask()
    while isinstance(answer, Refusal) and answer.code == "throttled":
        await pause(max(1, answer.retry_after_s))
        answer = await ask()
    return answer
