"""One invocation in a process of its own, which may be killed at any moment."""

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from threading import Event
from typing import Final

from tests.faults.proxy import Exchange, Fault
from tests.patience import LIMIT_S

# Forked from a process that has the Lambdas imported, and no threads.
_CONTEXT: Final = get_context("forkserver")


def _live(service: str, environ: Mapping[str, str], event: object, answer: "Connection[object, object]") -> None:
    from tests.faults.world import WIRES  # noqa: PLC0415 - the process that is forked has it already
    from tests.lambda_context import FakeContext  # noqa: PLC0415 - as above

    os.environ |= environ
    function = WIRES[service](environ, io.StringIO())
    answer.send(function(event, FakeContext()))
    answer.close()


@dataclass(slots=True)
class Victim:
    """The process. `kills` makes the fault that ends it."""

    _process: ForkServerProcess | None = None
    _is_dead: Event = field(default_factory=Event)

    def kills(self, *, done: bool) -> Fault:
        """Kill it when it has sent a call: before AWS does what is asked, or after, before the answer."""

        def fault(exchange: Exchange) -> None:
            if done:
                exchange.forward()
            assert self._process is not None
            self._process.kill()
            self._process.join(LIMIT_S)
            self._is_dead.set()
            exchange.close()

        return fault

    def live(self, service: str, environ: Mapping[str, str], event: object) -> None:
        """Live until killed.

        Raises:
            AssertionError: it lived to answer, or was not killed.

        """
        ours, theirs = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=_live, args=(service, dict(environ), event, theirs))
        self._process.start()
        theirs.close()
        try:
            assert self._is_dead.wait(LIMIT_S), "nothing killed it"
            assert not _has_answered(ours), "it answered before it was killed"
        finally:
            self._process.kill()
            self._process.join(LIMIT_S)
            self._process.close()
            ours.close()


def _has_answered(answer: "Connection[object, object]") -> bool:
    try:
        return answer.poll() and answer.recv() is not None
    except EOFError:
        return False


def after(first: Event, fault: Fault) -> Fault:
    """Hold a call back until another one has been answered."""

    def held(exchange: Exchange) -> None:
        assert first.wait(LIMIT_S)
        fault(exchange)

    return held


def tells(happened: Event) -> Fault:
    """Let a call through, and tell that it has been done."""

    def forward(exchange: Exchange) -> None:
        reply = exchange.forward()
        happened.set()
        exchange.answer(reply)

    return forward


def preload(*modules: str) -> None:
    """Have the process that is forked import them once."""
    _CONTEXT.set_forkserver_preload(list(modules))
