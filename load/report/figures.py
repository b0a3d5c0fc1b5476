"""The figures of one kind of request, and of one function."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from load.aws_model.ledger import Call
from load.driver.exchange import Sample
from load.report.invocations import InvocationRecord, calls_of, floor_ms, most_at_once

Figures = dict[str, float]
_PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "p999": 0.999}


def spread(values: Sequence[float]) -> Figures:
    """Return the percentiles by nearest rank, so that each is a measured value, and the mean; empty without values."""
    ranked = sorted(values)
    if not ranked:
        return {}
    found = {name: ranked[max(0, math.ceil(share * len(ranked)) - 1)] for name, share in _PERCENTILES.items()}
    found |= {"max": ranked[-1], "mean": fmean(ranked)}
    return {name: round(value, 2) for name, value in found.items()}


@dataclass(frozen=True, slots=True)
class Matched:
    """A request as its caller saw it, and its invocation, if one could be found."""

    sample: Sample
    invocation: InvocationRecord | None
    calls: Sequence[Call]


def match(
    samples: Sequence[Sample], invocations: Sequence[InvocationRecord], calls: Mapping[str, Sequence[Call]]
) -> Sequence[Matched]:
    """Match every request with its invocation and the calls to AWS that this made."""
    known = {invocation.request_id: invocation for invocation in invocations}

    def find(sample: Sample) -> Matched:
        invocation = known.get(sample.request_id)
        found = () if invocation is None else calls_of(invocation, calls)
        return Matched(sample, invocation, found)

    return [find(sample) for sample in samples]


def describe_requests(requests: Sequence[Matched], seconds: float) -> Mapping[str, object]:
    """Return the figures of requests of one name, in milliseconds.

    `latency` is the caller's; `function` is the environment's time; `floor` what AWS alone would take a perfect
    client, and `overhead` the rest of the latency: load generator, gateway, waiting for an environment, and our code.
    """
    floors = [
        (found, matched.sample.took_ms)
        for matched in requests
        if matched.invocation is not None and (found := floor_ms(matched.invocation, matched.calls)) is not None
    ]
    operations = Counter(call.operation for matched in requests for call in matched.calls)
    calls = [call for matched in requests for call in matched.calls]
    return {
        "count": len(requests),
        "rps": round(len(requests) / seconds, 2),
        "outcomes": dict(Counter(matched.sample.outcome for matched in requests)),
        "unexpected": sum(not matched.sample.expected for matched in requests),
        "latency_ms": spread([matched.sample.took_ms for matched in requests]),
        "function_ms": spread([matched.invocation.took_ms for matched in requests if matched.invocation is not None]),
        "floor_ms": spread([found for found, _ in floors]),
        "overhead_ms": spread([took - found for found, took in floors]),
        "calls": {name: round(count / len(requests), 3) for name, count in sorted(operations.items())},
        "read_units": round(sum(call.read_units for call in calls) / len(requests), 2),
        "write_units": round(sum(call.write_units for call in calls) / len(requests), 2),
    }


def describe_function(
    invocations: Sequence[InvocationRecord], throttled: int, init_ms: Sequence[float]
) -> Mapping[str, object]:
    """Return a function's counters; `init_ms` are those of the cold starts that requests waited for."""
    return {
        "invocations": len(invocations),
        "took_ms": spread([invocation.took_ms for invocation in invocations]),
        "queued_ms": spread([invocation.queued_ms for invocation in invocations]),
        "max_concurrency": most_at_once(invocations),
        "throttled": throttled,
        "cold_starts": len(init_ms),
        "init_ms": spread(init_ms),
    }
