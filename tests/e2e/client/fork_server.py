"""`python fork_server.py DESCRIPTOR`: forks into `sentinel` commands, with the client's libraries imported once.

Importing them is nine tenths of what a short command costs. A fork imports all of the client's own code, has a session,
an environment, arguments and streams of its own, and ends as any process does, or when its caller no longer waits.
"""

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

# Not the client's own code: what that does when it is imported, it does in each command.
_LIBRARIES: Final = (
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
)
_STREAMS: Final = 3
_LONGEST: Final = 1 << 20


def _serve(tests: socket.socket) -> dict[str, Any] | None:
    """Fork for each request until the tests have gone; gives a command's process what it is to run."""
    while True:
        message, received, _, _ = socket.recv_fds(tests, _LONGEST, 1 + _STREAMS)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not received:
            return None
        if os.fork() == 0:
            return _watch(json.loads(message), *received)
        for number in received:
            os.close(number)


def _watch(request: dict[str, Any], connection: int, *streams: int) -> dict[str, Any]:
    """Fork once more, and report how that process ended; return in the command's process only."""
    process = os.fork()
    if process == 0:
        os.setsid()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.closerange(_STREAMS, os.sysconf("SC_OPEN_MAX"))
        return request
    for number in (*range(_STREAMS), *streams):
        os.close(number)
    end = os.pidfd_open(process)
    if end not in select.select([end, connection], [], [])[0]:
        os.kill(process, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    with suppress(BrokenPipeError):
        os.write(connection, str(code).encode())
    os._exit(0)


def _become(request: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(request["environ"])
    sys.argv = ["-m", *request["arguments"]]
    sys.orig_argv = [sys.executable, "-m", "sentinel", *request["arguments"]]
    sys.path[0] = str(Path.cwd())
    runpy.run_module("sentinel", run_name="__main__", alter_sys=True)


for _library in _LIBRARIES:
    importlib.import_module(_library)
gc.freeze()
if _request := _serve(socket.socket(fileno=int(sys.argv[1]))):
    _become(_request)
