"""A Lambda function: a fixed number of execution environments, its concurrency limit."""

import asyncio
from collections.abc import Sequence
from typing import Protocol, Self

from deploy.local.runtime.api import FunctionFailedError, Invocation
from deploy.local.runtime.environment import ExecutionEnvironment, FunctionSettings

__all__ = ["Environment", "ExecutionEnvironment", "Function", "FunctionFailedError", "FunctionSettings"]


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

    @property
    def pids(self) -> list[int]:
        return [environment.pid for environment in self._environments if environment.pid is not None]

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
