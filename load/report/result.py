"""The result of a run: everything that can be compared, and where and of what it was measured."""

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from load.aws_model.ledger import Call
from load.driver.samples import Seen
from load.report.figures import describe_requests, match
from load.report.stays import Stay

_PROJECT: Final = Path(__file__).parents[2]


def build_result(
    seen: Seen,
    *,
    measured_from_s: float,
    stays: Sequence[Stay],
    calls: Mapping[str, Sequence[Call]],
) -> dict[str, Any]:
    """Give the figures of everything sent since an instant on the monotonic clock, by request name and in total."""
    warm_up_s, seconds = measured_from_s - seen.began_s, seen.ended_s - measured_from_s
    measured = match([each for each in seen.samples if each.at_s >= warm_up_s], stays, calls)
    names = sorted({each.sample.name for each in measured})
    by_name = {name: [each for each in measured if each.sample.name == name] for name in names}
    return {
        "seconds": round(seconds, 2),
        "total": describe_requests(measured, seconds) if measured else {"count": 0, "rps": 0.0, "unexpected": 0},
        # A failure counts whenever it happens.
        "unexpected_in_warm_up": sum(not each.expected for each in seen.samples if each.at_s < warm_up_s),
        "requests": {name: describe_requests(found, seconds) for name, found in by_name.items()},
    }


def describe_machine() -> Mapping[str, Any]:
    """Say what a run is measured on, how busy that is before it, and of which revision."""
    return {
        "load_before": round(os.getloadavg()[0], 1),
        "cpus": os.cpu_count(),
        "cpu": _cpu_name(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "revision": _git("rev-parse", "--short", "HEAD"),
        "changed_since": bool(_git("status", "--porcelain", "--untracked-files=no")),
    }


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
    """Write the result, in an order that makes two of them easy to compare by eye too."""
    file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def read_result(file: Path) -> dict[str, Any]:
    """Read a result.

    Raises:
        ValueError: the file is none; the message names it.

    """
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{file} cannot be read: {error}") from None
    if not isinstance(found, dict) or not {"scenario", "requests", "functions"} <= found.keys():
        raise ValueError(f"{file} is no result of `python -m load.run`")
    result: dict[str, Any] = found
    return result
