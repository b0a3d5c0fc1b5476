"""What a run of the bench found: its figures, its promises, and the section of `docs/performance.md` that shows them.

A run's figures are kept in `docs/performance/figures.json`. Promises are ratios within one run, because milliseconds do
not hold on another machine.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from types import MappingProxyType
from typing import Any, Final

from botocore.utils import ContainerMetadataFetcher

from deploy.markdown import rewrite, table
from load.bench.cold import Start
from load.bench.measure import Round, Rounds
from load.bench.variants import VARIANTS
from load.result import Check, describe_machine, where, write_result

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
# A figure of a variant or a cold start, the figure it is compared with, and the most that their ratio may be. The boto3
# handler makes the same calls one after the other and reads its documents for every request, as the variant `uncached`
# does. `trace` is what recording a trace adds to a vend; `whole_ms` is init and the first answer. botocore waits two
# seconds for credentials: one of them is left for what Lambda and the network add to a cold start. `token ratio` is
# already one, of what the two take in each round.
_PROMISED: Final = {
    "p99 with hedging to the floor's p99 without": ("hedged wall_p99", "ours floor_p99", 1.0),
    "a vend's CPU time to the boto3 handler's": ("ours cpu", "boto3 cpu", 0.36),
    "a trace's CPU time to the boto3 handler's": ("trace cpu", "boto3 cpu", 0.04),
    "the CPU time of an audit line's links to a vend's": ("links cpu", "ours cpu", 0.02),
    "p50 without cached documents to the boto3 handler's": ("uncached wall_p50", "boto3 wall_p50", 0.62),
    "p99 without cached documents to the boto3 handler's": ("uncached wall_p99", "boto3 wall_p99", 0.80),
    "a vend's time above the floor to the boto3 handler's, p50": ("uncached above_p50", "boto3 above_p50", 0.11),
    "a vend's time above the floor to the boto3 handler's, p99": ("uncached above_p99", "boto3 above_p99", 0.15),
    "a vend's calls to AWS for a token to those for a signature": ("token calls", "ours calls", 1.0),
    "a vend's time above the floor for a token to that for a signature, p50": (
        "token ratio",
        "one",
        1.15,
    ),
    "the authorizer's above its one read to the boto3 handler's above the floor, p50": (
        "authorizer above_p50",
        "boto3 above_p50",
        0.05,
    ),
    "vend: init to three boto3 clients'": ("vend init_ms", "boto3 init_ms", 1.25),
    "vend: init and first answer to the boto3 handler's": ("vend whole_ms", "boto3 whole_ms", 1.0),
    "vend: init and first answer for a token to the time that SDKs wait": ("token whole_ms", "botocore wait_ms", 0.5),
    "authorizer: init to three boto3 clients'": ("authorizer init_ms", "boto3 init_ms", 1.15),
    "authorizer: init and first answer to the boto3 handler's": ("authorizer whole_ms", "boto3 whole_ms", 0.9),
    "admin: init to three boto3 clients'": ("admin init_ms", "boto3 init_ms", 1.5),
    "admin: init and first answer to the boto3 handler's": ("admin whole_ms", "boto3 whole_ms", 1.1),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """Milliseconds: the median of the rounds, and the least and the most of their middle half."""

    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figures:
    """One variant's. What is above the floor is None for a variant without floors.

    `calls` is how many calls to AWS a vend makes while its documents are cached, None for what does not vend.
    Percentiles of all rounds together are for the tail, of which one round has too little.
    """

    wall_p50: float
    wall_p99: float
    floor_p99: float | None
    above_p50: Figure | None
    above_p99: float | None
    cpu: Figure
    calls: float | None = None


def figures_of(rounds: Sequence[Round]) -> Figures:
    """Sum up one variant's rounds."""
    has_floor = all(each.floor_s for each in rounds)
    return Figures(
        wall_p50=_over_all(rounds, lambda each: each.wall_s, 50),
        wall_p99=_over_all(rounds, lambda each: each.wall_s, 99),
        floor_p99=_over_all(rounds, lambda each: each.floor_s, 99) if has_floor else None,
        above_p50=_by_round(rounds, lambda each: each.above_s) if has_floor else None,
        above_p99=_over_all(rounds, lambda each: each.above_s, 99) if has_floor else None,
        cpu=_by_round(rounds, lambda each: each.cpu_s),
        calls=median(count for each in rounds for count in each.calls) if all(each.calls for each in rounds) else None,
    )


def _over_all(rounds: Sequence[Round], of: Callable[[Round], Sequence[float]], percent: int) -> float:
    values = (value for each in rounds for value in of(each))
    return quantiles(values, n=100, method="inclusive")[percent - 1] * 1000


def _by_round(rounds: Sequence[Round], of: Callable[[Round], Sequence[float]]) -> Figure:
    medians = [median(of(each)) * 1000 for each in rounds]
    quarters = quantiles(medians, n=4, method="inclusive")
    return Figure(median(medians), quarters[0], quarters[2])


def cpu_difference(rounds: Sequence[Round], others: Sequence[Round]) -> float:
    """Return the milliseconds of CPU by which one variant's request exceeds another's, compared within each round.

    Other work on the machine comes and goes, and what two neighbouring minutes differ by would count otherwise.
    """
    pairs = zip(rounds, others, strict=True)
    return median(median(each.cpu_s) - median(other.cpu_s) for each, other in pairs) * 1000


def ratio_above_floor(rounds: Sequence[Round], others: Sequence[Round]) -> float:
    """Return one variant's time above the floor to another's, compared within each round as `cpu_difference` does."""
    pairs = zip(rounds, others, strict=True)
    return median(median(each.above_s) / median(other.above_s) for each, other in pairs)


def promises(
    figures: Mapping[str, Figures],
    starts: Mapping[str, Mapping[str, Any]],
    compared: Mapping[str, float | None] = MappingProxyType({}),
) -> Iterator[Check]:
    """Compare what was measured with what is promised; what was not measured is left out.

    `compared` has what is compared within each round: `trace cpu` and `links cpu`, the CPU time that recording a trace
    and linking audit lines add to a vend, and `token ratio`, the time above the floor of one for a token to that of one
    for a signature.
    """
    found: dict[str, float | None] = {**compared, "one": 1.0}
    found |= {"botocore wait_ms": ContainerMetadataFetcher.TIMEOUT_SECONDS * 1000.0}
    for name, each in figures.items():
        found |= {f"{name} {figure}": _middle(getattr(each, figure)) for figure in Figures.__slots__}
    for name, start in starts.items():
        found |= {f"{name} init_ms": start["init_ms"], f"{name} whole_ms": start["init_ms"] + start["first_ms"]}
    for title, (numerator, denominator, most) in _PROMISED.items():
        ours, theirs = found.get(numerator), found.get(denominator)
        if ours is not None and theirs is not None:
            yield Check(title, most, ours / theirs)


def _middle(figure: Figure | float | None) -> float | None:
    return figure.middle if isinstance(figure, Figure) else figure


def describe(rounds: Rounds, cold: Mapping[str, tuple[str, Sequence[Start]]], python: str) -> dict[str, Any]:
    """Return a run's figures; `cold` holds titles and starts by name, `python` is the version that they ran on."""
    figures = {name: figures_of(found) for name, found in rounds.items()}
    starts = {name: {"title": title, **_medians(found)} for name, (title, found) in cold.items()}
    return {
        "machine": describe_machine(),
        "rounds": max((len(found) for found in rounds.values()), default=0),
        "requests_a_round": max((len(found[0].wall_s) for found in rounds.values()), default=0),
        "variants": {name: {"title": VARIANTS[name].title, **asdict(found)} for name, found in figures.items()},
        "cold_python": python,
        "cold_rounds": max((len(found) for _, found in cold.values()), default=0),
        "cold": starts,
        "promises": [
            {"title": each.title, "found": each.found, "most": each.wanted, "is_kept": each.passed}
            for each in promises(figures, starts, _compare(rounds))
        ],
    }


def _compare(rounds: Rounds) -> Mapping[str, float | None]:
    """Compare what a vend takes with and without something, in each round; None where one of the two was not run."""

    def within(compare: Callable[..., float], name: str, other: str) -> float | None:
        return compare(rounds[name], rounds[other]) if {name, other} <= rounds.keys() else None

    return {
        "trace cpu": within(cpu_difference, "traced", "ours"),
        "links cpu": within(cpu_difference, "ours", "unlinked"),
        "token ratio": within(ratio_above_floor, "token", "ours"),
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
