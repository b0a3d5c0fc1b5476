"""What every function served: when an event came, when an environment took it, and when that was done.

Instants are seconds on the machine's monotonic clock, which the latency model's ledger uses too: the calls between the
two instants, signed with the environment's own key, are the calls of that invocation.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from deploy.local.gateway.server import Invokable
from deploy.local.runtime.api import FunctionThrottledError, Invocation
from deploy.local.runtime.function import Environment
from load.driver.exchange import MARK
from load.figures import InvocationRecord

_PROOF_KEY: Final = re.compile(r"Sentinel-STS key=(\w+),")


@dataclass(slots=True)
class Journal:
    """The invocations of one function, in the order they ended."""

    monotonic_s: Callable[[], float]
    invocations: list[InvocationRecord] = field(default_factory=list)
    throttled: int = 0
    _begun: dict[str, tuple[str, float]] = field(default_factory=dict)

    def since(self, instant_s: float) -> list[InvocationRecord]:
        """Return the invocations of the events that came at an instant or later."""
        return [invocation for invocation in self.invocations if invocation.came_s >= instant_s]

    def begin(self, request_id: str, access_key_id: str) -> None:
        """Note that an environment, known by its key, takes an invocation."""
        self._begun[request_id] = (access_key_id, self.monotonic_s())

    def end(self, request_id: str, event: bytes, came_s: float) -> None:
        """Note that an invocation is over."""
        key, began_s = self._begun.pop(request_id, ("", came_s))
        headers = json.loads(event).get("headers") or {}
        load_id, _, name = headers.get(MARK, "").partition(" ")
        proof = _PROOF_KEY.match(headers.get("authorization", ""))
        ended_s = self.monotonic_s()
        self.invocations.append(
            InvocationRecord(load_id, name, key, came_s, began_s, ended_s, proof[1] if proof else "")
        )


@dataclass(frozen=True, slots=True)
class JournaledFunction:
    """A function whose every invocation is noted."""

    function: Invokable
    journal: Journal

    async def invoke(self, event: bytes, *, request_id: str, trace_id: str) -> bytes:
        """Run one event through the function.

        Raises:
            FunctionFailedError: as the function raises it.

        """
        came_s = self.journal.monotonic_s()
        try:
            answer = await self.function.invoke(event, request_id=request_id, trace_id=trace_id)
        except FunctionThrottledError:
            self.journal.throttled += 1
            raise
        self.journal.end(request_id, event, came_s)
        return answer


@dataclass(frozen=True, slots=True, eq=False)
class JournaledEnvironment:
    """An environment that notes when it takes an invocation."""

    environment: Environment
    access_key_id: str
    journal: Journal

    @property
    def pid(self) -> int | None:
        return self.environment.pid

    async def open(self) -> None:
        """Start it."""
        await self.environment.open()

    async def wait_until_ready(self) -> None:
        """Wait until its init phase is over."""
        await self.environment.wait_until_ready()

    async def close(self) -> None:
        """End it."""
        await self.environment.close()

    async def invoke(self, invocation: Invocation) -> bytes:
        """Run one invocation."""
        self.journal.begin(invocation.request_id, self.access_key_id)
        return await self.environment.invoke(invocation)
