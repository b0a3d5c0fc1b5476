"""`sentinel` commands as forks of one process of this worker: see fork_server.py."""

import asyncio
import atexit
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

# What an interpreter reads when it starts is read by the server, so a command that is given one of them starts its own.
_READ_AT_START: Final = ("PYTHON", "LANG", "LC_", "TZ")
_BASE: Final = ("PATH", "LANG", "LC_ALL")


def can_fork(changed: Mapping[str, str]) -> bool:
    """Whether a command may be a fork: on Linux, with no variable changed that an interpreter reads when it starts."""
    return sys.platform == "linux" and not any(name.startswith(_READ_AT_START) for name in changed)


async def run_fork(arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[int, bytes, bytes]:
    """Run a command to its end, with nothing to read; gives its exit code and what it wrote on each stream."""
    connection, out, err = _begin({"arguments": arguments, "environ": dict(environ)})
    with connection:
        written = await asyncio.gather(_read(out), _read(err))
        return int(await asyncio.get_running_loop().sock_recv(connection, 16)), *written


def _begin(request: Mapping[str, Any]) -> tuple[socket.socket, int, int]:
    """Send a request; gives where its end is reported, and the pipes of its output."""
    (ours, theirs), (out, to_out), (err, to_err) = socket.socketpair(), os.pipe(), os.pipe()
    ours.setblocking(False)
    nothing = os.open(os.devnull, os.O_RDONLY)
    given = (theirs.detach(), nothing, to_out, to_err)
    try:
        socket.send_fds(_server(), [json.dumps(request).encode()], given)
    finally:
        for number in given:
            os.close(number)
    return ours, out, err


async def _read(end: int) -> bytes:
    stream = asyncio.StreamReader()
    pipe = os.fdopen(end, "rb", buffering=0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), pipe
    )
    try:
        return await stream.read()
    finally:
        transport.close()


@cache
def _server() -> socket.socket:
    """Start the server, which ends when this process closes its end."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("fork_server.py"), str(theirs.fileno())],
            env={name: os.environ[name] for name in _BASE if name in os.environ},
            pass_fds=[theirs.fileno()],
        )

    @atexit.register
    def end() -> None:
        ours.close()
        process.wait()

    return ours
