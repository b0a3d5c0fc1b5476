"""A fork is to its caller what a process with an interpreter of its own is."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from tests.forks.fork import Fork
from tests.forks.program import BASE, SENTINEL, Program, start

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="there are forks on Linux only")


async def reformat(text: bytes, **more: str) -> Program:
    """Start a program that reads JSON and writes it indented."""
    process = await start(SENTINEL, "json.tool", environ={**BASE, **more}, talks=True)
    assert process.stdin is not None
    process.stdin.write(text)
    process.stdin.close()
    return process


@pytest.mark.parametrize("variable", ["", "PYTHONUTF8"])
async def test_a_program_reads_and_writes_and_its_exit_code_is_seen(variable: str) -> None:
    given = {variable: "1"} if variable else {}
    assert SENTINEL.fits({**BASE, **given}) is not bool(variable)
    process = await reformat(b'{"a": "\xc3\xa4"}', **given)
    assert await process.communicate() == (b'{\n    "a": "\\u00e4"\n}\n', b"")
    assert process.returncode == 0
    process = await reformat(b"{", **given)
    out, err = await process.communicate()
    assert (process.returncode, out) == (1, b"")
    assert b"Expecting property name" in err


async def test_a_program_begins_in_its_folder_with_its_environment_and_arguments(tmp_path: Path) -> None:
    (tmp_path / "shown.py").write_text("import os, sys; print(os.getcwd(), sorted(os.environ), sys.argv[1:], __name__)")
    process = await start(SENTINEL, "shown", "a b", "--c", environ={**BASE, "OWN": "1"}, folder=tmp_path)
    out, err = await process.communicate()
    assert out.decode() == f"{tmp_path} {sorted([*BASE, 'OWN'])} ['a b', '--c'] __main__\n", err


async def test_a_program_has_no_descriptor_but_its_streams(tmp_path: Path) -> None:
    (tmp_path / "shown.py").write_text("import os; print(os.listdir('/proc/self/fd'))")
    process = await start(SENTINEL, "shown", environ=BASE, folder=tmp_path)
    out, err = await process.communicate()
    # The last one is that of the list itself.
    assert out == b"['0', '1', '2', '3']\n", err


async def test_a_signal_ends_a_program_as_it_ends_any() -> None:
    process = await start(SENTINEL, "json.tool", environ=BASE, talks=True)
    process.terminate()
    assert await process.wait() == -signal.SIGTERM
    assert await process.communicate() == (b"", b"")
    process.send_signal(signal.SIGKILL)  # it has gone, and nothing else has its number


async def test_a_program_ends_when_its_caller_no_longer_waits() -> None:
    (stdin, ours), nowhere = os.pipe(), os.open(os.devnull, os.O_WRONLY)
    ended = asyncio.Event()
    connections: list[socket.socket] = []
    connected = Fork.connected

    async def remember(connection: socket.socket) -> Fork:
        connections.append(connection)
        return await connected(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Fork, "connected", remember)
        streams = (stdin, nowhere, nowhere)
        fork = await SENTINEL.fork("json.tool", [], environ=BASE, folder=Path.cwd(), streams=streams)
    process = os.pidfd_open(fork.pid)
    asyncio.get_running_loop().add_reader(process, ended.set)
    connections[0].shutdown(socket.SHUT_RDWR)
    await ended.wait()
    with pytest.raises(ValueError, match="invalid literal"):
        await fork.wait()  # its exit code is lost
    asyncio.get_running_loop().remove_reader(process)
    for descriptor in (process, stdin, ours, nowhere):
        os.close(descriptor)
