"""Whether a run has passed: every threshold, what was found, and whether it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from load.scenario import Thresholds


@dataclass(frozen=True, slots=True)
class Check:
    """One threshold. `found` is None where nothing was measured, which never passes."""

    title: str
    wanted: float
    found: float | None
    at_least: bool = False

    @property
    def passed(self) -> bool:
        if self.found is None:
            return False
        return self.found >= self.wanted if self.at_least else self.found <= self.wanted

    @property
    def row(self) -> Mapping[str, Any]:
        sign = ">=" if self.at_least else "<="
        return {"check": f"{self.title} {sign} {self.wanted:g}", "found": self.found, "passed": self.passed}


def judge(result: Mapping[str, Any], thresholds: Thresholds) -> Sequence[Check]:
    """Compare a run with its thresholds. A name that has a threshold of its own must have been asked for."""
    requests = result["requests"]
    unexpected = result["total"]["unexpected"] + result["unexpected_in_warm_up"]
    names = sorted({*requests, *thresholds.p99_ms})
    return [
        Check("requests per second", thresholds.rps, result["total"]["rps"], at_least=True),
        Check("unexpected outcomes", thresholds.unexpected, unexpected),
        *(
            Check(
                f"p99 of {name}, ms",
                thresholds.p99_ms.get(name, thresholds.other_p99_ms),
                requests.get(name, {}).get("latency_ms", {}).get("p99"),
            )
            for name in names
        ),
    ]
