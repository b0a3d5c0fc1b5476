"""Runs a command that is killed when its standard input closes: `python kill_with_parent.py COMMAND ...`.

The command replaces this process. A guard process waits for standard input to close and then kills the command's
process group. The guard is not a child of the command, so freezing the command's children does not freeze it. It
imports nothing of the project, because the command runs in another environment.
"""

import os
import select
import signal
import sys
from contextlib import suppress


def main() -> None:
    """Fork the guard, then exec the command."""
    leader = os.getpid()
    between = os.fork()
    if between == 0:
        # A process group of its own before the command runs: a signal to the command's group never reaches the guard.
        os.setsid()
        if os.fork() == 0:
            _guard(leader)
        os._exit(0)
    os.waitpid(between, 0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 - the command is the stack's own


def _guard(leader: int) -> None:
    try:
        # Nothing is ever written to the pipe: it becomes readable only when it is closed.
        select.select([sys.stdin.fileno(), os.pidfd_open(leader)], [], [])
        with suppress(ProcessLookupError):
            os.killpg(leader, signal.SIGKILL)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
