"""The part of a CPU that a memory size gives a process."""

import asyncio
import sys
from asyncio.subprocess import PIPE

import pytest

from load.bench.cpu_share import MB_OF_ONE_CPU, cpu_of

# Prints the seconds of the clock that its CPU time took.
_BUSY = "import time as t; s = t.monotonic()\nwhile t.process_time() < 0.2: pass\nprint(t.monotonic() - s)"


@pytest.mark.parametrize(("memory_mb", "least_s"), [(MB_OF_ONE_CPU, 0.0), (MB_OF_ONE_CPU // 4, 0.5)])
async def test_a_process_gets_no_more_than_its_part(memory_mb: int, least_s: float) -> None:
    child = await asyncio.create_subprocess_exec(sys.executable, "-I", "-S", "-c", _BUSY, stdout=PIPE)
    async with cpu_of(memory_mb, child.pid):
        printed, _ = await child.communicate()
    assert child.returncode == 0
    assert float(printed) >= least_s


async def test_a_process_that_has_ended_is_no_error() -> None:
    child = await asyncio.create_subprocess_exec(sys.executable, "-I", "-S", "-c", "")
    await child.wait()
    async with cpu_of(512, child.pid):
        await asyncio.sleep(0)
