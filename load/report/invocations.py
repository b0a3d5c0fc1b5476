"""How long an event stayed with a function, and what of that AWS took."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from load.aws_model.ledger import Call, floor_s

# The later rounds of what a function does, by its request's name; what is in none of them belongs to the first round.
# Requests that are not here have no floor: their calls depend on one another in more ways than a table can say.
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

    `proof_key` is the key of the session whose proof the invocation has confirmed, empty where there is none: asking
    STS about it is not signed by the environment.
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
        """How long it waited for an environment, a cold start included."""
        return (self.began_s - self.came_s) * 1000

    @property
    def took_ms(self) -> float:
        """How long the environment took: what Lambda bills."""
        return (self.ended_s - self.began_s) * 1000


def calls_of(invocation: InvocationRecord, calls: Mapping[str, Sequence[Call]]) -> Sequence[Call]:
    """Give the calls an invocation made, out of all there were by the key they were signed with, oldest first."""
    return [
        *_within(invocation, calls.get(invocation.access_key_id, ())),
        *_within(invocation, calls.get(invocation.proof_key, ())),
    ]


def _within(invocation: InvocationRecord, calls: Sequence[Call]) -> Sequence[Call]:
    first = bisect_left(calls, invocation.began_s, key=lambda call: call.started_s)
    last = bisect_left(calls, invocation.ended_s, key=lambda call: call.started_s)
    return calls[first:last]


def floor_ms(invocation: InvocationRecord, calls: Iterable[Call]) -> float | None:
    """Give what the invocation's calls would have cost a perfect client; None where nobody can say.

    The first word of a request's name says what it does: `vend dev` is a vend.
    """
    rounds = _ROUNDS.get(invocation.name.partition(" ")[0])
    return None if rounds is None else floor_s(calls, rounds) * 1000


def most_at_once(invocations: Iterable[InvocationRecord]) -> int:
    """Give the largest number of environments that were busy at the same time."""
    steps = sorted(step for invocation in invocations for step in ((invocation.began_s, 1), (invocation.ended_s, -1)))
    busy = most = 0
    for _, step in steps:
        busy += step
        most = max(most, busy)
    return most
