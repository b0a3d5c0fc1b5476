"""How late each answer is: a stream of random numbers for every client and operation, the same in every run.

Clients whose access key ids end in the same *lane* (`AKIAOURSLANE01`, `AKIABOTOLANE01`) meet the same sequence of
latencies for each operation, so that two ways to make the same calls are compared under the same latencies.
"""

import math
import random
from dataclasses import dataclass
from typing import Final

from load.aws_model.config import ModelConfig

LANE: Final = "LANE"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one call: how late the answer is, in seconds, and whether it is a failure."""

    delay_s: float
    throttled: bool = False
    failed: bool = False


class LatencySampler:
    """Draws the outcome of every call."""

    def __init__(self, config: ModelConfig) -> None:
        self._config = config
        self._streams: dict[tuple[str, str], random.Random] = {}

    def draw(self, key: str, operation: str) -> Outcome:
        """Draw the outcome of the next call of this operation by this access key id."""
        if self._config.zero:
            return Outcome(0.0)
        latency = self._config.latency_of(operation)
        stream = self._stream(key, operation)
        # Always four numbers, so that a change of one probability leaves the other draws what they were.
        roll, spread, throttle, error = stream.random(), stream.gauss(0, 1), stream.random(), stream.random()
        median_ms = latency.tail_median_ms if roll < latency.tail else latency.median_ms
        delay_s = median_ms * math.exp(latency.sigma * spread) / 1000
        return Outcome(delay_s, throttle < latency.throttle, error < latency.error)

    def _stream(self, key: str, operation: str) -> random.Random:
        stream = self._streams.get((key, operation))
        if stream is None:
            lane = key.rpartition(LANE)[2] if LANE in key else ""
            stream = random.Random(f"{self._config.seed}/{lane}/{operation}")  # noqa: S311 - latencies, not secrets
            self._streams[key, operation] = stream
        return stream


class Ceiling:
    """A quota of calls per second: a token bucket that holds one second's worth."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._left = float(per_second)
        self._seen_s = 0.0

    def admits(self, now_s: float) -> bool:
        """Take one call, if the quota has one left."""
        if not self._per_second:
            return True
        self._left = min(self._per_second, self._left + (now_s - self._seen_s) * self._per_second)
        self._seen_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True
