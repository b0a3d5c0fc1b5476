"""The local stack's functions as forks: importing their libraries is most of what their init phase costs.

`make demo` and `sentinel local up` start each with an interpreter of its own, in the tests too.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final, Self, cast

import pytest

from deploy.local.child import Child, end_of_file
from deploy.local.runtime import function
from tests.forks.fork import ForkServer

# Neither the handlers, nor the runtime client and the X-Ray SDK, which read the environment when they are imported.
_LIBRARIES: Final = (
    "aiobotocore.session",
    "aiohttp.web",
    "deploy.local.strict",
    "difflib",
    "orjson",
    "pydantic.main",
    "pydantic.types",
    "regex",
    "services.admin.api",
    "services.authorizer.service",
    "services.vend.service",
    "shared.edge.lambda_app",
    "shared.edge.traces",
    "yaml",
    "zoneinfo",
)
_SHARED: Final = ("LANG", "PATH", "PYTHONPATH", "TZ")


class _ForkedChild(Child):
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
        module, *arguments = command[command.index("-m") + 1 :]
        assert not sockets
        log = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        (stdin, ours), (ends, held) = os.pipe(), os.pipe()
        given = (stdin, log, log, held)
        server = _server(tuple((name, environment[name]) for name in _SHARED))
        try:
            fork = await server.fork(module, arguments, environ=environment, folder=folder, streams=given)
        finally:
            for number in set(given):
                os.close(number)
        group_ended = end_of_file(ends)
        group_ended.add_done_callback(lambda _: os.close(ours))
        return cls(cast("Any", fork), group_ended)


@cache
def _server(environ: tuple[tuple[str, str], ...]) -> ForkServer:
    return ForkServer(_LIBRARIES, dict(environ))


@contextmanager
def forked_functions() -> Iterator[None]:
    """Start every function of a local stack as a fork while the block runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(function, "Child", _ForkedChild)
        yield
