"""Whether something grows: distinguished from noise, from garbage that is collected late, and from filling up once.

Three steps, each robust against single values. The run is cut into equal parts and only the least value of each counts,
because garbage and requests under way only ever add. The growth is the median slope between any two parts (Theil and
Sen) over the whole run. And the parts must keep rising: of all pairs, the share that rises less the share that falls
(Kendall's tau) has to be higher than one single step can make it, wherever it comes; a pool that opens one more
connection is no leak.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from statistics import median
from typing import Final

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
