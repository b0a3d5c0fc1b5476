"""SnapStart: Lambda initializes a process once and restores copies of it, which must be independent.

Connections, caches and keys are dropped before the snapshot and created again after the restore (Lambda guide,
"Handling uniqueness with Lambda SnapStart"). Ids and instants need no hook: they come from the operating system's
random source and clock when they are needed.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

Step = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class SnapStartHooks:
    """What a process does before the snapshot, and each copy after the restore."""

    runner: asyncio.Runner
    before: Step
    after: Step

    def close(self) -> None:
        """Close everything that copies would share."""
        self.runner.run(self.before())

    def after_restore(self) -> None:
        """Open connections and drop caches: a copy uses nothing of the process before."""
        self.runner.run(self.after())


def register_snapstart_hooks(hooks: SnapStartHooks) -> None:
    """Register the hooks if the runtime takes snapshots; Lambda's runtime has the library for that, others do not."""
    try:
        import snapshot_restore_py  # noqa: PLC0415 - not every runtime has it
    except ImportError:
        return
    snapshot_restore_py.register_before_snapshot(hooks.close)
    snapshot_restore_py.register_after_restore(hooks.after_restore)
