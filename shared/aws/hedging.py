"""Hedging: a call slower than the 90th percentile of its kind is sent a second time; the first response counts.

Jeffrey Dean and Luiz André Barroso, "The Tail at Scale" (2013). Only calls that may be made twice are hedged: reads,
and AssumeRole, whose unused credentials reach no one and have the same stamp as the used ones. A budget limits the
extra calls to a fraction of all calls, so that a slow AWS does not get much more load. Uses no hook of the library.
"""

import asyncio
from bisect import insort
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

T = TypeVar("T")

HEDGED: Final = frozenset(
    {"dynamodb.BatchGetItem", "dynamodb.GetItem", "dynamodb.Query", "ssm.GetParameters", "sts.AssumeRole"},
)
_REMEMBERED: Final = 100
_FEWEST: Final = 20
_PERCENTILE: Final = 0.9
_MOST_SAVED: Final = 5.0


class _Durations:
    """The latest durations of one operation, in seconds."""

    def __init__(self) -> None:
        self._latest: deque[float] = deque(maxlen=_REMEMBERED)
        self._sorted: list[float] = []

    def add(self, duration_s: float) -> None:
        if len(self._latest) == _REMEMBERED:
            self._sorted.remove(self._latest[0])
        self._latest.append(duration_s)
        insort(self._sorted, duration_s)

    def slow_s(self) -> float | None:
        """Give the 90th percentile; None until there are enough samples."""
        return None if len(self._sorted) < _FEWEST else self._sorted[int(len(self._sorted) * _PERCENTILE)]


class Hedge:
    """Hedges the calls of one process, at most `ratio` (0 to 1) extra calls a call. `monotonic` gives seconds."""

    def __init__(self, ratio: float, monotonic: Callable[[], float]) -> None:
        self._ratio = ratio
        self._monotonic = monotonic
        self._durations: defaultdict[str, _Durations] = defaultdict(_Durations)
        self._saved = 0.0

    async def run(self, name: str, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Make the call, a second time if it is slow; the call that is not used is cancelled before this returns.

        If neither succeeds, the exception of the last one is raised.
        """
        if not self._ratio or name not in HEDGED:
            return await call()
        self._saved = min(_MOST_SAVED, self._saved + self._ratio)
        durations, began = self._durations[name], self._monotonic()
        slow_s = durations.slow_s()
        answer = await (call() if slow_s is None else self._hedged(call, slow_s))
        durations.add(self._monotonic() - began)
        return answer

    async def _hedged(self, call: Callable[[], Coroutine[Any, Any, T]], slow_s: float) -> T:
        calls = [asyncio.create_task(call())]
        try:
            done, pending = await asyncio.wait(calls, timeout=slow_s)
            if pending and self._saved >= 1:
                self._saved -= 1
                calls.append(asyncio.create_task(call()))
                pending = set(calls)
            while pending and not (done and any(each.exception() is None for each in done)):
                done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            return next((each for each in done if each.exception() is None), calls[-1]).result()
        finally:
            for each in calls:
                each.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
