"""Python programs as forks of one process of this worker, on Linux: see server.py."""

import asyncio
import atexit
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Final, Self

# What an interpreter reads when it starts, a fork has from the server.
_READ_AT_START: Final = ("PYTHON", "LANG", "LC_", "TZ")


class Fork:
    """A program that runs as a fork, and leads its own process group."""

    def __init__(self, pid: int, ended: asyncio.Task[int]) -> None:
        self.pid = pid
        self.ended = ended

    @classmethod
    async def connected(cls, connection: socket.socket) -> Self:
        """Give the program whose server reports on a connection."""
        reader, writer = await asyncio.open_connection(sock=connection)
        return cls(int(await reader.readline()), asyncio.create_task(_exit_code(reader, writer)))

    @property
    def returncode(self) -> int | None:
        """The exit code, of a program that has ended."""
        return self.ended.result() if self.ended.done() else None

    async def wait(self) -> int:
        """Wait until the program ends; gives its exit code."""
        return await asyncio.shield(self.ended)

    def send_signal(self, number: int) -> None:
        """Send the program a signal, if it runs."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


async def _exit_code(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    try:
        return int(await reader.readline())
    finally:
        writer.close()


class ForkServer:
    """Forks into programs that share libraries and what an interpreter reads when it starts."""

    def __init__(self, libraries: Sequence[str], environ: Mapping[str, str]) -> None:
        self._libraries = libraries
        self._environ = environ

    def fits(self, environ: Mapping[str, str]) -> bool:
        """Whether a program may be a fork: with this environment, an interpreter of its own would start alike."""
        names = {name for name in (*environ, *self._environ) if name.startswith(_READ_AT_START)}
        return sys.platform == "linux" and all(environ.get(name) == self._environ.get(name) for name in names)

    async def fork(
        self, module: str, arguments: Sequence[str], *, environ: Mapping[str, str], folder: Path, streams: Sequence[int]
    ) -> Fork:
        """Run a module as a program; `streams` are its descriptors from 0 on, and stay open in the caller."""
        ours, theirs = socket.socketpair()
        request = {"module": module, "arguments": arguments, "environ": dict(environ), "folder": str(folder)}
        with theirs:
            socket.send_fds(self._server, [json.dumps(request).encode()], [theirs.fileno(), *streams])
        ours.setblocking(False)
        return await Fork.connected(ours)

    @cached_property
    def _server(self) -> socket.socket:
        """Start the server, which ends when this process closes its end."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, Path(__file__).with_name("server.py"), str(theirs.fileno()), *self._libraries],
                env=dict(self._environ),
                pass_fds=[theirs.fileno()],
            )

        @atexit.register
        def end() -> None:
            ours.close()
            process.wait()

        return ours
