"""Counting in bounded memory: what is counted has names that callers choose, and there may be any number of them."""

import math
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Final, Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")
# Three digits of a number of seconds: the error is at most half a percent, and few numbers are left.
_DIGITS: Final = 3


class Kept(Generic[Key, Value]):
    """Values by key, made when first asked for. At most `most` are kept; then `left_out` counts what found no room."""

    def __init__(self, make: Callable[[], Value], most: int) -> None:
        self._make = make
        self._most = most
        self._values: dict[Key, Value] = {}
        self.left_out = 0

    def find(self, key: Key) -> Value | None:
        """Find or make the value of a key; None where there is no room for another."""
        found = self._values.get(key)
        if found is None and len(self._values) < self._most:
            found = self._values[key] = self._make()
        if found is None:
            self.left_out += 1
        return found

    def items(self) -> list[tuple[Key, Value]]:
        return list(self._values.items())

    def __len__(self) -> int:
        return len(self._values)


class Cases(Generic[Value]):
    """Values by id, of which the one that was least recently touched is settled when there are too many."""

    def __init__(self, make: Callable[[], Value], settle: Callable[[str, Value], None], most: int) -> None:
        self._make = make
        self._settle = settle
        self._most = most
        self._open: OrderedDict[str, Value] = OrderedDict()

    def touch(self, case_id: str) -> Value:
        """Find or make the value of an id."""
        if case_id not in self._open:
            if len(self._open) >= self._most:
                self._settle(*self._open.popitem(last=False))
            self._open[case_id] = self._make()
        self._open.move_to_end(case_id)
        return self._open[case_id]

    def settle_all(self) -> None:
        """Settle what is left. Nothing may be touched any more."""
        while self._open:
            self._settle(*self._open.popitem(last=False))


class Waits:
    """Durations, each to three digits, and their percentiles."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def add(self, waited: timedelta) -> None:
        """Add a duration; clocks of two machines differ, and one below zero counts as none."""
        self._counts[_rounded(max(0.0, waited.total_seconds()))] += 1

    def __len__(self) -> int:
        return self._counts.total()

    def percentile(self, percent: int) -> int | None:
        """Give the seconds that so many percent of the durations do not exceed (nearest rank); None without any."""
        rank = math.ceil(len(self) * percent / 100)
        for seconds, reached in self._running():
            if reached >= rank:
                return seconds
        return None

    def _running(self) -> Iterator[tuple[int, int]]:
        reached = 0
        for seconds in sorted(self._counts):
            reached += self._counts[seconds]
            yield seconds, reached


def _rounded(seconds: float) -> int:
    whole = round(seconds)
    return round(whole, min(0, _DIGITS - len(str(whole))))
