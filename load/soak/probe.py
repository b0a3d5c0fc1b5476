"""What a process holds, noted at intervals in a file, one JSON object a line.

Every few seconds it first collects garbage and has the C library release its free memory. Python collects the oldest
generation only when that has grown by a quarter, which takes tens of thousands of requests: until then, unreachable
objects would look like a leak. So would the C library's free memory, which is as large as the largest answer.
"""

import asyncio
import ctypes
import gc
import json
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Final

import psutil

from shared.clock import monotonic_s

INTERVAL_S: Final = 0.5
# In notes. Each part of a soak of a minute, with five notes a second, holds one or more.
_COLLECT_EVERY: Final = 10

Loops = Callable[[], Collection[asyncio.AbstractEventLoop]]
Note = dict[str, Any]


class Probe:
    """Notes this process's resident memory, Python's allocated blocks, open descriptors, and tasks of the loops."""

    def __init__(self, file: Path, loops: Loops) -> None:
        self._file = file
        self._loops = loops
        self._process = psutil.Process()
        self._noted = 0

    def note(self) -> None:
        """Add one line to the file."""
        if self._noted % _COLLECT_EVERY == 0:
            gc.collect()
            _release_free_memory()
        self._noted += 1
        found = {
            "pid": self._process.pid,
            "at_s": monotonic_s(),
            "rss_kib": self._process.memory_info().rss // 1024,
            "blocks": sys.getallocatedblocks(),
            "descriptors": self._process.num_fds(),
            "tasks": sum(len(asyncio.all_tasks(loop)) for loop in self._loops()),
        }
        with self._file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(found) + "\n")


def _release_free_memory() -> None:
    # glibc only: other C libraries keep less, or have no such call.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def read_notes(file: Path) -> list[Note]:
    """Read a probe's file; a last line that was cut off is left out."""
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True) if file.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]
