"""Traces: one tree of subsegments per request, under the segment that Lambda makes.

`shared/edge/xray.py` records and sends them. It is imported only if the environment names a daemon, as in Lambda's init
phase, so commands and tests do not load the SDK. An invocation that is not sampled records nothing.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from shared.edge.xray import Daemon

DAEMON_VARIABLE: Final = "AWS_XRAY_DAEMON_ADDRESS"
TRACE_VARIABLE: Final = "_X_AMZN_TRACE_ID"
_SAMPLED: Final = "Sampled=1"
_NO_TRACE: Final = nullcontext()
# Set while a sampled invocation runs; every asyncio task copies it.
_record: ContextVar[Callable[[str], AbstractContextManager[None]] | None] = ContextVar("sentinel_trace", default=None)


def subsegment(name: str) -> AbstractContextManager[None]:
    """Record one step of the current trace, if there is one.

    A name such as `sts.AssumeRole` is a call to AWS. An exception marks the step as a fault by its type, never by its
    message or stack.
    """
    record = _record.get()
    return _NO_TRACE if record is None else record(name)


class Tracer:
    """Sends one tree per invocation; idle when no daemon is named or the trace is not sampled."""

    def __init__(self, service: str, daemon_address: str | None) -> None:
        """Name the service, and the daemon as `host:port`, or as `tcp:host:port udp:host:port`."""
        self._service = service
        self._daemon = _open_daemon(daemon_address) if daemon_address else None

    def close(self) -> None:
        """Close the socket; the tracer sends nothing afterwards."""
        if self._daemon is not None:
            self._daemon.close()
            self._daemon = None

    def invocation(self, trace_header: str | None) -> AbstractContextManager[None]:
        """Record under the trace of one invocation, given by Lambda's `_X_AMZN_TRACE_ID`."""
        if self._daemon is None or not trace_header or _SAMPLED not in trace_header:
            return _NO_TRACE
        segment = self._daemon.segment_of(trace_header)
        return _NO_TRACE if segment is None else self._recorded(self._daemon, segment)

    @contextmanager
    def _recorded(self, daemon: "Daemon", segment: Any) -> Iterator[None]:
        token = _record.set(daemon.subsegment)
        try:
            with daemon.sending(segment), subsegment(self._service):
                yield
        finally:
            _record.reset(token)


def open_tracer(service: str, environ: Mapping[str, str] = os.environ) -> Tracer:
    """Make the process's tracer from the environment variables of Lambda."""
    return Tracer(service, environ.get(DAEMON_VARIABLE))


def _open_daemon(address: str) -> "Daemon":
    from shared.edge.xray import Daemon  # noqa: PLC0415 - importing the SDK has effects; see the module's words

    return Daemon(address)
