"""Every request of a run, noted one by one: locust's own statistics round what they keep to two digits."""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Sample:
    """One request as its caller saw it.

    `request_id` is found again in the function's journal. `at_s` is when it was sent, in seconds since the run began;
    `took_ms` how long its answer took. `outcome` is `ok`, the code of a refusal, or what kept an answer from coming;
    `expected` whether the scenario takes it for right.
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
