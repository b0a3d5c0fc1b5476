"""X-Ray: one tree of subsegments per request under the segment Lambda made, correct when calls run side by side.

The current subsegment is a context variable, which every asyncio task copies, so one opened in a task never becomes the
parent of another's. A finished tree is one UDP datagram to the daemon (X-Ray guide, "Sending trace data to AWS X-Ray"):
with nobody listening it costs nothing and fails silently. Decision 0014 says why this is not the X-Ray SDK.
"""

import os
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from typing import Any, Final

import orjson

from shared.clock import epoch_s

DAEMON_VARIABLE: Final = "AWS_XRAY_DAEMON_ADDRESS"
TRACE_VARIABLE: Final = "_X_AMZN_TRACE_ID"
_HEADER: Final = b'{"format":"json","version":1}\n'
# A segment document holds 64 KB at most (X-Ray guide, "Segment documents"); so does a datagram.
_LARGEST: Final = 60_000

_Subsegment = dict[str, Any]
_current: ContextVar[_Subsegment | None] = ContextVar("sentinel_subsegment", default=None)


_NO_TRACE: Final = nullcontext()


def subsegment(name: str) -> AbstractContextManager[None]:
    """Record one step of the current trace, if there is one.

    A name such as `sts.AssumeRole` is a call to AWS. An exception marks the step as a fault by its type, never by its
    message.
    """
    parent = _current.get()
    return _NO_TRACE if parent is None else _recorded(name, parent)


@contextmanager
def _recorded(name: str, parent: _Subsegment) -> Iterator[None]:
    entity = _begin(name)
    token = _current.set(entity)
    try:
        yield
    except BaseException as error:
        entity["fault"] = True
        entity["annotations"] = {"error": type(error).__name__}
        raise
    finally:
        _current.reset(token)
        entity["end_time"] = epoch_s()
        parent.setdefault("subsegments", []).append(entity)


class Tracer:
    """Sends one tree per invocation; idle when no daemon is named or the trace is not sampled."""

    def __init__(self, service: str, daemon_address: str | None) -> None:
        """Name the service, and the daemon as `host:port`, or as `tcp:host:port udp:host:port`."""
        self._service = service
        self._address = _udp_address(daemon_address) if daemon_address else None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM) if self._address else None

    def close(self) -> None:
        """Give the socket back; the tracer sends nothing afterwards."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def invocation(self, trace_header: str | None) -> AbstractContextManager[None]:
        """Enter the trace of one invocation, named by Lambda's `_X_AMZN_TRACE_ID`."""
        if self._socket is None or not trace_header:
            return nullcontext()
        fields = dict(part.split("=", 1) for part in trace_header.split(";") if "=" in part)
        if fields.get("Sampled") != "1" or not fields.get("Root") or not fields.get("Parent"):
            return nullcontext()
        return self._record(fields["Root"], fields["Parent"])

    @contextmanager
    def _record(self, trace_id: str, parent_id: str) -> Iterator[None]:
        whole: _Subsegment = {}
        token = _current.set(whole)
        try:
            with subsegment(self._service):
                yield
        finally:
            _current.reset(token)
            for entity in whole["subsegments"]:
                self._send(entity, trace_id, parent_id)

    def _send(self, entity: _Subsegment, trace_id: str, parent_id: str) -> None:
        placed = {**entity, "type": "subsegment", "trace_id": trace_id, "parent_id": parent_id}
        document = orjson.dumps(placed)
        children: list[_Subsegment] = []
        if len(document) > _LARGEST:
            children = placed.pop("subsegments", [])
            document = orjson.dumps(placed)
        assert self._socket is not None
        assert self._address is not None
        with suppress(OSError):
            self._socket.sendto(_HEADER + document, socket.MSG_DONTWAIT, self._address)
        for child in children:
            self._send(child, trace_id, entity["id"])


def open_tracer(service: str, environ: Mapping[str, str] = os.environ) -> Tracer:
    """Make the process's tracer from the variables Lambda sets."""
    return Tracer(service, environ.get(DAEMON_VARIABLE))


def _begin(name: str) -> _Subsegment:
    service, dot, operation = name.partition(".")
    entity: _Subsegment = {"id": secrets.token_hex(8), "name": service, "start_time": epoch_s()}
    if dot:
        entity |= {"namespace": "aws", "aws": {"operation": operation}}
    return entity


def _udp_address(daemon_address: str) -> tuple[str, int]:
    """Read the variable's two forms (X-Ray guide, "Configuring the X-Ray SDK")."""
    named = [part.removeprefix("udp:") for part in daemon_address.split() if not part.startswith("tcp:")]
    host, _, port = named[0].rpartition(":")
    return host, int(port)
