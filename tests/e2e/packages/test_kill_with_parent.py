"""A command under `kill_with_parent.py` is killed when its parent closes the pipe, even while frozen."""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.local.child import Child
from deploy.packages import kill_with_parent

PROGRAM = "import os, sys, time; os.write(int(sys.argv[1]), b'!'); time.sleep(600)"


async def start(folder: Path, *program: str, sockets: Sequence[int] = ()) -> Child:
    command = (sys.executable, "-I", "-S", kill_with_parent.__file__, sys.executable, *program)
    return await Child.start(command, environment={}, folder=folder, log_file=folder / "log", sockets=sockets)


async def start_running(folder: Path) -> Child:
    """Start a program that runs for long, and wait until it does."""
    reader, writer = os.pipe()
    child = await start(folder, "-c", PROGRAM, str(writer), sockets=[writer])
    os.close(writer)
    assert await asyncio.to_thread(os.read, reader, 1) == b"!"
    os.close(reader)
    return child


@pytest.mark.parametrize("frozen", [False, True], ids=["running", "frozen"])
async def test_the_command_is_killed_when_its_standard_input_closes(tmp_path: Path, *, frozen: bool) -> None:
    child = await start_running(tmp_path)
    if frozen:
        os.killpg(child.pid, signal.SIGSTOP)
    assert child._process.stdin is not None
    child._process.stdin.close()
    assert await child.wait() == -signal.SIGKILL


async def test_the_guard_is_no_child_of_the_program(tmp_path: Path) -> None:
    child = await start_running(tmp_path)
    assert Path(f"/proc/{child.pid}/task/{child.pid}/children").read_text() == ""
    await child.kill()


async def test_a_program_that_ends_by_itself_keeps_its_exit_code(tmp_path: Path) -> None:
    child = await start(tmp_path, "-c", "import sys; sys.exit(7)")
    assert await child.wait() == 7
    await child.kill()
