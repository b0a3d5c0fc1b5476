"""How late each answer is: the distributions of `latencies.toml`, and a stream of random numbers for each of them.

Every client and operation has a stream, the same in every run. Clients whose access key ids end in the same *lane*
(`AKIAOURSLANE01`, `AKIABOTOLANE01`) meet the same sequence of latencies for each operation, so that two ways to make
the same calls are compared under the same latencies.
"""

import math
import random
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

DEFAULT_FILE: Final = Path(__file__).with_name("latencies.toml")
SERVICES: Final = frozenset({"dynamodb", "iam", "sns", "ssm", "sts"})
LANE: Final = "LANE"
Milliseconds = Annotated[float, Field(gt=0, le=60_000)]


class Latency(BaseModel):
    """One distribution; `latencies.toml` explains its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    median_ms: Milliseconds
    sigma: Annotated[float, Field(ge=0, le=3)] = 0.0
    tail: Annotated[float, Field(ge=0, le=1)] = 0.0
    tail_median_ms: Milliseconds = 1.0


class ModelConfig(BaseModel):
    """The whole file. `zero` removes all latency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 1
    zero: bool = False
    sts_per_second: Annotated[int, Field(ge=0)] = 600
    keep_alive_s: Annotated[float, Field(gt=0, le=3600)] = 20.0
    latency: Mapping[str, Latency]

    @model_validator(mode="after")
    def _every_service_has_a_latency(self) -> Self:
        if missing := sorted(SERVICES - set(self.latency)):
            raise ValueError(f"latency: missing for {', '.join(missing)}")
        if strange := sorted(name for name in self.latency if name.partition(".")[0] not in SERVICES):
            raise ValueError(f"latency.{strange[0]}: not a service of {', '.join(sorted(SERVICES))}")
        return self

    def latency_of(self, operation: str) -> Latency:
        """Return the distribution of an operation such as `sts.AssumeRole`."""
        return self.latency.get(operation) or self.latency[operation.partition(".")[0]]


def read_config(file: Path = DEFAULT_FILE, **instead: float | None) -> ModelConfig:
    """Read a file; `instead` replaces values by name, unless they are None.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is invalid; the message names the place.

    """
    said = {name: value for name, value in instead.items() if value is not None}
    return ModelConfig.model_validate(tomllib.loads(file.read_text(encoding="utf-8")) | said)


class LatencySampler:
    """Draws the latency of every call."""

    def __init__(self, config: ModelConfig) -> None:
        self._config = config
        self._streams: dict[tuple[str, str], random.Random] = {}

    def draw_s(self, key: str, operation: str) -> float:
        """Return how late the answer to the next call of this operation by this access key id is, in seconds."""
        if self._config.zero:
            return 0.0
        latency, stream = self._config.latency_of(operation), self._stream(key, operation)
        # Always two numbers, so that a change of the tail leaves the other draws what they were.
        roll, spread = stream.random(), stream.gauss(0, 1)
        median_ms = latency.tail_median_ms if roll < latency.tail else latency.median_ms
        return median_ms * math.exp(latency.sigma * spread) / 1000

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
