"""SnapStart: a process that was initialized once continues as many copies, each of which must be independent.

Connections, cached answers and keys of the one that was copied are dropped before the snapshot and made again after it
(Lambda guide, "Handling uniqueness with Lambda SnapStart"). Ids need nothing: they come from the operating system's
randomness when they are needed, and instants from its clock.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

Step = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class SnapStartHooks:
    """What a process does before it is copied, and what each copy does first."""

    runner: asyncio.Runner
    before: Step
    after: Step

    def close(self) -> None:
        """Leave nothing open that two copies would share."""
        self.runner.run(self.before())

    def after_restore(self) -> None:
        """Open connections and drop caches, so that nothing of the copied process is left."""
        self.runner.run(self.after())


def register_snapstart_hooks(hooks: SnapStartHooks) -> None:
    """Register the hooks where the runtime takes snapshots: Lambda's own brings the library that says when."""
    try:
        import snapshot_restore_py  # noqa: PLC0415 - not every runtime has it
    except ImportError:
        return
    snapshot_restore_py.register_before_snapshot(hooks.close)
    snapshot_restore_py.register_after_restore(hooks.after_restore)
