"""Invocations: how long each took, and what of that AWS took."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from load.aws_model.ledger import Call, floor_s

# The later rounds of a function's calls, by the request's name; all other calls belong to the first round. Requests
# that are not listed have no floor: their calls depend on one another in too many ways for a table.
_VEND: Final = (frozenset({"sts.AssumeRole", "dynamodb.PutItem", "dynamodb.TransactWriteItems"}),)
_AUTHORIZE: Final = (frozenset({"dynamodb.BatchGetItem", "dynamodb.GetItem", "dynamodb.Query"}),)
_ROUNDS: Final[Mapping[str, Sequence[frozenset[str]]]] = {
    "vend": _VEND,
    "catalogue": (),
    "authorize": _AUTHORIZE,
}


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


def calls_of(invocation: InvocationRecord, calls: Mapping[str, Sequence[Call]]) -> Sequence[Call]:
    """Return the calls that an invocation made, oldest first; `calls` holds all calls by the key that signed them."""
    return [
        *_within(invocation, calls.get(invocation.access_key_id, ())),
        *_within(invocation, calls.get(invocation.proof_key, ())),
    ]


def _within(invocation: InvocationRecord, calls: Sequence[Call]) -> Sequence[Call]:
    first = bisect_left(calls, invocation.began_s, key=lambda call: call.started_s)
    last = bisect_left(calls, invocation.ended_s, key=lambda call: call.started_s)
    return calls[first:last]


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
