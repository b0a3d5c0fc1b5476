"""Traces, received as the X-Ray daemon would: over UDP."""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from deploy.packages.dependencies import PROJECT
from shared.edge.traces import Tracer, subsegment
from tests.patience import LIMIT_S

ROOT, PARENT = "1-5759e988-bd862e3fe1be46a994272793", "53995c3f42cd8ad8"
HEADER = f"Root={ROOT};Parent={PARENT};Sampled=1"


@pytest.fixture
def daemon(socket_enabled: None) -> Iterator[socket.socket]:  # noqa: ARG001 - lifts the ban on sockets for loopback UDP
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(LIMIT_S)
        yield listener


@pytest.fixture
def tracer(daemon: socket.socket) -> Iterator[Tracer]:
    with closing(Tracer("vend", f"127.0.0.1:{daemon.getsockname()[1]}")) as tracer:
        yield tracer


def receive(daemon: socket.socket) -> dict[str, Any]:
    header, document = daemon.recv(65536).split(b"\n", 1)
    assert json.loads(header) == {"format": "json", "version": 1}
    found: dict[str, Any] = json.loads(document)
    return found


def children(entity: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {child["name"]: child for child in entity.get("subsegments", [])}


def test_a_request_is_one_tree_under_the_segment_lambda_made(daemon: socket.socket, tracer: Tracer) -> None:
    with tracer.invocation(HEADER), subsegment("read"), subsegment("ssm.GetParameters"):
        pass
    tree = receive(daemon)
    assert (tree["type"], tree["trace_id"], tree["parent_id"], tree["name"]) == ("subsegment", ROOT, PARENT, "vend")
    call = children(children(tree)["read"])["ssm"]
    assert (call["namespace"], call["aws"]) == ("aws", {"operation": "GetParameters"})
    assert tree["start_time"] <= call["start_time"] <= call["end_time"] <= tree["end_time"]


async def test_calls_side_by_side_are_siblings_none_lost_and_none_mis_parented(
    daemon: socket.socket, tracer: Tracer
) -> None:
    all_open = asyncio.Barrier(10)

    async def call(number: int) -> None:
        with subsegment(f"outer{number}"):
            await all_open.wait()
            with subsegment(f"inner{number}"):
                await all_open.wait()

    with tracer.invocation(HEADER):
        async with asyncio.TaskGroup() as group:
            for number in range(10):
                group.create_task(call(number))
    outer = children(receive(daemon))
    assert set(outer) == {f"outer{number}" for number in range(10)}
    assert all(set(children(outer[f"outer{number}"])) == {f"inner{number}"} for number in range(10))


async def test_tasks_record_under_the_step_that_began_them(daemon: socket.socket, tracer: Tracer) -> None:
    async def call(name: str) -> None:
        with subsegment(name):
            await asyncio.sleep(0)

    with tracer.invocation(HEADER):
        async with asyncio.TaskGroup() as group:
            for step in ("read", "write"):
                with subsegment(step):
                    group.create_task(call(f"{step}1"))
                    group.create_task(call(f"{step}2"))
                    # Both calls are open before the step ends and the next begins.
                    await asyncio.sleep(0)
    steps = children(receive(daemon))
    assert {name: set(children(step)) for name, step in steps.items()} == {
        "read": {"read1", "read2"},
        "write": {"write1", "write2"},
    }


async def test_a_cancelled_call_ends_and_leaves_the_others_in_place(daemon: socket.socket, tracer: Tracer) -> None:
    async def call(name: str, opened: asyncio.Event, ending: asyncio.Event) -> None:
        with subsegment(name):
            opened.set()
            await ending.wait()

    ending = asyncio.Event()
    with tracer.invocation(HEADER):
        async with asyncio.TaskGroup() as group:
            opened = {name: asyncio.Event() for name in ("slow", "quick")}
            slow, _ = (group.create_task(call(name, event, ending)) for name, event in opened.items())
            for event in opened.values():
                await event.wait()
            slow.cancel()
            ending.set()
    calls = children(receive(daemon))
    assert calls["slow"]["annotations"] == {"error": "CancelledError"}
    assert "fault" not in calls["quick"]
    assert all(call["end_time"] for call in calls.values())


async def test_a_task_that_outlives_its_step_goes_on_unrecorded(daemon: socket.socket, tracer: Tracer) -> None:
    sent = asyncio.Event()

    async def late() -> str:
        await sent.wait()
        with subsegment("late"), subsegment("later"):
            return "done"

    with tracer.invocation(HEADER), subsegment("read"):
        task = asyncio.create_task(late())
    sent.set()
    assert await task == "done"
    assert "subsegments" not in children(receive(daemon))["read"]


def test_nothing_of_one_invocation_is_in_the_next(daemon: socket.socket, tracer: Tracer) -> None:
    other = HEADER.replace(ROOT, ROOT[:-1] + "4")
    with tracer.invocation(HEADER), subsegment("first"):
        pass
    with tracer.invocation(other), subsegment("second"):
        pass
    trees = [receive(daemon), receive(daemon)]
    assert [tree["trace_id"] for tree in trees] == [ROOT, ROOT[:-1] + "4"]
    assert [list(children(tree)) for tree in trees] == [["first"], ["second"]]


def test_ids_are_sixteen_hexadecimal_digits_and_never_the_same(daemon: socket.socket, tracer: Tracer) -> None:
    with tracer.invocation(HEADER), subsegment("read"):
        pass
    tree = receive(daemon)
    ids = [tree["id"], children(tree)["read"]["id"]]
    assert len(set(ids)) == 2
    assert all(len(each) == 16 and int(each, 16) >= 0 for each in ids)


def test_a_failed_call_is_a_fault_without_its_message(daemon: socket.socket, tracer: Tracer) -> None:
    with pytest.raises(ValueError, match="secret"), tracer.invocation(HEADER), subsegment("sts.AssumeRole"):
        raise ValueError("secret")
    tree = receive(daemon)
    assert children(tree)["sts"]["fault"] is True
    assert children(tree)["sts"]["annotations"] == {"error": "ValueError"}
    assert "secret" not in json.dumps(tree)


async def test_no_message_stack_or_path_of_an_error_is_sent(daemon: socket.socket, tracer: Tracer) -> None:
    async def call() -> None:
        with subsegment("sts.AssumeRole"):
            raise ValueError("outer-secret") from KeyError("inner-secret")

    async def request() -> None:
        with tracer.invocation(HEADER), subsegment("write"):
            async with asyncio.TaskGroup() as group:
                group.create_task(call())
                group.create_task(call())

    with pytest.raises(ExceptionGroup):
        await request()
    datagram = daemon.recv(65536).decode()
    assert datagram.count('"error":"ValueError"') == 2
    for hidden in ("secret", "KeyError", "cause", "exceptions", "stack", "working_directory", __file__, os.getcwd()):  # noqa: PTH109
        assert hidden not in datagram


def test_a_tree_too_large_for_a_datagram_is_sent_in_parts(daemon: socket.socket, tracer: Tracer) -> None:
    names = {f"call{number}-{'x' * 5000}" for number in range(15)}
    with tracer.invocation(HEADER):
        for name in names:
            with subsegment(name):
                pass
    root = receive(daemon)
    parts = [receive(daemon) for _ in names]
    assert {part["name"] for part in parts} == names
    assert {(part["trace_id"], part["parent_id"]) for part in parts} == {(ROOT, root["id"])}


@pytest.mark.parametrize(
    "header",
    [None, "", "nonsense", f"Root={ROOT};Sampled=1", f"Root={ROOT};Parent={PARENT};Sampled=0"],
)
def test_an_unsampled_invocation_sends_nothing(daemon: socket.socket, tracer: Tracer, header: str | None) -> None:
    with tracer.invocation(header), subsegment("sts.AssumeRole"):
        pass
    daemon.setblocking(False)
    with pytest.raises(BlockingIOError):
        daemon.recv(1)


@pytest.mark.parametrize("header", [None, "nonsense", f"Root={ROOT};Parent={PARENT};Sampled=0"])
def test_an_unsampled_invocation_makes_nothing(
    tracer: Tracer, header: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the SDK was asked")

    for name in ("Subsegment", "Segment", "AWSXRayRecorder.begin_subsegment", "AWSXRayRecorder.get_trace_entity"):
        monkeypatch.setattr(f"aws_xray_sdk.core.recorder.{name}", refuse)
    for name in ("FacadeSegment", "TraceHeader"):
        monkeypatch.setattr(f"shared.edge.xray.{name}", refuse)
    invocation = tracer.invocation(header)
    assert invocation is tracer.invocation(None)
    with invocation:
        assert subsegment("read") is subsegment("ssm.GetParameters") is invocation


def test_the_variable_may_name_both_transports(daemon: socket.socket) -> None:
    port = daemon.getsockname()[1]
    with closing(Tracer("vend", f"tcp:127.0.0.1:1 udp:127.0.0.1:{port}")) as tracer, tracer.invocation(HEADER):
        pass
    assert receive(daemon)["name"] == "vend"


def test_a_trace_without_a_daemon_costs_nothing(socket_enabled: None, unused_udp_port: int) -> None:  # noqa: ARG001 - as above
    with closing(Tracer("vend", f"127.0.0.1:{unused_udp_port}")) as tracer:
        for _ in range(3):
            with tracer.invocation(HEADER), subsegment("sts.AssumeRole"):
                pass


def test_without_a_daemon_nothing_is_opened() -> None:
    tracer = Tracer("vend", None)
    with tracer.invocation(HEADER), subsegment("sts.AssumeRole"):
        pass


IMPORTING = """
import os, sys, threading
events = []
sys.addaudithook(lambda event, _: events.append(event) if event.startswith("socket.") else None)
before = dict(os.environ)
from shared.edge.traces import open_tracer, subsegment
open_tracer("vend", {}).close()
assert not [name for name in sys.modules if name.startswith("aws_xray_sdk")], "imported without a daemon"
open_tracer("vend", {"AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000"}).close()
assert "aws_xray_sdk.core" in sys.modules
assert not {"botocore", "aiobotocore", "boto3"} & set(sys.modules)
assert set(events) <= {"socket.__new__"}, events
assert threading.active_count() == 1
assert dict(os.environ) == before
"""


@pytest.mark.parametrize("task_root", [{}, {"LAMBDA_TASK_ROOT": ""}, {"LAMBDA_TASK_ROOT": "/var/task"}])
def test_importing_makes_no_aws_client_and_speaks_to_no_host(task_root: dict[str, str]) -> None:
    environment = {"PYTHONPATH": str(PROJECT), **task_root}
    command = (sys.executable, "-W", "error", "-c", IMPORTING)
    done = subprocess.run(command, env=environment, capture_output=True, check=False, text=True)
    assert (done.returncode, done.stderr) == (0, "")
