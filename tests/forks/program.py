"""Python programs with pipes to their streams: as forks where that makes no difference."""

import asyncio
import os
import pkgutil
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol, Self

import sentinel.commands
from tests.forks.fork import Fork, ForkServer

BASE: Final = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
# The client's own code reads nothing of its environment while it is imported.
SENTINEL: Final = ForkServer(
    (
        "aiohttp.web",
        "botocore.session",
        "click",
        "difflib",
        "importlib.metadata",
        "orjson",
        "pydantic.types",
        "rich.console",
        "rich.text",
        "tomllib",
        "truststore",
        "yaml",
        *(f"sentinel.commands.{module.name}" for module in pkgutil.iter_modules(sentinel.commands.__path__)),
    ),
    BASE,
)


class Program(Protocol):
    """A program that runs: a process of `asyncio.subprocess`, or a fork that looks like one."""

    @property
    def pid(self) -> int: ...
    @property
    def stdin(self) -> asyncio.StreamWriter | None: ...
    @property
    def stdout(self) -> asyncio.StreamReader | None: ...
    @property
    def stderr(self) -> asyncio.StreamReader | None: ...
    @property
    def returncode(self) -> int | None: ...

    def send_signal(self, signal: int) -> None:
        """Send it a signal."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it."""

    async def wait(self) -> int:
        """Wait until it ends; gives its exit code."""
        ...

    async def communicate(self) -> tuple[bytes, bytes]:
        """Read what it writes until it ends."""
        ...


async def start(
    server: ForkServer,
    module: str,
    *arguments: str,
    environ: Mapping[str, str],
    folder: Path | None = None,
    talks: bool = False,
) -> Program:
    """Start a module as a program in a session of its own.

    One that `talks` has a pipe as standard input; others read nothing.
    """
    if server.fits(environ):
        return await _Forked.start(server, module, arguments, environ, folder or Path.cwd(), talks=talks)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        cwd=folder,
        env=dict(environ),
        stdin=PIPE if talks else DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
    )


class _Forked:
    def __init__(
        self, fork: Fork, stdin: asyncio.StreamWriter | None, stdout: asyncio.StreamReader, stderr: asyncio.StreamReader
    ) -> None:
        self._fork = fork
        self.pid = fork.pid
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr

    @classmethod
    async def start(
        cls,
        server: ForkServer,
        module: str,
        arguments: Sequence[str],
        environ: Mapping[str, str],
        folder: Path,
        *,
        talks: bool,
    ) -> Self:
        (from_us, to_it) = os.pipe() if talks else (os.open(os.devnull, os.O_RDONLY), None)
        (out, to_out), (err, to_err) = os.pipe(), os.pipe()
        given = (from_us, to_out, to_err)
        try:
            fork = await server.fork(module, arguments, environ=environ, folder=folder, streams=given)
        finally:
            for number in given:
                os.close(number)
        return cls(fork, None if to_it is None else await _writer(to_it), await _reader(out), await _reader(err))

    @property
    def returncode(self) -> int | None:
        return self._fork.returncode

    def send_signal(self, number: int) -> None:
        self._fork.send_signal(number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        return await self._fork.wait()

    async def communicate(self) -> tuple[bytes, bytes]:
        if self.stdin is not None:
            self.stdin.close()
        out, err, _ = await asyncio.gather(self.stdout.read(), self.stderr.read(), self.wait())
        return out, err


async def _reader(end: int) -> asyncio.StreamReader:
    stream = asyncio.StreamReader()
    pipe = os.fdopen(end, "rb", buffering=0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
    return stream


async def _writer(end: int) -> asyncio.StreamWriter:
    loop = asyncio.get_running_loop()
    pipe = os.fdopen(end, "wb", buffering=0)
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), pipe
    )
    return asyncio.StreamWriter(transport, protocol, None, loop)
