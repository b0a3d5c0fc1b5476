"""The local stack's functions as forks: importing their libraries is most of what their init phase costs.

`make demo` and `sentinel local up` start each with an interpreter of its own, in the tests too.
"""

import os
from asyncio.subprocess import Process
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final, cast

import pytest

from deploy.local.child import Child
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
    async def _run(
        cls, command: Sequence[str], environment: Mapping[str, str], folder: Path, log: int, inherited: Sequence[int]
    ) -> Process:
        module, *arguments = command[command.index("-m") + 1 :]
        server = _server(tuple((name, environment[name]) for name in _SHARED))
        stdin, ours = os.pipe()
        try:
            streams = (stdin, log, log, *inherited)
            fork = await server.fork(module, arguments, environ=environment, folder=folder, streams=streams)
        except BaseException:
            os.close(ours)
            raise
        finally:
            os.close(stdin)
        fork.ended.add_done_callback(lambda _: os.close(ours))
        return cast("Process", fork)


@cache
def _server(environ: tuple[tuple[str, str], ...]) -> ForkServer:
    return ForkServer(_LIBRARIES, dict(environ))


@contextmanager
def forked_functions() -> Iterator[None]:
    """Start every function of a local stack as a fork while the block runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(function, "Child", _ForkedChild)
        yield
