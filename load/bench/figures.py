"""From rounds to figures: the median over the rounds of each round's percentile, and how far the rounds spread."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from load.bench.measure import Round


@dataclass(frozen=True, slots=True)
class Figure:
    """Milliseconds: the median of the rounds, and the least and the most of their middle half."""

    middle: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.low:.2f}-{self.high:.2f})"


@dataclass(frozen=True, slots=True)
class Figures:
    """One variant's. What is above the floor is None for a variant without floors.

    Percentiles of all rounds together are for the tail, of which one round has too little.
    """

    wall_p50: float
    wall_p99: float
    floor_p99: float | None
    above_p50: Figure | None
    above_p99: float | None
    cpu: Figure


def percentile(values: Iterable[float], percent: int) -> float:
    """Return a percentile, interpolated, in the values' own unit."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


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
    )


def cpu_difference(rounds: Sequence[Round], others: Sequence[Round]) -> float:
    """Return the milliseconds of CPU by which one variant's request exceeds another's, compared within each round.

    Other work on the machine comes and goes, and what two neighbouring minutes differ by would count otherwise.
    """
    pairs = zip(rounds, others, strict=True)
    return median(median(each.cpu_s) - median(other.cpu_s) for each, other in pairs) * 1000


def _over_all(rounds: Sequence[Round], of: Callable[[Round], Sequence[float]], percent: int) -> float:
    return percentile([value for each in rounds for value in of(each)], percent) * 1000


def _by_round(rounds: Sequence[Round], of: Callable[[Round], Sequence[float]]) -> Figure:
    medians = [median(of(each)) * 1000 for each in rounds]
    quarters = quantiles(medians, n=4, method="inclusive")
    return Figure(median(medians), quarters[0], quarters[2])
