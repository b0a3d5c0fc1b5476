"""Breaking glass: over HTTP with signed calls and with the real command, against the whole system."""

import asyncio
import json
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.local.stack import LocalStack
from tests.e2e.callers import JUSTIFICATION, Caller, hear, hire, outcome
from tests.e2e.local.requests import Answer
from tests.e2e.sdks.person import person

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def dana(system: LocalStack) -> Caller:
    return await hire(system)


@pytest.fixture
def bob(system: LocalStack) -> Caller:
    return Caller(system, "bob")


async def test_breaking_glass_vends_until_the_event_is_closed(dana: Caller) -> None:
    assert outcome(await dana.vend("prod")) == (403, "denied")
    event = await began(await dana.break_glass("prod"))
    vended = await dana.vend("prod")
    assert (vended.status, vended.body["AccountId"]) == (200, "111122223333")
    assert (await dana.follow(event, "close")).body["event"]["status"] == "closed"
    assert outcome(await dana.vend("prod")) == (403, "denied")


async def test_the_audit_log_names_the_event_behind_a_vend(system: LocalStack, dana: Caller) -> None:
    event = await began(await dana.break_glass("prod"))
    session_id = (await dana.vend("prod")).body["SessionId"]
    lines = [json.loads(line) for line in system.log_file.read_text().splitlines() if session_id in line]
    vended = next(line for line in lines if line.get("kind") == "sentinel.audit")
    assert (vended["via"], vended["grant_id"]) == ("break-glass", event)


async def test_an_unreviewed_event_blocks_the_next(dana: Caller, bob: Caller) -> None:
    event = await began(await dana.break_glass("prod"))
    await dana.follow(event, "close")
    assert outcome(await dana.break_glass("prod")) == (409, "conflict")
    assert (await bob.follow(event, "review", comment="agreed")).body["event"]["status"] == "reviewed"
    await began(await dana.break_glass("prod"))


async def test_no_one_reviews_their_own_event(bob: Caller) -> None:
    event = await began(await bob.break_glass("prod"))
    await bob.follow(event, "close")
    assert outcome(await bob.follow(event, "review")) == (403, "not_permitted")
    carol = Caller(bob.stack, "carol")
    assert (await carol.follow(event, "review")).body["event"]["review"]["by"] == "carol@example.com"


async def test_ten_parallel_events_do_not_overspend_a_budget_of_three(dana: Caller) -> None:
    answers = await asyncio.gather(*(dana.break_glass("prod-scarce") for _ in range(10)))
    statuses = [answer.status for answer in answers]
    assert (statuses.count(201), statuses.count(409)) == (3, 7), [outcome(answer) for answer in answers]
    listed = await dana.get("/v1/break-glass", profile="prod-scarce")
    assert len(listed.body["events"]) == 3


@pytest.mark.parametrize(("profile", "reason"), [("prod", "maintenance"), ("staging", "incident")])
async def test_what_no_rule_gives_is_refused(dana: Caller, profile: str, reason: str) -> None:
    answer = await dana.post("/v1/break-glass", profile=profile, reason=reason, justification=JUSTIFICATION)
    assert outcome(answer) == (403, "denied")


async def test_every_subscriber_is_notified_of_each_step(dana: Caller, bob: Caller) -> None:
    inbox = await dana.inbox()
    event = await began(await dana.break_glass("prod"))
    await dana.follow(event, "close")
    await bob.follow(event, "review")
    heard = await hear(inbox, 3)
    assert {name: notice.message["grant_id"] for name, notice in heard.items()} == {
        f"break_glass.{step}": event for step in ("started", "closed", "reviewed")
    }
    started = heard["break_glass.started"]
    assert started.attributes.items() >= {"profile": "prod", "user": dana.user}.items()
    assert JUSTIFICATION in started.message["text"]
    assert heard["break_glass.reviewed"].message["actor"] == "bob"


async def test_the_command_breaks_glass_uses_it_and_closes_it(system: LocalStack, tmp_path: Path) -> None:
    dana = person(system, (await hire(system)).name, tmp_path)
    words = ("--reason", "incident", "--justification", JUSTIFICATION)
    begun = await dana.sentinel("break-glass", "start", "prod", *words, "--json")
    assert begun.code == 0, begun.err
    event_id = json.loads(begun.out)["id"]
    assert (await dana.sentinel("exec", "prod", "--", "echo", "in")).out == "in\n"
    assert (await dana.sentinel("break-glass", "close", event_id)).code == 0
    assert (await dana.sentinel("exec", "prod", "--", "echo", "in")).code == 1


async def began(answer: Answer) -> str:
    """Give the id of the event that began."""
    assert answer.status == 201, answer.body
    event_id: str = answer.body["event"]["id"]
    return event_id
