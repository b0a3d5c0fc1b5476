"""A child process of the local stack ends with everything that it started."""

import asyncio
import sys
import time
from pathlib import Path

from deploy.local.child import Child
from tests.e2e.local.test_up import processes_mentioning

MEMBERS = 12
# A shell ends at once; the kernel needs longer for a process with memory, so these outlive their leader.
LARGE = "import time; held = bytearray(b'x') * (64 << 20); print('holds', flush=True); time.sleep(3600)"
LEADER = f'for each in {"x " * MEMBERS}; do "$0" -c "{LARGE}" & done; wait'


def wait_until_each_holds_its_memory(log: Path) -> None:
    while log.read_text().count("holds") < MEMBERS:
        time.sleep(0.02)


async def test_a_killed_child_is_gone_with_the_processes_that_it_started(tmp_path: Path) -> None:
    log, mark = tmp_path / "log", f"MARK={tmp_path}"
    command = ["/bin/sh", "-c", LEADER, sys.executable]
    child = await Child.start(command, environment={"MARK": str(tmp_path)}, folder=tmp_path, log_file=log)
    await asyncio.to_thread(wait_until_each_holds_its_memory, log)
    assert len(processes_mentioning(mark)) == MEMBERS + 1
    await child.kill()
    assert processes_mentioning(mark) == []
