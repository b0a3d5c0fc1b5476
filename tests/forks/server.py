"""`python server.py DESCRIPTOR MODULE…`: forks into Python programs, with the modules they share imported once.

Importing them is most of what a short program costs. A fork has a session, an environment, arguments and streams of its
own, and ends as any process does, or when its caller no longer waits.
"""

import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, TextIO

_LONGEST: Final = 1 << 20
_DESCRIPTORS: Final = 8


class _Forks:
    """The forks that run, each with the connection that its caller waits on."""

    def __init__(self, tests: socket.socket) -> None:
        self._tests = tests
        self._ready = selectors.DefaultSelector()
        self._ready.register(tests, selectors.EVENT_READ, self._fork)
        self._running: dict[int, int] = {}
        self._request: dict[str, Any] | None = None
        self._open = True

    def serve(self) -> dict[str, Any] | None:
        """Fork for each request until the tests have gone; gives a fork's process what it is to run."""
        while self._open:
            for key, _ in self._ready.select():
                key.data()
                if self._request is not None:
                    return self._request
        return None

    def _fork(self) -> None:
        message, received, _, _ = socket.recv_fds(self._tests, _LONGEST, _DESCRIPTORS)
        if not received:
            self._open = False
            return
        connection, *streams = received
        pid = os.fork()
        if pid == 0:
            os.setsid()
            # Objects that would close their descriptors later, when those are the program's.
            self._ready.close()
            self._tests.close()
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
            os.closerange(len(streams), os.sysconf("SC_OPEN_MAX"))
            self._request = json.loads(message)
            return
        for number in streams:
            os.close(number)
        ended = os.pidfd_open(pid)
        self._running[pid] = connection
        self._ready.register(ended, selectors.EVENT_READ, lambda: self._end(pid, ended))
        self._ready.register(connection, selectors.EVENT_READ, lambda: self._abandon(pid))
        _write(connection, pid)

    def _end(self, pid: int, ended: int) -> None:
        """Report the exit code of a process that has ended."""
        self._ready.unregister(ended)
        os.close(ended)
        connection = self._running.pop(pid)
        with suppress(KeyError):
            self._ready.unregister(connection)
        _write(connection, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        os.close(connection)

    def _abandon(self, pid: int) -> None:
        """End a process for which no caller waits any longer."""
        if pid in self._running:
            self._ready.unregister(self._running[pid])
            os.kill(pid, signal.SIGKILL)


def _write(connection: int, number: int) -> None:
    with suppress(BrokenPipeError):
        os.write(connection, f"{number}\n".encode())


def _become(request: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(request["environ"])
    os.chdir(request["folder"])
    sys.argv = ["-m", *request["arguments"]]
    sys.orig_argv = [sys.executable, "-m", request["module"], *request["arguments"]]
    sys.path[0] = str(Path.cwd())
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        setattr(sys, name, _reopened(number, getattr(sys, name)))
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


def _reopened(number: int, stream: TextIO) -> IO[Any]:
    """Give the stream of a descriptor that is another file now, such as a pipe."""
    mode, buffering = ("w" if number else "r"), (1 if stream.line_buffering else -1)
    return open(number, mode, buffering, encoding=stream.encoding, errors=stream.errors, closefd=False)


for _module in sys.argv[2:]:
    importlib.import_module(_module)
gc.freeze()
if _request := _Forks(socket.socket(fileno=int(sys.argv[1]))).serve():
    _become(_request)
