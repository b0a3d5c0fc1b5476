"""One step of a row's state: decide on the row as read, write on condition, decide again where somebody was faster."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from shared.aws.dynamodb.grant_store import GrantStore, Moved
from shared.core.approval.request import ApprovalRequest
from shared.core.break_glass.event import BreakGlassEvent

Row = TypeVar("Row", ApprovalRequest, BreakGlassEvent)
Obstacle = TypeVar("Obstacle", bound=StrEnum)
_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Changed(Generic[Row]):
    """The row was written."""

    row: Row


@dataclass(frozen=True, slots=True)
class Unchanged(Generic[Row]):
    """The row already was what was wanted."""

    row: Row


@dataclass(frozen=True, slots=True)
class Hindered(Generic[Row, Obstacle]):
    """The step is not taken."""

    row: Row
    obstacle: Obstacle


@dataclass(frozen=True, slots=True)
class Contended(Generic[Row]):
    """Others kept changing the row; nothing was written."""

    row: Row


async def move(
    store: GrantStore[Row],
    row: Row,
    decide: Callable[[Row], Awaitable[Row | Obstacle]],
) -> Changed[Row] | Unchanged[Row] | Hindered[Row, Obstacle] | Contended[Row]:
    """Take the step `decide` says from the row's present state.

    Raises:
        AwsError: it is not known whether the row has changed, or what the step hangs on could not be read.

    """
    for _ in range(_ATTEMPTS):
        wanted = await decide(row)
        if isinstance(wanted, StrEnum):
            return Hindered(row, wanted)
        if wanted == row:
            return Unchanged(row)
        written = await store.change(row, wanted)
        if not isinstance(written, Moved):
            return Changed(written)
        row = written.current
    return Contended(row)
