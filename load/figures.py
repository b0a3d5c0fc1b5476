"""The figures of one kind of request, and of one function: how long each invocation took, and what of that AWS took."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final, NamedTuple

from load.aws_model.ledger import Call, floor_s
from load.driver.exchange import Sample

_PERCENTILES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "p999": 0.999}
# The later rounds of a function's calls, by the request's name; all other calls belong to the first round. Requests
# that are not listed have no floor: their calls depend on one another in too many ways for a table.
_ROUNDS: Final[Mapping[str, Sequence[frozenset[str]]]] = {
    "vend": [frozenset({"sts.AssumeRole", "dynamodb.PutItem", "dynamodb.TransactWriteItems"})],
    "catalogue": [],
    "authorize": [frozenset({"dynamodb.BatchGetItem", "dynamodb.GetItem", "dynamodb.Query"})],
}


def spread(values: Sequence[float]) -> dict[str, float]:
    """Return the percentiles by nearest rank, so that each is a measured value, and the mean; empty without values."""
    ranked = sorted(values)
    if not ranked:
        return {}
    found = {name: ranked[max(0, math.ceil(share * len(ranked)) - 1)] for name, share in _PERCENTILES.items()}
    found |= {"max": ranked[-1], "mean": fmean(ranked)}
    return {name: round(value, 2) for name, value in found.items()}


@dataclass(frozen=True, slots=True)
class InvocationRecord:
    """One invocation: the id and the name its caller gave it, the key of its environment, and three instants.

    `proof_key` is the key of the session whose proof the invocation has confirmed, empty without one: the
    request to STS about it is not signed by the environment.
    """

    request_id: str
    name: str
    access_key_id: str
    came_s: float
    began_s: float
    ended_s: float
    proof_key: str = ""

    @property
    def queued_ms(self) -> float:
        """Milliseconds of waiting for an environment, a cold start included."""
        return (self.began_s - self.came_s) * 1000

    @property
    def took_ms(self) -> float:
        """Milliseconds of the environment: what Lambda bills."""
        return (self.ended_s - self.began_s) * 1000


def calls_of(invocation: InvocationRecord, calls: Mapping[str, Sequence[Call]]) -> list[Call]:
    """Return the calls that an invocation made, oldest first; `calls` holds all calls by the key that signed them."""
    found: list[Call] = []
    for key in (invocation.access_key_id, invocation.proof_key):
        signed = calls.get(key, ())
        bounds = (bisect_left(signed, at_s, key=_started_s) for at_s in (invocation.began_s, invocation.ended_s))
        found += signed[slice(*bounds)]
    return found


def _started_s(call: Call) -> float:
    return call.started_s


def floor_ms(invocation: InvocationRecord, calls: Iterable[Call]) -> float | None:
    """Return the milliseconds that the calls would have taken a perfect client; None where they depend on one another.

    The first word of a request's name is its kind: `vend dev` is a vend.
    """
    rounds = _ROUNDS.get(invocation.name.partition(" ")[0])
    return None if rounds is None else floor_s(calls, rounds) * 1000


def most_at_once(invocations: Iterable[InvocationRecord]) -> int:
    """Return the largest number of environments that were busy at the same time."""
    steps = sorted(step for invocation in invocations for step in ((invocation.began_s, 1), (invocation.ended_s, -1)))
    busy = most = 0
    for _, step in steps:
        busy += step
        most = max(most, busy)
    return most


class Matched(NamedTuple):
    """A request as its caller saw it, its invocation, if one could be found, and the calls to AWS that this made."""

    sample: Sample
    invocation: InvocationRecord | None
    calls: Sequence[Call]


def describe_requests(requests: Sequence[Matched], seconds: float) -> Mapping[str, object]:
    """Return the figures of requests of one name, in milliseconds.

    `latency` is the caller's; `function` is the environment's time; `floor` what AWS alone would take a perfect
    client, and `overhead` the rest of the latency: load generator, gateway, waiting for an environment, and our code.
    """
    invoked = [(sample, invocation, calls) for sample, invocation, calls in requests if invocation is not None]
    floors = [
        (found, sample.took_ms)
        for sample, invocation, calls in invoked
        if (found := floor_ms(invocation, calls)) is not None
    ]
    calls = [call for matched in requests for call in matched.calls]
    operations = Counter(call.operation for call in calls)
    return {
        "count": len(requests),
        "rps": round(len(requests) / seconds, 2),
        "outcomes": dict(Counter(matched.sample.outcome for matched in requests)),
        "unexpected": sum(not matched.sample.expected for matched in requests),
        "latency_ms": spread([matched.sample.took_ms for matched in requests]),
        "function_ms": spread([invocation.took_ms for _, invocation, _ in invoked]),
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
