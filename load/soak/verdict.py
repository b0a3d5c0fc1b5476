"""What a soak found in each process, whether that is allowed, and the section of `docs/assurance.md` about it.

Growth is distinguished from noise, from garbage that is collected late, and from filling up once, in three steps, each
robust against single values. The run is cut into equal parts and only the least value of each counts, because garbage
and requests under way only ever add. The growth is the median slope between any two parts (Theil and Sen) over the
whole run. And the parts must keep rising: of all pairs, the share that rises less the share that falls (Kendall's tau)
has to be higher than one single step can make it, wherever it comes; a pool that opens one more connection is no leak.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from statistics import median
from typing import Any, Final

from deploy.markdown import table
from load.result import Check, where
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
# A revocation of many marks eight rows at once, each over its own connection, which the pool keeps for minutes. Other
# reads and a repeated call need connections meanwhile. A busy machine was seen to keep nine to eleven more for a while.
_ADMIN: Final = "ADMIN"
_ALLOWED_MORE: Final = {
    GATEWAY: {**ALLOWED, "descriptors": 16, "tasks": 16},
    _ADMIN: {**ALLOWED, "descriptors": 16},
}

PARTS: Final = 12
# A single step makes at most 36 of the 66 pairs rise: 0.55.
_RISING: Final = 0.6


class TooFewValuesError(ValueError):
    """The values are too few to find growth in."""


@dataclass(frozen=True, slots=True)
class Growth:
    """How much more there was at the end, in the values' unit, and how steadily it rose, from -1 to 1."""

    amount: float
    tau: float
    first: float
    last: float

    def exceeds(self, allowed: float) -> bool:
        """Whether it keeps rising, by more than is allowed over the whole run."""
        return self.amount > allowed and self.tau > _RISING


def find_growth(values: Sequence[float]) -> Growth:
    """Find how values that were taken at equal intervals grow.

    Raises:
        TooFewValuesError: there are fewer than two for each part.

    """
    if len(values) < 2 * PARTS:
        raise TooFewValuesError(f"{len(values)} values, and growth needs {2 * PARTS}")
    bounds = [len(values) * number // PARTS for number in range(PARTS + 1)]
    least = [min(values[begin:end]) for begin, end in pairwise(bounds)]
    pairs = list(combinations(range(PARTS), 2))
    slope = median((least[late] - least[early]) / (late - early) for early, late in pairs)
    rising = sum((least[late] > least[early]) - (least[late] < least[early]) for early, late in pairs)
    return Growth(slope * (PARTS - 1), rising / len(pairs), least[0], least[-1])


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
