"""X-Ray: one subsegment per AWS call under the segment Lambda made, correct when calls run side by side.

The X-Ray SDK is imported only where a daemon is named (Lambda names one), because its recorder is slow to import and
creates a botocore client outside Lambda. Its own contexts are thread-local or replace the loop's task factory; ours is
a context variable, which every asyncio task copies, so a subsegment opened in one task never becomes another's parent.
Sending is one UDP datagram to localhost: with nobody listening it costs nothing and fails silently.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Final

DAEMON_VARIABLE: Final = "AWS_XRAY_DAEMON_ADDRESS"
TRACE_VARIABLE: Final = "_X_AMZN_TRACE_ID"

_parent: ContextVar[Any] = ContextVar("sentinel_trace_parent", default=None)


class Tracer:
    """Opens subsegments under the invocation's trace; idle when no daemon is named or the trace is not sampled."""

    def __init__(self, daemon_address: str | None) -> None:
        self._emitter: Any = None
        if daemon_address:
            from aws_xray_sdk.core.emitters.udp_emitter import UDPEmitter  # noqa: PLC0415 - see the module's words

            self._emitter = UDPEmitter()
            self._emitter.set_daemon_address(daemon_address)

    def close(self) -> None:
        """Give the emitter's socket back; the tracer sends nothing afterwards."""
        if self._emitter is not None:
            self._emitter._socket.close()  # noqa: SLF001 - the SDK has no public way
            self._emitter = None

    def invocation(self, trace_header: str | None) -> AbstractContextManager[None]:
        """Enter the trace of one invocation, named by Lambda's `_X_AMZN_TRACE_ID`."""
        if self._emitter is None or not trace_header:
            return nullcontext()
        return self._enter(trace_header)

    @contextmanager
    def _enter(self, trace_header: str) -> Iterator[None]:
        from aws_xray_sdk.core.models.facade_segment import FacadeSegment  # noqa: PLC0415 - see the module's words
        from aws_xray_sdk.core.models.trace_header import TraceHeader  # noqa: PLC0415

        header = TraceHeader.from_header_str(trace_header)
        is_sampled = header.sampled == 1
        segment = FacadeSegment("sentinel", header.parent, header.root, is_sampled) if is_sampled else None
        token = _parent.set(segment)
        try:
            yield
        finally:
            _parent.reset(token)

    @contextmanager
    def subsegment(self, name: str, *, namespace: str = "aws") -> Iterator[None]:
        """Record one step. An exception marks the subsegment as a fault by its type, never by its message."""
        parent = _parent.get()
        if self._emitter is None or parent is None:
            yield
            return
        from aws_xray_sdk.core.models.subsegment import Subsegment  # noqa: PLC0415 - see the module's words

        segment = getattr(parent, "parent_segment", parent)
        segment.increment()
        entity = Subsegment(name, namespace, segment)
        entity.parent_id = parent.id
        token = _parent.set(entity)
        try:
            yield
        except BaseException as error:
            entity.add_fault_flag()
            entity.put_annotation("error", type(error).__name__)
            raise
        finally:
            _parent.reset(token)
            entity.close()
            self._emitter.send_entity(entity)


def open_tracer() -> Tracer:
    """Make the process's tracer from the variables Lambda sets."""
    return Tracer(os.environ.get(DAEMON_VARIABLE))
