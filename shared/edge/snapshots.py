"""SnapStart: a process that was initialized once goes on as many copies, each of which must be a process of its own.

Connections, cached answers and keys of the one that was copied are dropped before the snapshot and begun anew after it
(Lambda guide, "Handling uniqueness with Lambda SnapStart"). Ids need nothing: they come from the operating system's
randomness when they are needed, and instants from its clock.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

Step = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class SnapshotSteps:
    """What a process does before it is copied, and what each copy does first."""

    runner: asyncio.Runner
    before: Step
    after: Step

    def close(self) -> None:
        """Leave nothing open that two copies would share."""
        self.runner.run(self.before())

    def begin_again(self) -> None:
        """Open and forget, so that nothing of the copied process is left."""
        self.runner.run(self.after())


def survive_snapshots(steps: SnapshotSteps) -> None:
    """Register the steps where the runtime takes snapshots: Lambda's own brings the library that says when."""
    try:
        import snapshot_restore_py  # noqa: PLC0415 - not every runtime has it
    except ImportError:
        return
    snapshot_restore_py.register_before_snapshot(steps.close)
    snapshot_restore_py.register_after_restore(steps.begin_again)
