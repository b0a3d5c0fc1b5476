"""The model's configuration: one TOML file, read strictly."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

DEFAULT_FILE: Final = Path(__file__).with_name("latencies.toml")
SERVICES: Final = frozenset({"dynamodb", "iam", "sns", "ssm", "sts"})
Probability = Annotated[float, Field(ge=0, le=1)]
Milliseconds = Annotated[float, Field(gt=0, le=60_000)]


class ModelConfigError(Exception):
    """The file cannot be used; the message names the place."""


class Latency(BaseModel):
    """One distribution; `latencies.toml` explains its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    median_ms: Milliseconds
    sigma: Annotated[float, Field(ge=0, le=3)] = 0.0
    tail: Probability = 0.0
    tail_median_ms: Milliseconds = 1.0
    throttle: Probability = 0.0
    error: Probability = 0.0


class ModelConfig(BaseModel):
    """The whole file."""

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


def read_config(file: Path = DEFAULT_FILE, *, zero: bool = False, **instead: float | None) -> ModelConfig:
    """Read a file; `zero` removes all latency; `instead` replaces values by name, unless they are None.

    Raises:
        ModelConfigError: it cannot be read, or is invalid.

    """
    try:
        said = {name: value for name, value in instead.items() if value is not None}
        written = tomllib.loads(file.read_text(encoding="utf-8")) | said | ({"zero": True} if zero else {})
        return ModelConfig.model_validate(written)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ModelConfigError(f"{file}: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ModelConfigError(f"{file}: {place}: {first['msg']}") from None
