"""What every call took, and from that the floor: the time that a request would have taken a perfect client.

Actual times are used rather than drawn ones: a timer is up to a millisecond late, and that is not the client's delay.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

# A vend's second round. Everything else is read in the first.
_WRITES: Final = frozenset({"sts.AssumeRole", "dynamodb.PutItem", "dynamodb.TransactWriteItems"})
# An authorizer's one read.
_STANDING: Final = "dynamodb.BatchGetItem"


@dataclass(frozen=True, slots=True)
class Call:
    """One call. Times are seconds on the model's monotonic clock, from the whole request read to the answer written.

    `read_units` and `write_units` are DynamoDB's request units.
    """

    operation: str
    started_s: float
    ended_s: float
    read_units: float = 0.0
    write_units: float = 0.0

    @property
    def took_s(self) -> float:
        return self.ended_s - self.started_s


# Where the model answers with the calls of `?key=`, and how to read them.
CALLS_PATH: Final = "/_model/calls"
CALL_LIST: Final = TypeAdapter(list[Call])


def floor_s(calls: Iterable[Call], rounds: Sequence[frozenset[str]] = (_WRITES,)) -> float:
    """Return the seconds that a client would have spent waiting, with the calls of each round made concurrently.

    `rounds` are the operations of the later rounds; all other calls belong to the first.
    """
    slowest: dict[int, float] = {}
    for call in calls:
        number = next((index for index, names in enumerate(rounds, 1) if call.operation in names), 0)
        slowest[number] = max(slowest.get(number, 0.0), call.took_s)
    return sum(slowest.values())


def split_vends(calls: Iterable[Call]) -> list[list[Call]]:
    """Split the calls of a client that vends sequentially: a vend begins with the first read after a write."""
    vends: list[list[Call]] = []
    has_written = True
    for call in calls:
        is_write = call.operation in _WRITES
        if has_written and not is_write:
            vends.append([])
            has_written = False
        has_written = has_written or is_write
        if vends:
            vends[-1].append(call)
    return vends


def vend_floors(calls: Iterable[Call]) -> list[float]:
    """Return the floor of every vend of a client that makes them sequentially, in seconds."""
    return [floor_s(vend) for vend in split_vends(calls)]


def question_floors(calls: Iterable[Call]) -> list[float]:
    """Return the floor of every request to an authorizer, in seconds: each ends with its one read of the tables.

    The proof is verified first, so the time of STS is added.
    """
    floors, before_s = [], 0.0
    for call in calls:
        if call.operation == _STANDING:
            floors.append(before_s + call.took_s)
            before_s = 0.0
        else:
            before_s += call.took_s
    return floors
