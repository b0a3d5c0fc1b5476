"""The process of a Lambda: its event loop, its AWS clients, and its copies where Lambda takes snapshots.

The Python runtime calls a plain function (it would fail to marshal the coroutine of an async one). So the process has
one loop, and each invocation runs on it in a fresh context: no state of one caller reaches the next.

With SnapStart, Lambda initializes a process once and restores copies of it, which must be independent. Connections,
caches and keys are dropped before the snapshot and created again after the restore (Lambda guide, "Handling uniqueness
with Lambda SnapStart"). Ids and instants need no hook: they come from the operating system's random source and clock
when they are needed.
"""

import asyncio
import contextvars
import os
import random
import sys
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TextIO, TypeVar

from shared.aws.clients import Clients, Service, open_clients
from shared.clock import monotonic_s
from shared.edge.audit.line import AuditLine
from shared.edge.audit.metrics import metric_line
from shared.edge.audit.writing import Chain, write_lines
from shared.edge.common_settings import CommonSettings
from shared.edge.indeterminate import Indeterminate, refusal_for
from shared.edge.traces import TRACE_VARIABLE, Tracer, subsegment

# The time between our deadline and Lambda's, so that a late request still gets a response and an audit line.
_MARGIN_S: Final = 0.5

Decided = TypeVar("Decided")


class LambdaContext(Protocol):
    """The part of the runtime's context object that is used."""

    aws_request_id: str
    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda ends the invocation."""


@dataclass(frozen=True, slots=True)
class LambdaProcess:
    """The loop, the tracer, the stream of audit lines, and the time limit of every request in seconds."""

    runner: asyncio.Runner
    tracer: Tracer
    deadline_s: float
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    chain: Chain = field(default_factory=Chain)
    on_close: Callable[[], Coroutine[Any, Any, None]] | None = None

    def close(self) -> None:
        """Close what the init phase opened. Lambda never calls this; tests and servers do."""
        if self.on_close is not None:
            self.runner.run(self.on_close())
        self.runner.close()
        self.tracer.close()

    def run(
        self,
        context: LambdaContext,
        audit: AuditLine,
        story: Callable[[float], Coroutine[Any, Any, Decided]],
        limit_s: float | None = None,
    ) -> Decided | Indeterminate:
        """Run one invocation; `story` receives its deadline, in seconds on the monotonic clock.

        `limit_s` replaces the time limit of requests. All it raises, and a deadline that passes, comes back as
        `Indeterminate` and is noted in the audit line.
        """
        with audit.step("total"), self.tracer.invocation(os.environ.get(TRACE_VARIABLE)):
            decided = self._complete(self._in_time(context, story, limit_s or self.deadline_s))
        if isinstance(decided, Indeterminate):
            audit.detail, audit.dependency = decided.detail, decided.dependency
        return decided

    def _complete(self, story: Coroutine[Any, Any, Decided]) -> Decided:
        """Run on the process's loop. `Runner.run` would also replace the handler of SIGINT each time."""
        loop = self.runner.get_loop()
        return loop.run_until_complete(loop.create_task(story, context=contextvars.copy_context()))

    async def _in_time(
        self,
        context: LambdaContext,
        story: Callable[[float], Coroutine[Any, Any, Decided]],
        limit_s: float,
    ) -> Decided | Indeterminate:
        deadline_s = min(limit_s, context.get_remaining_time_in_millis() / 1000 - _MARGIN_S)
        try:
            async with asyncio.timeout(deadline_s):
                # Yield to the loop once, so that it notices connections that closed while Lambda froze the process.
                await asyncio.sleep(0)
                return await story(monotonic_s() + deadline_s)
        except Exception as error:  # noqa: BLE001 - an error becomes a refusal here, and only here
            return refusal_for(error)

    def write(self, audit: AuditLine) -> None:
        """Write the audit line, and then its metrics.

        Raises:
            AuditError: the line could not be written; Lambda then fails the invocation and no response leaves.

        """
        write_lines(self.stdout, [self.chain.seal(audit), metric_line(audit)])


Step = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class SnapStartHooks:
    """What a process does before the snapshot, and each copy after the restore."""

    process: LambdaProcess
    before: Step
    after: Step

    def close(self) -> None:
        """Close everything that copies would share."""
        self.process.runner.run(self.before())

    def after_restore(self) -> None:
        """Open connections, drop caches and begin a chain: a copy uses nothing of the process before."""
        self.process.chain.begin()
        # Sentinel draws from the system's random source; a library may draw from Python's generator.
        random.seed()
        self.process.runner.run(self.after())


def register_snapstart_hooks(hooks: SnapStartHooks) -> None:
    """Register the hooks if the runtime takes snapshots; Lambda's runtime has the library for that, others do not."""
    try:
        import snapshot_restore_py  # noqa: PLC0415 - not every runtime has it
    except ImportError:
        return
    snapshot_restore_py.register_before_snapshot(hooks.close)
    snapshot_restore_py.register_after_restore(hooks.after_restore)


async def open_function_clients(
    settings: CommonSettings,
    region: str,
    services: Collection[Service] | Mapping[Service, int],
) -> Clients:
    """Open the clients of these services; `services` is as for `open_clients`."""
    return await open_clients(
        region,
        subsegment,
        services,
        hedge_ratio=settings.hedge_ratio,
        timeout_s=settings.call_timeout,
    )
