"""The result of a run: its figures, whether they pass the thresholds, and where and of what they were measured."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from load.aws_model.ledger import Call
from load.driver.exchange import Seen
from load.figures import InvocationRecord, Matched, calls_of, describe_requests
from load.scenario import Thresholds

_PROJECT: Final = Path(__file__).parents[1]


def build_result(
    seen: Seen,
    *,
    measured_from_s: float,
    invocations: Sequence[InvocationRecord],
    calls: Mapping[str, Sequence[Call]],
) -> dict[str, Any]:
    """Return the figures of all requests sent since an instant on the monotonic clock, by name and in total."""
    warm_up_s, seconds = measured_from_s - seen.began_s, seen.ended_s - measured_from_s
    known = {invocation.request_id: invocation for invocation in invocations}
    found = ((each, known.get(each.request_id)) for each in seen.samples if each.at_s >= warm_up_s)
    measured = [
        Matched(sample, invocation, () if invocation is None else calls_of(invocation, calls))
        for sample, invocation in found
    ]
    names = sorted({each.sample.name for each in measured})
    by_name = {name: [each for each in measured if each.sample.name == name] for name in names}
    return {
        "seconds": round(seconds, 2),
        "total": describe_requests(measured, seconds) if measured else {"count": 0, "rps": 0.0, "unexpected": 0},
        # A failure counts whenever it happens.
        "unexpected_in_warm_up": sum(not each.expected for each in seen.samples if each.at_s < warm_up_s),
        "requests": {name: describe_requests(each, seconds) for name, each in by_name.items()},
    }


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
    """Compare a run with its thresholds. A name with its own threshold must have been measured."""
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


def describe_machine() -> Mapping[str, Any]:
    """Return the machine, its load before the run, and the revision that is measured."""
    return {
        "load_before": round(os.getloadavg()[0], 1),
        "cpus": os.cpu_count(),
        "cpu": _cpu_name(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "revision": _git("rev-parse", "--short", "HEAD"),
        "changed_since": bool(_git("status", "--porcelain", "--untracked-files=no")),
    }


def where(machine: Mapping[str, Any], load_after: float | None = None) -> str:
    """Return the sentence that says on what a figure was measured, how busy that was, and of which revision."""
    after = "" if load_after is None else f" and {load_after} after"
    return (
        f"{machine['cpus']} cores ({machine['cpu']}), load average {machine['load_before']} before{after}; "
        f"Python {machine['python']}, revision {revision_of(machine)}."
    )


def revision_of(machine: Mapping[str, Any]) -> str:
    """Return the revision that was measured, and whether it had changes that were not committed."""
    revision: str = machine["revision"]
    return revision + (" and changes" if machine["changed_since"] else "")


def _cpu_name() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _git(*arguments: str) -> str:
    try:
        found = subprocess.run(  # noqa: S603 - constants only
            ["git", *arguments],  # noqa: S607 - whichever git made the working copy
            cwd=_PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return found.stdout.strip()


def write_result(result: Mapping[str, Any], file: Path) -> None:
    """Write a result as JSON, in the order of its keys, so that two files can be compared line by line."""
    file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def read_result(file: Path) -> dict[str, Any]:
    """Read a result of `python -m load.run`.

    Raises:
        ValueError: the file cannot be read or holds no such result; the message names it.

    """
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{file} cannot be read: {error}") from None
    if not isinstance(found, dict) or not {"scenario", "requests", "functions"} <= found.keys():
        raise ValueError(f"{file} is no result of `python -m load.run`")
    result: dict[str, Any] = found
    return result
