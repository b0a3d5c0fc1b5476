"""`sentinel local up` from outside: what it prints, and that nothing of it stays."""

import asyncio
import json
import os
import signal
import stat
import sys
import time
from pathlib import Path

import pytest

from deploy.local.stack import LocalStack

ECHO = "tests.e2e.local.echo.handler"
PROGRAM = f"""
from deploy.local import stack
stack.HANDLERS.update({{name: {ECHO!r} for name in stack.HANDLERS}})
from deploy.local.up import stay_up
stay_up(as_json=True, port=0)
"""


def processes_mentioning(text: str) -> list[int]:
    """Find processes that have the text in their environment or command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            known = (folder / "environ").read_bytes() + (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if text.encode() in known:
            found.append(int(folder.name))
    return found


def wait_until_gone(text: str) -> None:
    """Wait for the last such process; the test's own time limit is the only one."""
    while processes_mentioning(text):
        time.sleep(0.05)


def mode(path: str) -> int:
    return stat.S_IMODE(Path(path).stat().st_mode)


def left_in(folder: Path) -> list[Path]:
    return list(folder.glob("sentinel-local-*"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_up_prints_one_line_and_leaves_nothing_running(number: signal.Signals, tmp_path: Path) -> None:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, stdout=asyncio.subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    endpoints = json.loads(await process.stdout.readline())
    assert endpoints["http_api"].startswith("http://127.0.0.1:")
    private = [mode(endpoints[name]) for name in ("aws_config_file", "aws_shared_credentials_file", "log_file")]
    assert (private, mode(endpoints["state_dir"])) == ([0o600] * 3, 0o700)
    process.send_signal(number)
    await process.wait()
    await asyncio.to_thread(wait_until_gone, endpoints["state_dir"])
    if number != signal.SIGKILL:
        assert (process.returncode, left_in(tmp_path)) == (0, [])


@pytest.mark.asyncio(loop_scope="module")
async def test_two_stacks_stand_side_by_side_and_the_one_that_is_left_takes_all_its_own_with_it(
    stack: LocalStack,
) -> None:
    async with LocalStack(handlers=dict.fromkeys(stack.handlers, ECHO)) as other:
        ports = {url.rpartition(":")[2] for one in (stack, other) for url in (one.http_api, one.function_url)}
        assert len(ports) == 4
        assert processes_mentioning(str(other.state_dir))
    assert not other.state_dir.exists()
    assert not processes_mentioning(str(other.state_dir))
    assert processes_mentioning(str(stack.state_dir))
