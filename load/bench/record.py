"""The figures of one run as they are kept: `docs/performance/figures.json`, from which the page is written."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any, Final

from load.bench.figures import cpu_difference, figures_of
from load.bench.measure import Rounds
from load.bench.promises import cold_promises, promises
from load.bench.variants import VARIANTS
from load.cold.measure import Start
from load.report.result import describe_machine

FOLDER: Final = Path(__file__).parents[2] / "docs" / "performance"
FILE: Final = FOLDER / "figures.json"


def describe(rounds: Rounds, cold: Mapping[str, tuple[str, Sequence[Start]]], python: str) -> dict[str, Any]:
    """Sum up a run; `cold` holds starts by title, `python` is the version they ran on."""
    figures = {name: figures_of(found) for name, found in rounds.items()}
    starts = {name: {"title": title, **_medians(found)} for name, (title, found) in cold.items()}
    is_traced = {"traced", "ours"} <= rounds.keys()
    trace_ms = cpu_difference(rounds["traced"], rounds["ours"]) if is_traced else None
    kept = [*promises(figures, trace_ms), *cold_promises(starts)]
    return {
        "machine": describe_machine(),
        "rounds": max((len(found) for found in rounds.values()), default=0),
        "requests_a_round": max((len(found[0].wall_s) for found in rounds.values()), default=0),
        "variants": {name: {"title": VARIANTS[name].title, **asdict(found)} for name, found in figures.items()},
        "cold_python": python,
        "cold_rounds": max((len(found) for _, found in cold.values()), default=0),
        "cold": starts,
        "promises": [{**asdict(each), "is_kept": each.is_kept} for each in kept],
    }


def _medians(starts: Sequence[Start]) -> dict[str, float]:
    return {name: round(median(getattr(each, name) for each in starts), 2) for name in Start.__slots__}


def write_record(record: Mapping[str, Any]) -> None:
    """Keep a run's figures."""
    FOLDER.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def read_record() -> dict[str, Any]:
    """Read the figures that are kept."""
    record: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return record
