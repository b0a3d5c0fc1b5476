"""One step of a row's state: decide on the row as read, write on condition, decide again where somebody was faster."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from shared.aws.dynamodb.grant_store import GrantStore, Moved
from shared.core.approval.request import ApprovalRequest
from shared.core.break_glass.event import BreakGlassEvent

Row = TypeVar("Row", ApprovalRequest, BreakGlassEvent)
Rejection = TypeVar("Rejection", bound=StrEnum)
_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Applied(Generic[Row]):
    """The row was written."""

    row: Row


@dataclass(frozen=True, slots=True)
class NoOp(Generic[Row]):
    """The row already was what was wanted."""

    row: Row


@dataclass(frozen=True, slots=True)
class Rejected(Generic[Row, Rejection]):
    """The step is not taken."""

    row: Row
    rejection: Rejection


@dataclass(frozen=True, slots=True)
class Conflict(Generic[Row]):
    """Others kept changing the row; nothing was written."""

    row: Row


async def transition(
    store: GrantStore[Row],
    row: Row,
    decide: Callable[[Row], Awaitable[Row | Rejection]],
) -> Applied[Row] | NoOp[Row] | Rejected[Row, Rejection] | Conflict[Row]:
    """Take the step `decide` says from the row's present state.

    Raises:
        AwsError: it is not known whether the row has changed, or what the step hangs on could not be read.

    """
    for _ in range(_ATTEMPTS):
        target = await decide(row)
        if isinstance(target, StrEnum):
            return Rejected(row, target)
        if target == row:
            return NoOp(row)
        written = await store.change(row, target)
        if not isinstance(written, Moved):
            return Applied(written)
        row = written.current
    return Conflict(row)
