"""The client as another platform imports it: in this process, or in one of its own.

Libraries are imported first, as this platform has them. Then the platform's name is changed, what the other one lacks
is taken away, and our modules are imported again. The event loop, processes and files stay this platform's.

`python -m tests.unit.client.system.other_platform PLATFORM ARGUMENTS…` is the command line as that platform imports it.
"""

import errno
import importlib
import os
import pkgutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, Final
from unittest import mock

POSIX_MODULES: Final = ("fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty")
WINDOWS_MODULES: Final = ("_winapi", "msvcrt", "winreg", "winsound")
_POSIX_SIGNALS: Final = ("CHLD", "CONT", "HUP", "KILL", "QUIT", "STOP", "TSTP", "USR1", "USR2", "WINCH")
_POSIX_CALLS: Final = ("fchmod", "getpgrp", "getuid", "killpg", "tcgetpgrp", "waitid", "O_NOCTTY", "O_NOFOLLOW")
# Ctrl-Break, as a signal that this platform has.
BREAK: Final = signal.SIGTERM


class Msvcrt(ModuleType):
    """Locks as Windows has them: an attempt gives up after a while, here at once, with EDEADLK."""

    LK_LOCK = 1

    def __init__(self) -> None:
        super().__init__("msvcrt")
        self.refused = 0
        self._fcntl = importlib.import_module("fcntl")

    def locking(self, handle: int, mode: int, length: int) -> None:
        assert (mode, length) == (self.LK_LOCK, 1)
        try:
            self._fcntl.flock(handle, self._fcntl.LOCK_EX | self._fcntl.LOCK_NB)
        except BlockingIOError:
            self.refused += 1
            raise OSError(errno.EDEADLK, "Resource deadlock avoided") from None


def every_module() -> list[str]:
    """Import every module of the client, and name them and those of `shared` that they import."""
    for module in pkgutil.walk_packages(importlib.import_module("sentinel").__path__, "sentinel."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return sorted(name for name in sys.modules if name.partition(".")[0] in {"sentinel", "shared"})


@contextmanager
def imported_as(platform: str, names: list[str], msvcrt: ModuleType | None = None) -> Iterator[dict[str, Any]]:
    """Import the named modules as the platform does; they and what it lacks are as there while the block runs."""
    windows = platform == "win32"
    absent: dict[str, Any] = dict.fromkeys(POSIX_MODULES if windows else WINDOWS_MODULES)
    ours: dict[str, Any] = {"msvcrt": msvcrt or Msvcrt()} if windows else {}
    with mock.patch.dict(sys.modules, absent | ours):
        for name in names:
            sys.modules.pop(name, None)
        with _as_on_windows() if windows else _without(os, ["waitid"]):
            with mock.patch.object(sys, "platform", platform):
                modules = {name: importlib.import_module(name) for name in names}
            yield modules


@contextmanager
def _as_on_windows() -> Iterator[None]:
    with (
        mock.patch.object(signal, "SIGBREAK", BREAK, create=True),
        mock.patch.object(os, "O_BINARY", 0, create=True),
        mock.patch.object(subprocess, "CREATE_NO_WINDOW", 0, create=True),
        _without(signal, [f"SIG{name}" for name in _POSIX_SIGNALS]),
        _without(os, _POSIX_CALLS),
    ):
        yield


@contextmanager
def _without(module: ModuleType, names: Any) -> Iterator[None]:
    taken = {name: getattr(module, name) for name in names if hasattr(module, name)}
    for name in taken:
        delattr(module, name)
    try:
        yield
    finally:
        for name, value in taken.items():
            setattr(module, name, value)


if __name__ == "__main__":
    with imported_as(sys.argv[1], every_module()) as client:
        client["sentinel.cli"].main(sys.argv[2:])
