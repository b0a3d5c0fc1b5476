"""What a soak found in each process, whether that is allowed, and the section of `docs/assurance.md` about it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.markdown import table
from load.result import Check, where
from load.soak.growth import Growth, find_growth
from load.soak.probe import Note

PAGE: Final = Path(__file__).parents[2] / "docs" / "assurance.md"
COMMAND: Final = "load.soak"
_TITLES: Final = {"rss_kib": "memory, KiB", "blocks": "Python objects", "descriptors": "descriptors", "tasks": "tasks"}
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
    """Compare one process with what it is allowed. A measure that does not rise steadily passes."""
    allowed = next((more for name, more in _ALLOWED_MORE.items() if found.name.startswith(name)), ALLOWED)
    rises = {name: growth.amount if growth.exceeds(allowed[name]) else 0.0 for name, growth in found.growth.items()}
    return [
        *(Check(f"steady growth of {name} in {found.name}", allowed[name], rise) for name, rise in rises.items()),
        Check(f"times {found.name} ended", 0, found.pids - 1),
    ]


def render_section(result: Mapping[str, Any]) -> str:
    """Return the section of `docs/assurance.md`."""
    errors = next(check["found"] for check in result["checks"] if check["check"].startswith("errors"))
    lines = (
        f"{result['seconds'] / 60:.1f} minutes on {result['at'][:10]}, {result['requests']} requests,",
        f"{errors} errors no caller caused; {'passed' if result['passed'] else 'FAILED'}.",
        f"The first {result['warm_up_s'] / 60:.1f} minutes are not compared.",
        where(result["machine"], result["load_after"]),
    )
    return "\n".join([*lines, "", render_table(result)])


def render_table(result: Mapping[str, Any]) -> str:
    """Return the table of what each process held after the warm-up and at the end, and how it grew between."""
    head = ["process", *(f"{title} (growth; {ALLOWED[name]:g} allowed)" for name, title in _TITLES.items())]
    rows = ([name, *(_cell(found[each]) for each in _TITLES)] for name, found in result["processes"].items())
    return table(head, rows)


def _cell(found: Mapping[str, float]) -> str:
    return f"{found['first']:g} → {found['last']:g} ({found['growth']:+g}, tau {found['tau']:g})"


def count_odd_lines(log_file: Path) -> int:
    """Count a log's lines that are neither audit lines of decided requests nor metric lines: failures and noise."""
    return sum(not _is_usual(line) for line in log_file.read_text(encoding="utf-8", errors="replace").splitlines())


def _is_usual(line: str) -> bool:
    try:
        found: Any = json.loads(line)
    except ValueError:
        return False
    if not isinstance(found, dict):
        return False
    return "_aws" in found or (found.get("kind") == "sentinel.audit" and found.get("outcome") != "failed")
