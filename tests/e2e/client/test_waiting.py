"""`exec --wait`: from a refusal to a running command, and every other way it can end."""

import asyncio
import os
import pty
import signal
import sys
from datetime import timedelta

import pytest

from shared.clock import utc_now
from tests.e2e.client.fake_grants import CONSOLE, FakeGrants, a_request, instant
from tests.e2e.client.fake_service import FakeService, Machine
from tests.e2e.client.screen import Screen
from tests.forks.program import Program

ID = f"{1:016d}"
EXEC = ("exec", "--wait", "--reason", "fix it", "staging", "--", "echo", "started")


@pytest.fixture
def grants(service: FakeService) -> FakeGrants:
    service.refuse("staging", "approval_required")
    return service.grants


async def finish(process: Program) -> tuple[int | None, str, str]:
    out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


async def test_the_command_starts_the_moment_it_is_approved(
    user: Machine, service: FakeService, grants: FakeGrants
) -> None:
    process = await user.start(*EXEC)
    await grants.looked.wait()
    service.refusals.clear()
    grants.approve(ID)
    code, out, err = await finish(process)
    assert (code, out) == (0, "started\n")
    assert f"can approve it: sentinel request approve {ID} or {CONSOLE}/{ID}" in err
    assert f"waiting for request {ID}" in err


async def test_a_request_that_is_there_is_joined(user: Machine, service: FakeService, grants: FakeGrants) -> None:
    grants.requests[ID] = a_request()
    process = await user.start(*EXEC)
    await grants.looked.wait()
    service.refusals.clear()
    grants.approve(ID)
    assert (await finish(process))[0] == 0
    assert all(method == "GET" for method, _, _ in grants.asked)


async def test_a_window_that_opens_later_is_waited_for(user: Machine, service: FakeService, grants: FakeGrants) -> None:
    grants.requests[ID] = a_request()
    process = await user.start(*EXEC)
    await grants.looked.wait()
    grants.approve(ID, starts_in=timedelta(hours=1))
    for _ in range(2):
        grants.looked.clear()
        await grants.looked.wait()
    service.refusals.clear()
    grants.approve(ID)
    code, _, err = await finish(process)
    assert (code, "is approved, opens in" in err) == (0, True)


async def test_an_approval_that_opens_later_is_not_joined_and_named(
    user: Machine, service: FakeService, grants: FakeGrants
) -> None:
    grants.requests[ID] = a_request()
    grants.approve(ID, starts_in=timedelta(days=2))
    process = await user.start(*EXEC)
    await grants.looked.wait()
    service.refusals.clear()
    grants.approve(f"{2:016d}")
    code, _, err = await finish(process)
    assert code == 0, err
    assert f"request {ID} is approved, opens in 47h59m; another one is requested for now" in err
    assert [body["reason"] for method, _, body in grants.asked if method == "POST"] == ["fix it"]


async def test_a_request_that_is_joined_is_shown_with_its_own_reason(
    user: Machine, service: FakeService, grants: FakeGrants
) -> None:
    grants.requests[ID] = a_request(created_at=instant(utc_now() - timedelta(minutes=5, seconds=10)))
    process = await user.start("exec", "--duration", "30m", *EXEC[1:])
    await grants.looked.wait()
    service.refusals.clear()
    grants.approve(ID)
    _, _, err = await finish(process)
    joined = f"joins your request {ID}, as one of staging can wait at a time, filed 5m ago for 1h: fix the invoices; "
    assert f"{joined}not in it: your --reason, --duration" in err


async def test_a_request_filed_at_the_same_moment_is_joined(
    user: Machine, service: FakeService, grants: FakeGrants
) -> None:
    grants.filed_meanwhile = a_request(reason="from my other shell")
    process = await user.start(*EXEC)
    await grants.looked.wait()
    service.refusals.clear()
    grants.approve(ID)
    code, out, err = await finish(process)
    assert (code, out) == (0, "started\n")
    assert f"joins your request {ID}, as one of staging can wait at a time, filed" in err
    assert "from my other shell" in err
    assert list(grants.requests) == [ID]


async def test_an_approval_that_is_open_is_used_and_named(user: Machine, grants: FakeGrants) -> None:
    grants.requests[ID] = a_request()
    grants.approve(ID)
    done = await user.sentinel(*EXEC)
    assert f"uses your approval {ID}, which ends in 59m" in done.err
    assert all(method == "GET" for method, _, _ in grants.asked)


@pytest.mark.parametrize(
    ("status", "ended", "words"),
    [
        ("denied", {"by": "bob", "comment": "not today"}, f"request {ID} was denied by bob: not today"),
        ("expired", {"by": None, "comment": None}, f"request {ID} was expired"),
    ],
)
async def test_a_request_that_ends_otherwise_starts_nothing(
    user: Machine, grants: FakeGrants, status: str, ended: dict[str, str | None], words: str
) -> None:
    process = await user.start(*EXEC)
    await grants.looked.wait()
    grants.requests[ID] |= {"status": status, "ended": {**ended, "at": "2026-03-01T12:00:00Z"}}
    code, out, err = await finish(process)
    assert (code, out) == (1, "")
    assert words in err


async def test_an_outage_is_said_and_waited_through(user: Machine, service: FakeService, grants: FakeGrants) -> None:
    grants.requests[ID] = a_request()
    process = await user.start(*EXEC)
    await grants.looked.wait()
    grants.away = 1
    grants.looked.clear()
    await grants.looked.wait()
    service.refusals.clear()
    grants.approve(ID)
    code, _, err = await finish(process)
    assert (code, "still waiting" in err) == (0, True)


async def test_a_refusal_of_another_kind_files_nothing(user: Machine, service: FakeService) -> None:
    service.refuse("staging", "denied")
    done = await user.sentinel(*EXEC)
    assert (done.code, service.grants.asked) == (1, [])


async def test_without_a_reason_and_a_terminal_nothing_is_filed(user: Machine, grants: FakeGrants) -> None:
    done = await user.sentinel("exec", "--wait", "staging", "--", "true")
    assert done.code == 2
    assert "pass --reason" in done.err
    assert all(method == "GET" for method, _, _ in grants.asked)


async def test_ctrl_c_without_a_terminal_leaves_the_request_and_says_how_to_take_it_back(
    user: Machine, grants: FakeGrants
) -> None:
    process = await user.start(*EXEC)
    await grants.looked.wait()
    process.send_signal(signal.SIGINT)
    code, out, err = await finish(process)
    assert (code, out, "Traceback" in err) == (-signal.SIGINT, "", False)
    assert f"take it back with: sentinel request cancel {ID}" in err
    assert grants.requests[ID]["status"] == "pending"


@pytest.mark.parametrize(("answer", "status"), [(b"y\n", "cancelled"), (b"n\n", "pending")])
async def test_ctrl_c_on_a_terminal_offers_to_withdraw(
    user: Machine, grants: FakeGrants, answer: bytes, status: str
) -> None:
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sentinel",
        *EXEC,
        env=dict(user.environ),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = Screen(ours)
    await grants.looked.wait()
    process.send_signal(signal.SIGINT)
    await shown.until("Withdraw the request?")
    os.write(ours, answer)
    code = await process.wait()
    shown.close()
    assert (code, grants.requests[ID]["status"]) == (-signal.SIGINT, status)
    assert "Traceback" not in shown.text
