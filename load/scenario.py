"""A scenario's TOML file: the callers and their rate, the functions, and the thresholds. Read strictly."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

FOLDER: Final = Path(__file__).with_name("scenarios")
Count = Annotated[int, Field(ge=0, le=1000)]
Positive = Annotated[float, Field(gt=0, le=100_000)]


class ScenarioError(ValueError):
    """The scenario cannot be run; the message names the place."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Load(_Table):
    """`rate` is in tasks per second, of all users together."""

    users: Annotated[int, Field(ge=1, le=5000)]
    rate: Positive
    seconds: Annotated[float, Field(ge=1, le=7200)]
    warm_up_s: Annotated[float, Field(ge=0, le=600)] = 5.0


class Functions(_Table):
    """The number of environments of each function; 0: it is not part of the scenario."""

    vend: Count = 0
    admin: Count = 0
    authorizer: Count = 0


class Thresholds(_Table):
    """Requests per second at least; failures and the p99 of each name at most, `other_p99_ms` for names not listed."""

    rps: Positive
    unexpected: Annotated[int, Field(ge=0)] = 0
    other_p99_ms: Positive = 200.0
    p99_ms: Mapping[str, Positive] = {}


class Scenario(_Table):
    """The whole file. `sts_per_second` is STS's quota; `settings` are the functions' own, by function."""

    title: str
    load: Load
    functions: Functions
    thresholds: Thresholds
    sts_per_second: Annotated[int, Field(ge=1)] | None = None
    settings: Mapping[str, Mapping[str, str]] = {}

    @property
    def environments(self) -> Mapping[str, int]:
        """The functions that take part, with the number of their environments."""
        return {name: count for name, count in self.functions.model_dump().items() if count}


def names() -> list[str]:
    """Return the names of all scenarios."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def read_scenario(name: str) -> Scenario:
    """Read a scenario.

    Raises:
        ScenarioError: no scenario has this name, or its file is invalid.

    """
    if name not in names():
        raise ScenarioError(f"there is no scenario {name!r}: take one of {', '.join(names())}")
    file = FOLDER / f"{name}.toml"
    try:
        return Scenario.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ScenarioError(f"{file.name}: {error}") from None
