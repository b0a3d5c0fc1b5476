"""The plots of `docs/performance.md`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

from load.bench.measure import Rounds
from load.bench.variants import VARIANTS

_SHOWN: Final = ("ours", "aiobotocore", "in-turn", "boto3")
# The same figures give the same file.
mpl.rcParams["svg.hashsalt"] = "sentinel"
mpl.rcParams["font.size"] = 9


def plot_above_floor(rounds: Rounds, file: Path) -> None:
    """Draw what share of requests stays how close to its floor."""
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    for name in _SHOWN:
        if name not in rounds:
            continue
        above = sorted(max(value * 1000, 0.1) for each in rounds[name] for value in each.above_s)
        shares = [number / len(above) * 100 for number in range(1, len(above) + 1)]
        axes.plot(above, shares, label=VARIANTS[name].title)
    axes.set_xscale("log")
    axes.set_xlabel("milliseconds above the floor")
    axes.set_ylabel("% of vends")
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    _save(figure, file)


def plot_cold_starts(cold: Mapping[str, Mapping[str, Any]], file: Path) -> None:
    """Draw init and first answer of everything that was started."""
    figure = Figure(figsize=(8, 3), layout="constrained")
    axes = figure.subplots()
    titles = [found["title"] for found in cold.values()]
    init = [found["init_ms"] for found in cold.values()]
    axes.barh(titles, init, label="init")
    axes.barh(titles, [found["first_ms"] for found in cold.values()], left=init, label="first answer")
    axes.invert_yaxis()
    axes.set_xlabel("milliseconds")
    axes.grid(visible=True, axis="x", alpha=0.3)
    axes.legend()
    _save(figure, file)


def _save(figure: Figure, file: Path) -> None:
    figure.savefig(file, format="svg", metadata={"Date": None})
