"""A Lambda function: a fixed number of execution environments, its concurrency limit.

An execution environment is a Runtime API and the process that polls it, which is restarted when it exits.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final, Protocol, Self

from deploy.local.child import Child
from deploy.local.runtime.api import FunctionFailedError, Invocation, RuntimeApi

_PROJECT: Final = Path(__file__).parents[3]
# The pause before a restart, so that an environment that exits immediately does not spin.
_PAUSE_S: Final = 0.2
_TIMEOUT: Final = timedelta(seconds=29)


@dataclass(frozen=True, slots=True)
class FunctionSettings:
    """The configuration of a deployed function; its own settings are read from `environment`."""

    name: str
    handler: str
    account: str
    region: str
    environment: Mapping[str, str]
    home: Path
    log_file: Path

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"


class ExecutionEnvironment:
    """A process that runs the official runtime client, and the API it polls."""

    def __init__(self, settings: FunctionSettings) -> None:
        self._settings = settings
        self._api = RuntimeApi(settings.arn, _TIMEOUT)
        self._child: Child | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Start the process, and restart it whenever it exits."""
        await self._api.open()
        self._keeper = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """End the process for good."""
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper
        if self._child is not None:
            await self._child.kill()
        self._api.fail_all("the stack is shutting down")
        await self._api.close()

    async def invoke(self, invocation: Invocation) -> bytes:
        """Run one invocation; a function that times out is killed, as on Lambda.

        Raises:
            FunctionFailedError: the function raised, exited or timed out.

        """
        self._api.put(invocation)
        try:
            async with asyncio.timeout(_TIMEOUT.total_seconds()):
                return await invocation.answer
        except TimeoutError:
            if self._child is not None:
                await self._child.kill()
            raise FunctionFailedError(f"{self._settings.name} timed out") from None

    async def wait_until_ready(self) -> None:
        """Wait until the function's init phase has ended."""
        await self._api.ready.wait()

    @property
    def pid(self) -> int | None:
        return None if self._child is None else self._child.pid

    async def _keep(self) -> None:
        while True:
            self._child = await Child.start(
                [sys.executable, "-m", "deploy.local.runtime.bootstrap", self._settings.handler],
                environment=self._environment(),
                folder=_PROJECT,
                log_file=self._settings.log_file,
            )
            code = await self._child.wait()
            self._api.fail_current(f"Runtime.ExitError: {self._settings.name} ended with exit code {code}")
            await asyncio.sleep(_PAUSE_S)

    def _environment(self) -> dict[str, str]:
        """Return the variables that Lambda sets (Lambda Developer Guide, "Defined runtime environment variables")."""
        settings = self._settings
        return {
            "PATH": "/usr/bin:/bin",
            # An empty home: a Lambda has no ~/.aws, and must not find the developer's.
            "HOME": str(settings.home),
            "LANG": "C.UTF-8",
            "TZ": ":UTC",
            "PYTHONPATH": str(_PROJECT),
            "_HANDLER": settings.handler,
            "AWS_REGION": settings.region,
            "AWS_DEFAULT_REGION": settings.region,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
            "AWS_LAMBDA_FUNCTION_NAME": settings.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{settings.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "LAMBDA_TASK_ROOT": str(_PROJECT),
            **settings.environment,
        }


class Environment(Protocol):
    """An execution environment: a process of the function, which runs one invocation at a time."""

    @property
    def pid(self) -> int | None: ...

    async def open(self) -> None:
        """Start it; it may not be ready yet."""

    async def wait_until_ready(self) -> None:
        """Wait until its init phase has ended."""

    async def close(self) -> None:
        """End it."""

    async def invoke(self, invocation: Invocation) -> bytes:
        """Run one invocation and return its answer; raises FunctionFailedError."""


class Function:
    """A function with a fixed number of environments; further invocations wait for a free one."""

    def __init__(self, environments: Sequence[Environment]) -> None:
        self._environments = environments
        self._idle: asyncio.LifoQueue[Environment] = asyncio.LifoQueue()

    async def open(self) -> Self:
        """Start every environment; invocations may come before they are ready."""
        for environment in self._environments:
            await environment.open()
            self._idle.put_nowait(environment)
        return self

    async def wait_until_ready(self) -> None:
        """Wait until every environment's init phase has ended."""
        await asyncio.gather(*(environment.wait_until_ready() for environment in self._environments))

    async def close(self) -> None:
        """End every environment."""
        await asyncio.gather(*(environment.close() for environment in self._environments))

    async def invoke(self, event: bytes, *, request_id: str, trace_id: str) -> bytes:
        """Run one event through the function.

        Raises:
            FunctionFailedError: the function raised, exited or timed out.

        """
        environment = await self._idle.get()
        try:
            answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
            return await environment.invoke(Invocation(event, request_id, trace_id, answer))
        finally:
            self._idle.put_nowait(environment)
