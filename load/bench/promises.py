"""What is promised of a vend's latency, each checked within one run."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from load.bench.figures import Figures


@dataclass(frozen=True, slots=True)
class Promise:
    """A figure and what it may be at most."""

    title: str
    found: float
    most: float

    @property
    def is_kept(self) -> bool:
        return self.found <= self.most


def promises(figures: Mapping[str, Figures], trace_ms: float | None = None) -> Iterator[Promise]:
    """Compare what was measured with what is promised; what was not measured is left out.

    `trace_ms` is the CPU time that recording a trace adds to a vend.
    """
    ours, baseline = figures.get("ours"), figures.get("boto3")
    if ours is not None and ours.above_p50 is not None and ours.above_p99 is not None:
        yield Promise("a vend, ms above the floor, p50", ours.above_p50.middle, 2.0)
        yield Promise("a vend, ms above the floor, p99", ours.above_p99, 5.0)
        yield Promise("a vend, ms of CPU", ours.cpu.middle, 3.0)
    # The same work: both read their documents for every request.
    same = figures.get("uncached")
    if same is not None and baseline is not None:
        yield Promise("p50 without cached documents to the boto3 handler's", same.wall_p50 / baseline.wall_p50, 0.62)
        yield Promise("p99 without cached documents to the boto3 handler's", same.wall_p99 / baseline.wall_p99, 0.80)
    hedged = figures.get("hedged")
    if ours is not None and ours.floor_p99 is not None and hedged is not None:
        yield Promise("p99 with hedging to the floor's p99 without", hedged.wall_p99 / ours.floor_p99, 1.0)
    if trace_ms is not None:
        yield Promise("a trace, ms of CPU", trace_ms, 0.3)
    authorizer = figures.get("authorizer")
    if authorizer is not None and authorizer.above_p50 is not None:
        yield Promise("the authorizer, ms above its one read, p50", authorizer.above_p50.middle, 1.5)


# Of the time that importing boto3 and making three of its clients takes.
_MOST_INIT = {"vend": 1.0, "authorizer": 0.8, "admin": 1.0}


def cold_promises(starts: Mapping[str, Mapping[str, Any]]) -> Iterator[Promise]:
    """Compare cold starts with the baseline's, the first answer included and not."""
    baseline = starts.get("boto3")
    if baseline is None:
        return
    for name, most in _MOST_INIT.items():
        if name in starts:
            found = starts[name]
            yield Promise(f"{name}: init to three boto3 clients'", found["init_ms"] / baseline["init_ms"], most)
            whole, theirs = (each["init_ms"] + each["first_ms"] for each in (found, baseline))
            yield Promise(f"{name}: init and first answer to the boto3 handler's", whole / theirs, most)
