"""What Lambda's runtime brings for SnapStart, as the functions use it."""

from collections.abc import Callable
from types import ModuleType


class Hooks(ModuleType):
    """A stand-in of `snapshot_restore_py`: it keeps the hooks, and calls them around a snapshot."""

    def __init__(self) -> None:
        super().__init__("snapshot_restore_py")
        self._before: list[Callable[[], None]] = []
        self._after: list[Callable[[], None]] = []

    def register_before_snapshot(self, hook: Callable[[], None]) -> None:
        self._before.append(hook)

    def register_after_restore(self, hook: Callable[[], None]) -> None:
        self._after.append(hook)

    def take(self) -> None:
        """Do what comes before a snapshot, the last registered first."""
        for hook in reversed(self._before):
            hook()

    def restore(self) -> None:
        """Do what a copy does first."""
        for hook in self._after:
            hook()
