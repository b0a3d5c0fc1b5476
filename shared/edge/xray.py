"""X-Ray with its SDK, which no other module imports: its recorder, and a context that works in asyncio tasks.

Used: `xray_recorder` (`configure`, `begin_subsegment`, `end_subsegment`, `get_trace_entity`), the models, and the
parsers of trace headers and daemon addresses. Not used: `in_subsegment` and `add_exception`, which record messages and
stacks; the emitter, which drops a tree that is larger than a datagram; `ext`, which patches other libraries.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Final

import orjson

_TASK_ROOT: Final = "LAMBDA_TASK_ROOT"


@contextmanager
def _as_in_lambda() -> Iterator[None]:
    """Let the SDK import as it does in Lambda, which writes `/tmp/.aws-xray/initialized`.

    Otherwise importing `aws_xray_sdk.core` creates a botocore client for sampling rules, which are Lambda's decision.
    """
    root = os.environ.get(_TASK_ROOT)
    os.environ[_TASK_ROOT] = root or "/var/task"
    try:
        yield
    finally:
        if root is None:
            del os.environ[_TASK_ROOT]
        else:
            os.environ[_TASK_ROOT] = root


with _as_in_lambda():
    from aws_xray_sdk.core import xray_recorder
    from aws_xray_sdk.core.context import Context
    from aws_xray_sdk.core.daemon_config import DaemonConfig
    from aws_xray_sdk.core.emitters.udp_emitter import PROTOCOL_DELIMITER, PROTOCOL_HEADER
    from aws_xray_sdk.core.models.facade_segment import FacadeSegment
    from aws_xray_sdk.core.models.trace_header import TraceHeader

_PROTOCOL: Final = f"{PROTOCOL_HEADER}{PROTOCOL_DELIMITER}".encode()
# A segment document holds 64 KB at most (X-Ray guide, "Segment documents"); so does a datagram.
_LARGEST: Final = 60_000
_open: ContextVar[tuple[Any, ...]] = ContextVar("sentinel_open_entities", default=())


class TaskContext(Context):  # type: ignore[misc]  # the SDK has no types
    """The open entities, innermost last, in a variable that every task copies, so tasks do not mix their parents."""

    def __init__(self) -> None:
        super().__init__("IGNORE_ERROR")

    def put_segment(self, segment: Any) -> None:
        _open.set((segment,))

    def put_subsegment(self, subsegment: Any) -> None:
        entities = _open.get()
        entities[-1].add_subsegment(subsegment)
        _open.set((*entities, subsegment))

    def end_subsegment(self, end_time: float | None = None) -> bool:
        *outer, ended = _open.get()
        ended.close(end_time)
        _open.set(tuple(outer))
        # Without this the recorder would look for parts to send early; a tree is sent whole.
        return False

    def get_trace_entity(self) -> Any:
        entities = _open.get()
        return entities[-1] if entities else None

    def set_trace_entity(self, trace_entity: Any) -> None:
        _open.set((trace_entity,))

    def clear_trace_entities(self) -> None:
        _open.set(())


xray_recorder.configure(context=TaskContext())
# The emitter is not used, and the SDK has no other way to close its socket.
xray_recorder.emitter._socket.close()  # noqa: SLF001


class Daemon:
    """X-Ray's daemon: takes one UDP datagram per tree. With no listener, sending costs nothing and fails silently."""

    def __init__(self, address: str) -> None:
        """`address` is `host:port`, or `tcp:host:port udp:host:port`."""
        config = DaemonConfig(address)
        self._address = (config.udp_ip, config.udp_port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def close(self) -> None:
        self._socket.close()

    @staticmethod
    def segment_of(trace_header: str) -> Any:
        """Give the segment that Lambda made; None if the header names no sampled trace."""
        header = TraceHeader.from_header_str(trace_header)
        if header.sampled != 1 or not header.root or not header.parent:
            return None
        return FacadeSegment("facade", header.parent, header.root, sampled=True)

    @contextmanager
    def sending(self, segment: Any) -> Iterator[None]:
        """Record under a segment, then send the tree."""
        xray_recorder.context.put_segment(segment)
        try:
            yield
        finally:
            xray_recorder.clear_trace_entities()
            for tree in segment.subsegments:
                self._send(tree.to_dict())

    @staticmethod
    @contextmanager
    def subsegment(name: str) -> Iterator[None]:
        """Record one step; a task that outlives the step in which it began records nothing more."""
        if not xray_recorder.get_trace_entity().in_progress:
            yield
            return
        service, _, operation = name.partition(".")
        entity = xray_recorder.begin_subsegment(service, namespace="aws" if operation else "local")
        if operation:
            entity.set_aws({"operation": operation})
        try:
            yield
        except BaseException as error:
            entity.add_fault_flag()
            entity.put_annotation("error", type(error).__name__)
            raise
        finally:
            xray_recorder.end_subsegment()

    def _send(self, tree: dict[str, Any]) -> None:
        document = orjson.dumps(tree)
        parts: list[dict[str, Any]] = []
        if len(document) > _LARGEST:
            parts = tree.pop("subsegments", [])
            document = orjson.dumps(tree)
        with suppress(OSError):
            self._socket.sendto(_PROTOCOL + document, self._address)
        for part in parts:
            self._send(part)
