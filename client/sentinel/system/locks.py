"""A lock between processes: held while its file is open, and so released by the end of a process however it ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sentinel.system.files import open_owner_only

if sys.platform == "win32":
    import errno
    import msvcrt

    def _lock(handle: int) -> None:
        # LK_LOCK gives up after ten seconds with EDEADLK, and another process may vend for longer.
        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
            except OSError as error:
                if error.errno != errno.EDEADLK:
                    raise
            else:
                return

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file while the block runs; blocks while another process has it."""
    with open_owner_only(path) as file:
        _lock(file.fileno())
        yield
