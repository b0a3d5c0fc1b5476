"""Puts a program that knows nothing of leashes on one: `python leash.py COMMAND ...`.

The command takes this process's place. Beside it stays a guard that holds the standard input, and kills the command's
group when that closes. The guard is no child of the command's: whoever freezes those does not freeze the guard. Nothing
of ours is imported: the command has an environment of its own.
"""

import os
import select
import signal
import sys
from contextlib import suppress


def main() -> None:
    """Fork the guard, then become the command."""
    leader = os.getpid()
    between = os.fork()
    if between == 0:
        if os.fork() == 0:
            _guard(leader)
        os._exit(0)
    os.waitpid(between, 0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, sys.stdin.fileno())
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 - the command is the stack's own


def _guard(leader: int) -> None:
    try:
        # A group of its own: what is sent to the command's group, to freeze it say, is not for the guard.
        os.setsid()
        # Nobody writes to the pipe; that it can be read means that it was closed.
        select.select([sys.stdin.fileno(), os.pidfd_open(leader)], [], [])
        with suppress(ProcessLookupError):
            os.killpg(leader, signal.SIGKILL)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
