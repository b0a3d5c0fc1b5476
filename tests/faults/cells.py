"""The matrix: every call of every story with every fault, which of them make no sense, and which every run tries."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.faults.granting import GRANTING
from tests.faults.kinds import ANOTHER_SESSION, FAILS, GENERAL, IS_LOST_ONCE, NO_TOKEN, WRONG_SHAPE, Effect, Kind
from tests.faults.revoking import REVOKING
from tests.faults.stories import Role, Step, Story
from tests.faults.table import Outcome, expected
from tests.faults.vending import VENDING

STORIES: Final = (*VENDING, *GRANTING, *REVOKING)
_WRITES: Final = frozenset(
    {
        Role.RECORD,
        Role.CONSUMPTION,
        Role.COMPENSATION,
        Role.TAKING,
        Role.RELEASE,
        Role.MARK,
        Role.PROGRESS,
    }
)
_SLOW: Final = frozenset({Effect.SILENCE, Effect.SILENCE_ONCE, Effect.LATE})
# Operations whose answers hold nothing that is read: any answer of the protocol is as good as another.
_UNREAD: Final = frozenset({"PutItem", "TransactWriteItems", "UpdateItem", "Publish", "DeletePolicyVersion"})


@dataclass(frozen=True, slots=True)
class Cell:
    story: Story
    step: Step
    kind: Kind

    @property
    def name(self) -> str:
        call = f"{self.step.dependency} {self.step.target.operation} ({self.step.name})"
        return f"{self.story.name} | {call} | {self.kind.name}"

    @property
    def outcome(self) -> Outcome:
        return expected(self.step.role, self.step.target.operation, self.kind.effect)

    @property
    def senseless(self) -> str | None:
        """Why the cell is left out, where it is."""
        role, effect = self.step.role, self.kind.effect
        is_after_the_write = role not in (Role.FACT, Role.RECORD, Role.CONSUMPTION)
        if self.story.name == "POST revocations" and is_after_the_write and effect is Effect.LATE:
            return "marking is not begun where so little time is left"
        if self.story.also and effect is Effect.LATE:
            return "what is late is AssumeRole, in the story without the other fault"
        if self.step.dependency == "iam" and effect is Effect.SILENCE_ONCE:
            return "IAM has three seconds for a call under any setting, so this is late"
        if role is Role.PROOF and effect in (Effect.SILENCE, Effect.SILENCE_ONCE):
            return "STS is asked once where it is silent, for as long as two tries of another call"
        if role is Role.KNOWN and effect in _SLOW:
            return "what serves on is kept by one process, and the hasty ones have read nothing"
        if role is Role.ISSUE and effect is Effect.THROTTLED and "break-glass" in self.story.name:
            return "outwaited: tests/service/vend/test_faults.py, TestBreakGlassWhileStsThrottles"
        return None


def all_cells() -> Iterator[Cell]:
    for story in STORIES:
        for step in story.steps:
            yield from (Cell(story, step, kind) for kind in _kinds(step))


def _kinds(step: Step) -> Iterator[Kind]:
    yield from GENERAL
    if step.target.operation not in _UNREAD or "ADD marked" in step.target.holding:
        yield WRONG_SHAPE
    if step.target.operation == "AssumeRole":
        yield NO_TOKEN
        if step.role is Role.ISSUE:
            yield ANOTHER_SESSION


CELLS: Final = tuple(cell for cell in all_cells() if cell.senseless is None)
SENSELESS: Final = tuple(cell for cell in all_cells() if cell.senseless is not None)


def every_run() -> tuple[Cell, ...]:
    """Give the cells of `make test`.

    For each call of each story it fails with 500, and each write loses an answer once. In addition, every kind of fault
    has one cell for every operation: the first in the list. IAM's silences are left to `make faults`: they are slow.
    """
    firsts: dict[tuple[str, str], Cell] = {}
    for cell in CELLS:
        if not (cell.kind.effect in _SLOW and cell.step.dependency == "iam"):
            firsts.setdefault((cell.step.target.operation, cell.kind.name), cell)
    return tuple(
        cell
        for cell in CELLS
        if cell.kind is FAILS
        or (cell.kind is IS_LOST_ONCE and cell.step.role in _WRITES)
        or firsts.get((cell.step.target.operation, cell.kind.name)) is cell
    )
