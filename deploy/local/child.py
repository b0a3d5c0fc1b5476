"""Child processes that cannot outlive their parent.

Each child leads its own process group and has one end of a pipe as standard input. It exits when that pipe closes, so
also when the parent crashes.
"""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self


class Child:
    """A running child process."""

    def __init__(self, process: Process, group_ended: asyncio.Future[None]) -> None:
        self._process = process
        self._group_ended = group_ended

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        folder: Path,
        log_file: Path,
        sockets: Sequence[int] = (),
    ) -> Self:
        """Start a command; its output is appended to the log file, which has mode 0600."""
        log = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        ends, held = os.pipe()
        try:
            process = await cls._run(command, environment, folder, log, (*sockets, held))
        except BaseException:
            os.close(ends)
            raise
        finally:
            os.close(log)
            os.close(held)
        return cls(process, _end_of_file(ends))

    @classmethod
    async def _run(
        cls, command: Sequence[str], environment: Mapping[str, str], folder: Path, log: int, inherited: Sequence[int]
    ) -> Process:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
            pass_fds=inherited,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    async def tell(self, line: bytes) -> None:
        """Write one line to the child's standard input."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + b"\n")
        await self._process.stdin.drain()

    async def wait(self) -> int:
        """Wait until the child exits by itself; returns its exit code."""
        return await self._process.wait()

    async def kill(self) -> None:
        """Kill the whole group without a grace period, as a power cut would; returns when every process is gone."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        # The leader (`uv run`) can end before what it started (the emulator, which has much memory to give back).
        await asyncio.shield(self._group_ended)


def _end_of_file(reader: int) -> asyncio.Future[None]:
    """Return a future that is done when no process has the other end of a pipe; the pipe is closed then."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()

    def close() -> None:
        loop.remove_reader(reader)
        os.close(reader)
        ended.set_result(None)

    loop.add_reader(reader, close)
    return ended
