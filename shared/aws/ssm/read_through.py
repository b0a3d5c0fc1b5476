"""A read-through cache: a time to live, one read at a time per key, and the last good value when a read fails."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeAlias, TypeVar

from shared.aws.errors import AwsError, UnavailableError

V = TypeVar("V")
V_co = TypeVar("V_co", covariant=True)

# The result of a read for a key: its value, None if it definitely has no value, or the error.
Outcome: TypeAlias = V | AwsError | None
_MOST_ABSENT: Final = 1000


@dataclass(frozen=True, slots=True)
class CacheLimits:
    """How long a value serves, in seconds.

    `ttl_s`: without another read, for values and for absence. `max_stale_s`: the maximum age of the last good value
    that serves while reads fail. `read_timeout_s`: the timeout of one read.
    """

    ttl_s: float = 5.0
    max_stale_s: float = 300.0
    read_timeout_s: float = 3.0

    def __post_init__(self) -> None:
        if not 0 <= self.ttl_s <= self.max_stale_s < float("inf"):
            raise ValueError("a cache needs a TTL of 0 s or more, and a finite stale limit not under it")
        if not 0 < self.read_timeout_s < float("inf"):
            raise ValueError("a cache needs a read timeout of more than 0 s")


@dataclass(frozen=True, slots=True)
class Kept(Generic[V_co]):
    """A value, how long ago its read started, and whether a newer read was due and failed."""

    value: V_co
    age_s: float
    stale: bool


@dataclass(slots=True)
class _Good(Generic[V]):
    value: V
    read_at: float
    failure: AwsError | None = None
    retry_at: float = 0.0


@dataclass(slots=True, eq=False)
class _Flight:
    """One read in progress. `landed` remains False if its leader was cancelled; then a follower reads again."""

    done: asyncio.Event = field(default_factory=asyncio.Event)
    failures: dict[str, AwsError] = field(default_factory=dict)
    landed: bool = False


class ReadThrough(Generic[V]):
    """Reads keys with `read`, whose result must have every requested key.

    The first caller that needs a key reads it within its own call, so the read ends with that call and nothing outlives
    a response; later callers wait for it. If this leader is cancelled, a follower reads again. A cancelled follower
    affects no other caller.
    """

    def __init__(
        self,
        read: Callable[[Collection[str]], Awaitable[Mapping[str, Outcome[V]]]],
        limits: CacheLimits,
        monotonic: Callable[[], float],
        rest_s: Callable[[V], float] = lambda _: 0.0,
    ) -> None:
        """Cache the results of `read`. `rest_s` gives for a value how long it serves, if longer than the TTL."""
        self._read = read
        self._limits = limits
        self._monotonic = monotonic
        self._rest_s = rest_s
        self._good: dict[str, _Good[V]] = {}
        # Callers can request any name, so only the latest missing ones are remembered; good values are never evicted.
        self._absent: OrderedDict[str, float] = OrderedDict()
        self._flights: dict[str, _Flight] = {}

    def forget(self) -> None:
        """Drop everything: in a restored process the age of a value is not known."""
        self._good.clear()
        self._absent.clear()

    def last(self, key: str) -> V | None:
        """Give the last good value without a read, however old; None if there is no value."""
        good = self._good.get(key)
        return None if good is None else good.value

    async def find(self, keys: Collection[str]) -> Mapping[str, Kept[V] | AwsError | None]:
        """Find the value of every key, None for a key that definitely has no value.

        An error means that the read failed and there is no good value within the stale limit.
        """
        failures: dict[str, AwsError] = {}
        answers: dict[str, Kept[V] | AwsError | None] = {}
        pending = {key for key in keys if self.is_due(key)}
        answers.update({key: self._answer(key, None) for key in keys if key not in pending})
        asked = frozenset(pending)
        while pending:
            mine = {key for key in pending if key not in self._flights}
            joined = {key: self._flights[key] for key in pending - mine}
            if mine:
                failures |= (await self._lead(mine)).failures
            for key, flight in joined.items():
                await flight.done.wait()
                failures |= {key: flight.failures[key]} if key in flight.failures else {}
            pending = {key for key, flight in joined.items() if not flight.landed}
        answers.update({key: self._answer(key, failures.get(key)) for key in asked})
        return answers

    async def _lead(self, keys: Collection[str]) -> _Flight:
        flight = _Flight()
        self._flights.update(dict.fromkeys(keys, flight))
        began_at = self._monotonic()
        try:
            for key, outcome in (await self._read_in_time(keys)).items():
                self._store(key, outcome, began_at, flight)
            flight.landed = True
        finally:
            for key in keys:
                del self._flights[key]
            flight.done.set()
        return flight

    async def _read_in_time(self, keys: Collection[str]) -> Mapping[str, Outcome[V]]:
        try:
            async with asyncio.timeout(self._limits.read_timeout_s):
                return await self._read(keys)
        except TimeoutError:
            return dict.fromkeys(keys, UnavailableError("ssm", "a read took too long"))
        except AwsError as error:
            return dict.fromkeys(keys, error)

    def _store(self, key: str, outcome: Outcome[V], began_at: float, flight: _Flight) -> None:
        self._absent.pop(key, None)
        if isinstance(outcome, AwsError):
            flight.failures[key] = outcome
            if good := self._good.get(key):
                good.failure, good.retry_at = outcome, self._monotonic() + self._limits.ttl_s
        elif outcome is None:
            self._good.pop(key, None)
            self._absent[key] = began_at
            if len(self._absent) > _MOST_ABSENT:
                self._absent.popitem(last=False)
        else:
            self._good[key] = _Good(outcome, began_at)

    def is_due(self, key: str) -> bool:
        """Whether getting the key now would read the source."""
        now = self._monotonic()
        good = self._good.get(key)
        if good is None:
            return key not in self._absent or now - self._absent[key] >= self._limits.ttl_s
        # After a failed read the last good value serves for another TTL, so that a failing source delays only one
        # caller.
        is_resting = now < good.retry_at and now - good.read_at <= self._limits.max_stale_s
        return now - good.read_at >= max(self._limits.ttl_s, self._rest_s(good.value)) and not is_resting

    def _answer(self, key: str, failure: AwsError | None) -> Kept[V] | AwsError | None:
        good = self._good.get(key)
        if good is None:
            return failure
        age_s = self._monotonic() - good.read_at
        if good.failure is not None and age_s > self._limits.max_stale_s:
            return good.failure
        return Kept(good.value, age_s, stale=good.failure is not None)
