"""The figures of one run: kept in `docs/performance/figures.json`, and shown in a section of `docs/performance.md`."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any, Final

from load.bench.figures import cpu_difference, figures_of
from load.bench.measure import Rounds
from load.bench.promises import cold_promises, promises
from load.bench.variants import VARIANTS
from load.cold.measure import Start
from load.report.generated_sections import rewrite, table
from load.report.result import describe_machine, where, write_result

FOLDER: Final = Path(__file__).parents[2] / "docs" / "performance"
FILE: Final = FOLDER / "figures.json"
PAGE: Final = FOLDER.with_suffix(".md")
COMMAND: Final = "load.bench"
_COLD: Final = {
    "init_ms": "init, ms",
    "first_ms": "first answer, ms",
    "second_ms": "second, ms",
    "init_mb": "memory after init, MB",
    "first_mb": "after the first answer",
}


def describe(rounds: Rounds, cold: Mapping[str, tuple[str, Sequence[Start]]], python: str) -> dict[str, Any]:
    """Return a run's figures; `cold` holds titles and starts by name, `python` is the version that they ran on."""
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
        "promises": [
            {"title": each.title, "found": each.found, "most": each.wanted, "is_kept": each.passed} for each in kept
        ],
    }


def _medians(starts: Sequence[Start]) -> dict[str, float]:
    return {name: round(median(getattr(each, name) for each in starts), 2) for name in Start.__slots__}


def keep(record: Mapping[str, Any]) -> None:
    """Write a run's figures and the page's section.

    Raises:
        MarkedPageError: the page lacks the section's markers.

    """
    FOLDER.mkdir(exist_ok=True)
    write_result(record, FILE)
    rewrite(PAGE, COMMAND, render_section(record))


def read_record() -> dict[str, Any]:
    """Read the figures that are kept."""
    record: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return record


def render_section(record: Mapping[str, Any]) -> str:
    """Return the page's section: on what the figures were measured, and the tables."""
    lines = (
        f"{record['rounds']} rounds of {record['requests_a_round']} requests each, model and function on a core each;",
        f"{record['cold_rounds']} cold starts each, Python {record['cold_python']}.",
        where(record["machine"]),
    )
    return "\n".join([*lines, "", render_tables(record)])


def render_tables(record: Mapping[str, Any]) -> str:
    """Return what was measured, and whether what is promised was kept, as Markdown that a terminal shows too."""
    parts = []
    if record["variants"]:
        head = ("milliseconds", "p50", "p99", "above the floor, p50", "p99", "CPU")
        parts.append(table(head, _variants(record["variants"].values()), rule=_rule(5)))
    if record["cold"]:
        starts = ((each["title"], *(f"{each[name]:.0f}" for name in _COLD)) for each in record["cold"].values())
        parts.append(table(("cold start", *_COLD.values()), starts, rule=_rule(5)))
    promised = (
        (
            each["title"],
            f"{each['found']:.2f}",
            f"{each['most']:.2f}",
            "kept" if each["is_kept"] else "**not kept**",
        )
        for each in record["promises"]
    )
    parts.append(table(("promised", "measured", "at most", "verdict"), promised, rule=[*_rule(2), "---"]))
    return "\n\n".join(parts)


def _variants(variants: Iterable[Mapping[str, Any]]) -> Iterator[Sequence[str]]:
    for found in variants:
        above = "" if found["above_p50"] is None else _figure(found["above_p50"])
        tail = "" if found["above_p99"] is None else f"{found['above_p99']:.2f}"
        yield found["title"], f"{found['wall_p50']:.1f}", f"{found['wall_p99']:.1f}", above, tail, _figure(found["cpu"])


def _figure(figure: Mapping[str, float]) -> str:
    return f"{figure['middle']:.2f} ({figure['low']:.2f}-{figure['high']:.2f})"


def _rule(numbers: int) -> Sequence[str]:
    return ["---", *["--:"] * numbers]
