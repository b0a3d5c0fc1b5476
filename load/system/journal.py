"""What every function served: when an event came, when an environment took it, and when that was done.

Instants are seconds on the machine's monotonic clock, which the latency model's ledger uses too: the calls between the
two instants, signed with the environment's own key, are the calls of that invocation.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from deploy.local.runtime.api import FunctionThrottledError, Invocation
from deploy.local.runtime.function import Environment
from load.driver.exchange import MARK
from load.figures import InvocationRecord
from shared.clock import monotonic_s

# Makes environment number n, which is not started yet.
MakeEnvironment = Callable[[int], Environment]
_PROOF_KEY: Final = re.compile(r"Sentinel-STS key=(\w+),")


class Served(Protocol):
    """A function that serves events until it is closed. `init_ms` are the cold starts since it was ready."""

    @property
    def init_ms(self) -> Sequence[float]: ...
    async def invoke(self, event: bytes, *, request_id: str, trace_id: str) -> bytes: ...
    async def open(self) -> object: ...
    async def wait_until_ready(self) -> None: ...
    async def close(self) -> None: ...


# From the number of environments to begin with, and how to make one more, to the function.
Deploy = Callable[[int, MakeEnvironment], Served]


@dataclass(slots=True, eq=False)
class Journal:
    """A function whose every invocation is noted, in the order they ended."""

    function: Served = field(init=False)
    invocations: list[InvocationRecord] = field(default_factory=list)
    throttled: int = 0
    _begun: dict[str, tuple[str, float]] = field(default_factory=dict)

    def since(self, instant_s: float) -> list[InvocationRecord]:
        """Return the invocations of the events that came at an instant or later."""
        return [invocation for invocation in self.invocations if invocation.came_s >= instant_s]

    async def invoke(self, event: bytes, *, request_id: str, trace_id: str) -> bytes:
        """Run one event through the function.

        Raises:
            FunctionFailedError: as the function raises it.

        """
        came_s = monotonic_s()
        try:
            answer = await self.function.invoke(event, request_id=request_id, trace_id=trace_id)
        except FunctionThrottledError:
            self.throttled += 1
            raise
        self._end(request_id, event, came_s)
        return answer

    def begin(self, request_id: str, access_key_id: str) -> None:
        """Note that an environment, known by its key, takes an invocation."""
        self._begun[request_id] = (access_key_id, monotonic_s())

    def _end(self, request_id: str, event: bytes, came_s: float) -> None:
        key, began_s = self._begun.pop(request_id, ("", came_s))
        headers = json.loads(event).get("headers") or {}
        load_id, _, name = headers.get(MARK, "").partition(" ")
        proof = _PROOF_KEY.match(headers.get("authorization", ""))
        self.invocations.append(
            InvocationRecord(load_id, name, key, came_s, began_s, monotonic_s(), proof[1] if proof else "")
        )


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
