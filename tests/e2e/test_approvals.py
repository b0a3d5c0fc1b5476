"""Ask, approve, vend: over HTTP with signed calls and with the real command, against the whole system."""

import asyncio
import json
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.local.stack import LocalStack
from tests.e2e.callers import Caller, hear, hire, outcome
from tests.e2e.sdks.person import person

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def dana(system: LocalStack) -> Caller:
    return await hire(system)


@pytest.fixture
def bob(system: LocalStack) -> Caller:
    return Caller(system, "bob")


@pytest.fixture
def carol(system: LocalStack) -> Caller:
    return Caller(system, "carol")


async def test_a_requester_who_is_approved_is_vended(dana: Caller, bob: Caller) -> None:
    assert outcome(await dana.vend("staging")) == (403, "approval_required")
    request_id = await dana.ask("staging")
    approved = await bob.act(request_id, "approve", comment="go ahead")
    assert (approved.status, approved.body["request"]["status"]) == (200, "approved")
    vended = await dana.vend("staging")
    assert vended.status == 200
    assert vended.body["Expiration"] <= approved.body["request"]["window"]["ends_at"]


async def test_an_approval_serves_only_who_asked(system: LocalStack, dana: Caller, bob: Caller) -> None:
    await bob.act(await dana.ask("staging"), "approve")
    assert outcome(await (await hire(system)).vend("staging")) == (403, "approval_required")


async def test_a_denied_request_stays_denied(dana: Caller, bob: Caller, carol: Caller) -> None:
    request_id = await dana.ask("staging")
    denied = await bob.act(request_id, "deny", comment="not on a Friday")
    assert denied.body["request"]["ended"]["comment"] == "not on a Friday"
    assert outcome(await carol.act(request_id, "approve")) == (409, "conflict")
    assert outcome(await dana.vend("staging")) == (403, "approval_required")


async def test_a_cancelled_request_cannot_be_approved(dana: Caller, bob: Caller) -> None:
    request_id = await dana.ask("staging")
    assert (await dana.act(request_id, "cancel")).body["request"]["status"] == "cancelled"
    assert outcome(await bob.act(request_id, "approve")) == (409, "conflict")
    assert outcome(await dana.vend("staging")) == (403, "approval_required")


async def test_no_one_approves_for_themselves(bob: Caller, carol: Caller) -> None:
    request_id = await bob.ask("staging")
    assert outcome(await bob.act(request_id, "approve")) == (403, "not_permitted")
    assert outcome(await bob.vend("staging")) == (403, "approval_required")
    assert (await carol.act(request_id, "deny")).body["request"]["approvals"] == []


async def test_a_stranger_does_not_see_a_request(system: LocalStack, dana: Caller) -> None:
    stranger, request_id = await hire(system), await dana.ask("staging")
    assert outcome(await stranger.get(f"/v1/requests/{request_id}")) == (404, "not_found")
    assert outcome(await stranger.act(request_id, "approve")) == (404, "not_found")


async def test_two_people_make_a_quorum_of_two(dana: Caller, bob: Caller, carol: Caller) -> None:
    request_id = await dana.ask("staging-two")
    for _ in range(2):
        assert (await bob.act(request_id, "approve")).body["request"]["status"] == "pending"
    assert outcome(await dana.vend("staging-two")) == (403, "approval_required")
    assert (await carol.act(request_id, "approve")).body["request"]["status"] == "approved"
    assert (await dana.vend("staging-two")).status == 200


async def test_ten_parallel_vends_of_one_once_approval_are_one_credential(dana: Caller, bob: Caller) -> None:
    request_id = await dana.ask("staging-once")
    await bob.act(request_id, "approve")
    answers = await asyncio.gather(*(dana.vend("staging-once") for _ in range(10)))
    assert sorted(answer.status for answer in answers).count(200) == 1, [outcome(answer) for answer in answers]
    shown = await dana.get(f"/v1/requests/{request_id}")
    assert shown.body["request"]["status"] == "consumed"


async def test_a_withdrawn_approval_vends_no_more(dana: Caller, bob: Caller) -> None:
    request_id = await dana.ask("staging")
    await bob.act(request_id, "approve")
    assert (await dana.vend("staging")).status == 200
    assert (await bob.act(request_id, "cancel")).body["request"]["status"] == "withdrawn"
    assert outcome(await dana.vend("staging")) == (403, "approval_required")


async def test_every_subscriber_is_notified_of_each_step(dana: Caller, bob: Caller, carol: Caller) -> None:
    inbox = await dana.inbox()
    two, denied, cancelled = [await dana.ask(profile) for profile in ("staging-two", "staging", "staging-once")]
    await bob.act(two, "approve")
    await carol.act(two, "approve")
    await dana.act(two, "cancel")
    await bob.act(denied, "deny")
    await dana.act(cancelled, "cancel")
    filed = [await inbox.next() for _ in range(3)]
    assert {notice.attributes["event"] for notice in filed} == {"request.filed"}
    heard = await hear(inbox, 5)
    expected = {"voted": two, "approved": two, "withdrawn": two, "denied": denied, "cancelled": cancelled}
    assert {event: notice.message["grant_id"] for event, notice in heard.items()} == {
        f"request.{step}": request_id for step, request_id in expected.items()
    }
    assert heard["request.denied"].attributes.items() >= {"profile": "staging", "user": dana.user}.items()


async def test_a_request_without_an_answer_lapses_and_a_late_approver_is_refused(dana: Caller, bob: Caller) -> None:
    inbox = await dana.inbox()
    request_id = await dana.ask("staging-hasty")
    status = "pending"
    while status == "pending":
        status = (await dana.get(f"/v1/requests/{request_id}")).body["request"]["status"]
    assert status == "expired"
    assert outcome(await bob.act(request_id, "approve")) == (409, "conflict")
    assert set(await hear(inbox, 2)) == {"request.filed", "request.expired"}


async def test_exec_waits_for_the_approval_and_then_starts_its_command(
    system: LocalStack, dana: Caller, bob: Caller, tmp_path: Path
) -> None:
    inbox, waiting = await dana.inbox(), person(system, dana.name, tmp_path)
    command = ("exec", "--wait", "--reason", "deploy 1.4", "staging", "--", "echo", "started")
    async with waiting.start(*command) as process:
        await bob.act((await inbox.next()).message["grant_id"], "approve")
        out, err = await process.communicate()
    assert (process.returncode, out.decode()) == (0, "started\n"), err.decode()


async def test_exec_ends_when_the_request_it_waits_for_is_denied(
    system: LocalStack, dana: Caller, bob: Caller, tmp_path: Path
) -> None:
    inbox, waiting = await dana.inbox(), person(system, dana.name, tmp_path)
    async with waiting.start("exec", "--wait", "--reason", "deploy 1.4", "staging", "--", "echo", "no") as process:
        await bob.act((await inbox.next()).message["grant_id"], "deny", comment="not on a Friday")
        out, err = await process.communicate()
    assert (process.returncode, out) == (1, b"")
    assert "not on a Friday" in err.decode()


async def test_an_approval_is_extended_and_stopped_with_its_extension(
    system: LocalStack, dana: Caller, bob: Caller, tmp_path: Path
) -> None:
    holder = person(system, dana.name, tmp_path)
    first = await dana.ask("staging", duration="15m")
    approved = await bob.act(first, "approve")
    extend = ("request", "create", "--extend", first, "--reason", "it still runs", "--duration", "30m", "--json")
    done = await holder.sentinel(*extend)
    assert done.code == 0, done.err
    second = json.loads(done.out)
    assert (second["profile"], second["extends"]) == ("staging", first)
    extended = (await bob.act(second["id"], "approve")).body["request"]
    assert extended["window"]["starts_at"] == approved.body["request"]["window"]["ends_at"]
    stopped = await holder.sentinel("request", "cancel", first)
    assert f"its extension, request {second['id']}, is ended too" in stopped.err
    shown = await dana.get(f"/v1/requests/{second['id']}")
    assert shown.body["request"]["status"] == "withdrawn"
    assert outcome(await dana.vend("staging")) == (403, "approval_required")
