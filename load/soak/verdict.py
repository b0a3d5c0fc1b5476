"""What a soak found in each process, and whether that is allowed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from load.report.verdict import Check
from load.soak.growth import Growth, find_growth
from load.soak.probe import Note

# Over the whole run, however long it is. What a process may still fill up is bounded: the memory of confirmed proofs,
# the arenas of Python's allocator (1 MiB each), a pool's connections.
ALLOWED: Final[Mapping[str, float]] = {"rss_kib": 2048, "blocks": 4000, "descriptors": 1, "tasks": 0}
# The gateway is the tool, not what is examined. Every caller keeps a connection once it was needed, and each is a
# descriptor and a task there; `load/scenarios/soak.toml` has sixteen callers.
GATEWAY: Final = "gateway"
# A revocation of many marks eight rows at once, each over a connection that is closed when it was idle for long: a
# short run may begin before the first of these revocations and end with one.
_ADMIN: Final = "ADMIN"
_ALLOWED_MORE: Final = {
    GATEWAY: {**ALLOWED, "descriptors": 16, "tasks": 16},
    _ADMIN: {**ALLOWED, "descriptors": 8},
}


@dataclass(frozen=True, slots=True)
class Watched:
    """One process: its name, and how each of its measures grew after the warm-up."""

    name: str
    notes: int
    pids: int
    growth: Mapping[str, Growth]


def watch(name: str, notes: Sequence[Note], from_s: float, to_s: float) -> Watched:
    """Find what grew between two instants.

    Raises:
        TooFewValuesError: the process noted too little.

    """
    within = [note for note in notes if from_s <= note["at_s"] <= to_s]
    growth = {measure: find_growth([note[measure] for note in within]) for measure in ALLOWED}
    return Watched(name, len(within), len({note["pid"] for note in notes}), growth)


def judge_growth(found: Watched) -> Sequence[Check]:
    """Compare one process with what it is allowed. What does not rise steadily counts as none."""
    allowed = next((more for name, more in _ALLOWED_MORE.items() if found.name.startswith(name)), ALLOWED)
    rises = {name: growth.amount if growth.exceeds(allowed[name]) else 0.0 for name, growth in found.growth.items()}
    return [
        *(Check(f"steady growth of {name} in {found.name}", allowed[name], rise) for name, rise in rises.items()),
        Check(f"times {found.name} ended", 0, found.pids - 1),
    ]


def count_odd_lines(log_file: Path) -> int:
    """Count what a function said besides audit lines of decided requests and metric lines: failures and noise."""
    return sum(not _is_usual(line) for line in log_file.read_text(encoding="utf-8", errors="replace").splitlines())


def _is_usual(line: str) -> bool:
    try:
        found: Any = json.loads(line)
    except ValueError:
        return False
    if not isinstance(found, dict):
        return False
    return "_aws" in found or (found.get("kind") == "sentinel.audit" and found.get("outcome") != "failed")
