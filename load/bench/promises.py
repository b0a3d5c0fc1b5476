"""What is promised of Sentinel's speed, each as a ratio within one run: milliseconds do not hold on another machine."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from load.bench.figures import Figures
from load.report.result import Check


def promises(figures: Mapping[str, Figures], trace_ms: float | None = None) -> Iterator[Check]:
    """Compare what was measured with what is promised; what was not measured is left out.

    `trace_ms` is the CPU time that recording a trace adds to a vend. The boto3 handler makes the same calls one after
    the other and reads its documents for every request.
    """
    ours, theirs = figures.get("ours"), figures.get("boto3")
    if ours is not None and ours.floor_p99 is not None and "hedged" in figures:
        yield Check("p99 with hedging to the floor's p99 without", 1.0, figures["hedged"].wall_p99 / ours.floor_p99)
    if theirs is None:
        return
    if ours is not None:
        yield Check("a vend's CPU time to the boto3 handler's", 0.36, ours.cpu.middle / theirs.cpu.middle)
    if trace_ms is not None:
        yield Check("a trace's CPU time to the boto3 handler's", 0.04, trace_ms / theirs.cpu.middle)
    if (same := figures.get("uncached")) is not None:
        # The same work: both read their documents for every request.
        yield Check("p50 without cached documents to the boto3 handler's", 0.62, same.wall_p50 / theirs.wall_p50)
        yield Check("p99 without cached documents to the boto3 handler's", 0.80, same.wall_p99 / theirs.wall_p99)
    yield from _above_floors(figures, theirs)


def _above_floors(figures: Mapping[str, Figures], theirs: Figures) -> Iterator[Check]:
    """Compare the time above the floor with the boto3 handler's time above the floor."""
    if theirs.above_p50 is None or theirs.above_p99 is None:
        return
    same, authorizer = figures.get("uncached"), figures.get("authorizer")
    if same is not None and same.above_p50 is not None and same.above_p99 is not None:
        p50, p99 = same.above_p50.middle / theirs.above_p50.middle, same.above_p99 / theirs.above_p99
        yield Check("a vend's time above the floor to the boto3 handler's, p50", 0.11, p50)
        yield Check("a vend's time above the floor to the boto3 handler's, p99", 0.15, p99)
    if authorizer is not None and authorizer.above_p50 is not None:
        most = authorizer.above_p50.middle / theirs.above_p50.middle
        yield Check("the authorizer's above its one read to the boto3 handler's above the floor, p50", 0.05, most)


# Init alone, of the time that importing boto3 and making three of its clients takes; and init and the first answer
# together, of the boto3 handler's. What the AWS library's import takes is in both.
_MOST: Final = {"vend": (1.25, 1.0), "authorizer": (1.15, 0.9), "admin": (1.5, 1.1)}


def cold_promises(starts: Mapping[str, Mapping[str, Any]]) -> Iterator[Check]:
    """Compare cold starts with the baseline's, the first answer included and not."""
    baseline = starts.get("boto3")
    if baseline is None:
        return
    for name, (most_init, most_whole) in _MOST.items():
        if name in starts:
            found = starts[name]
            init = found["init_ms"] / baseline["init_ms"]
            yield Check(f"{name}: init to three boto3 clients'", most_init, init)
            whole, theirs = (each["init_ms"] + each["first_ms"] for each in (found, baseline))
            yield Check(f"{name}: init and first answer to the boto3 handler's", most_whole, whole / theirs)
