"""Traces, received as the X-Ray daemon would: over UDP."""

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from shared.edge.traces import Tracer

ROOT, PARENT = "1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8"
HEADER = f"Root={ROOT};Parent={PARENT};Sampled=1"


@pytest.fixture
def daemon(socket_enabled: None) -> Iterator[socket.socket]:  # noqa: ARG001 - lifts the ban on sockets for loopback UDP
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5)
        yield listener


@pytest.fixture
def tracer(daemon: socket.socket) -> Iterator[Tracer]:
    with closing(Tracer(f"127.0.0.1:{daemon.getsockname()[1]}")) as tracer:
        yield tracer


def receive(daemon: socket.socket, count: int) -> dict[str, dict[str, Any]]:
    documents = [json.loads(daemon.recv(65536).split(b"\n", 1)[1]) for _ in range(count)]
    return {document["name"]: document for document in documents}


async def test_calls_side_by_side_are_siblings_under_the_segment_lambda_made(
    daemon: socket.socket, tracer: Tracer
) -> None:
    both_open = asyncio.Barrier(2)

    async def call(name: str) -> None:
        with tracer.subsegment(name):
            await both_open.wait()

    with tracer.invocation(HEADER):
        async with asyncio.TaskGroup() as group:
            group.create_task(call("DynamoDB"))
            group.create_task(call("SSM"))
    sent = receive(daemon, 2)
    assert {document["parent_id"] for document in sent.values()} == {PARENT}
    assert {document["trace_id"] for document in sent.values()} == {ROOT}
    assert all(document["end_time"] >= document["start_time"] for document in sent.values())


def test_a_call_inside_a_step_is_its_child(daemon: socket.socket, tracer: Tracer) -> None:
    with tracer.invocation(HEADER), tracer.subsegment("read", namespace="local"), tracer.subsegment("SSM"):
        pass
    sent = receive(daemon, 2)
    assert sent["SSM"]["parent_id"] == sent["read"]["id"]


def test_a_failed_call_is_a_fault_without_its_message(daemon: socket.socket, tracer: Tracer) -> None:
    with pytest.raises(ValueError, match="secret"), tracer.invocation(HEADER), tracer.subsegment("STS"):
        raise ValueError("secret")
    [document] = receive(daemon, 1).values()
    assert document["fault"] is True
    assert document["annotations"] == {"error": "ValueError"}
    assert "secret" not in json.dumps(document)


@pytest.mark.parametrize("header", [None, f"Root={ROOT};Parent={PARENT};Sampled=0"])
def test_an_unsampled_invocation_sends_nothing(daemon: socket.socket, tracer: Tracer, header: str | None) -> None:
    with tracer.invocation(header), tracer.subsegment("STS"):
        pass
    daemon.setblocking(False)
    with pytest.raises(BlockingIOError):
        daemon.recv(1)


def test_without_a_daemon_nothing_is_opened() -> None:
    tracer = Tracer(None)
    with tracer.invocation(HEADER), tracer.subsegment("STS"):
        pass
