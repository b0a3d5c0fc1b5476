"""What a parent owes its children: collecting orphans as a container's first process, and stopping when its child does.

Where the platform cannot report a stop without collecting the child (Windows has no stops; macOS before Python 3.13),
a terminal stops parent and child together, as for any two processes of a job.
"""

import os
import signal
import sys
from contextlib import suppress
from typing import Final

_INIT: Final = 1

if sys.platform == "win32" or (sys.platform == "darwin" and sys.version_info < (3, 13)):
    # The signals a parent must handle to follow its child's stops.
    STOPS: Final[tuple[signal.Signals, ...]] = ()
    CHANGED: Final[tuple[signal.Signals, ...]] = ()

    def collect_orphans(child: int) -> None:
        """Collect what has ended and is not the child."""

    def stop_of(child: int) -> int | None:
        """Name the signal that has stopped the child since the last call."""

    def stop_as(number: int, child: int) -> None:
        """Stop this process by the same signal."""

else:
    from sentinel.system.terminal import foreground_group, give_terminal_to

    STOPS: Final = (signal.SIGTSTP,)
    CHANGED: Final = (signal.SIGCHLD,)

    def collect_orphans(child: int) -> None:
        """Collect what has ended and is not the child, whose end its own watcher waits for."""
        ended = os.WEXITED | os.WNOHANG
        if os.getpid() != _INIT:
            return
        with suppress(ChildProcessError):
            while (found := os.waitid(os.P_ALL, 0, ended | os.WNOWAIT)) is not None and found.si_pid != child:
                os.waitid(os.P_PID, found.si_pid, ended)

    def stop_of(child: int) -> int | None:
        """Name the signal that has stopped the child since the last call; None if it runs or has ended."""
        with suppress(ChildProcessError):
            found = os.waitid(os.P_PID, child, os.WSTOPPED | os.WNOHANG)
            return None if found is None else found.si_status
        return None

    def stop_as(number: int, child: int) -> None:
        """Stop this process by the signal that stopped the child, so that a shell has its terminal back.

        Returns when this process continues. A child that had the terminal for a process group of its own (a shell with
        jobs) has it again, if we were continued in the foreground.
        """
        ours, owner = os.getpgrp(), foreground_group()
        with suppress(ProcessLookupError):
            owner = owner if owner == os.getpgid(child) else None
        _stop(number)
        if owner not in (None, ours) and foreground_group() == ours:
            give_terminal_to(owner)

    def _stop(number: int) -> None:
        before = None
        with suppress(OSError, ValueError):  # SIGSTOP has no handler
            before = signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
        if before is not None:
            signal.signal(number, before)
