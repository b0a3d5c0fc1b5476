"""The two files that a load test and locust's process exchange: its target, and what its users saw.

Every request is noted one by one: locust's own statistics round what they keep to two digits.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass, field
from pathlib import Path
from typing import Final, Self

# Names the file, in locust's environment.
TARGET_FILE: Final = "SENTINEL_LOAD_TARGET"
# The header that carries a request's id and name to the function's journal. Only the journal reads it.
MARK: Final = "x-load-request"


@dataclass(frozen=True, slots=True)
class LoadCaller:
    """One caller: its name, which is also its user name in Sentinel, and its key."""

    user: str
    access_key_id: str
    secret_access_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Target:
    """The endpoints and their callers, how often each of locust's users asks, and where it writes what it saw.

    `rate_per_user` is in tasks per second. What was asked in the first `warm_up_s` seconds is not part of the
    measurement. `guarded_api` is the base URL of an API behind the authorizer, empty without one.
    """

    http_api: str
    guarded_api: str
    guarded_api_id: str
    sts_url: str
    region: str
    callers: Sequence[LoadCaller]
    operator: LoadCaller
    rate_per_user: float
    warm_up_s: float
    samples_file: str

    def write(self, file: Path) -> None:
        """Write the file, readable by its owner only."""
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as out:  # noqa: PTH123 - a descriptor has no path
            json.dump(asdict(self), out)

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read what `write` wrote."""
        found = json.loads(file.read_text(encoding="utf-8"))
        found["callers"] = [LoadCaller(**each) for each in found["callers"]]
        found["operator"] = LoadCaller(**found["operator"])
        return cls(**found)


@dataclass(frozen=True, slots=True)
class Sample:
    """One request as its caller saw it.

    `request_id` is found again in the function's journal. `at_s` is when it was sent, in seconds since the run began;
    `took_ms` how long its answer took. `outcome` is `ok`, the code of a refusal, or why no answer came;
    `expected` whether the scenario expects it.
    """

    request_id: str
    name: str
    at_s: float
    took_ms: float
    outcome: str
    expected: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything a run's callers saw, and when it began and ended, in seconds on the machine's monotonic clock."""

    began_s: float
    ended_s: float
    samples: Sequence[Sample]

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read what `write` wrote."""
        began_s, ended_s, rows = json.loads(file.read_text(encoding="utf-8"))
        return cls(began_s, ended_s, [Sample(*row) for row in rows])

    def write(self, file: Path) -> None:
        """Write the file."""
        rows = [astuple(sample) for sample in self.samples]
        file.write_text(json.dumps([self.began_s, self.ended_s, rows]), encoding="utf-8")
