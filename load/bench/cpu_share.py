"""A part of a CPU for one process, as Lambda gives a function by its memory.

Lambda Developer Guide, "Configure Lambda function memory": CPU is proportional to memory, and 1,769 MB are one CPU. As
Linux's bandwidth control does, a process that has used up its part of a period is stopped until the next one.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

MB_OF_ONE_CPU: Final = 1769
_PERIOD_S: Final = 0.02
_LOOK_S: Final = 0.001


@asynccontextmanager
async def cpu_of(memory_mb: int, pid: int) -> AsyncIterator[None]:
    """Give a process the CPU of a memory size, for the time of the block; of more than one CPU it is not kept."""
    if memory_mb >= MB_OF_ONE_CPU:
        yield
        return
    limiting = asyncio.create_task(_limit(pid, memory_mb / MB_OF_ONE_CPU))
    try:
        yield
    finally:
        limiting.cancel()
        with suppress(asyncio.CancelledError):
            await limiting


async def _limit(pid: int, share: float) -> None:
    clock = (~pid << 3) | 2  # clock_getcpuclockid(3): the CPU time of another process
    with suppress(ProcessLookupError, OSError):
        began_s, used_s = time.monotonic(), time.clock_gettime(clock)
        while True:
            await asyncio.sleep(_LOOK_S)
            over_s = time.clock_gettime(clock) - used_s - share * (time.monotonic() - began_s)
            if over_s > 0:
                os.kill(pid, signal.SIGSTOP)
                await asyncio.sleep(over_s / share)
                os.kill(pid, signal.SIGCONT)
            elif time.monotonic() - began_s > _PERIOD_S:
                # What was not used in a period is lost.
                began_s, used_s = time.monotonic(), time.clock_gettime(clock)
