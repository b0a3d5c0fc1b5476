"""The stand-in for Slack refuses what Slack refuses: each documented limit, at its edge and one beyond."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from deploy.local.slack.block_kit import blocks_problems, view_problems
from deploy.local.slack.server import SlackServer
from deploy.local.slack.workspace import CHANNEL, TRIGGER_LIFE_S, SlackRefusalError
from tests.slack import BOT_USER, GONE, Seconds, slack_id, workspace

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def section(text: str = "x", **more: Any) -> Block:
    return {"type": "section", "text": plain(text), **more}


def button(**changes: Any) -> Block:
    return {"type": "button", "action_id": "a", "text": plain("Approve"), "value": "v"} | changes


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def select(count: int, value: str = "") -> Block:
    options = [{"text": plain("o"), "value": value or str(each)} for each in range(count)]
    return {"type": "static_select", "action_id": "s", "options": options}


def entry(element: Block) -> Block:
    return {"type": "input", "block_id": "b", "label": plain("Why"), "element": element}


def modal(**changes: Any) -> Block:
    return {"type": "modal", "title": plain("Ask"), "blocks": [section()]} | changes


@pytest.mark.parametrize(
    ("at_most", "beyond"),
    [
        ([section()] * 50, [section()] * 51),
        ([section("x" * 3000)], [section("x" * 3001)]),
        ([section(fields=[plain("x" * 2000)] * 10)], [section(fields=[plain("x" * 2001)])]),
        ([section(fields=[plain("x")] * 10)], [section(fields=[plain("x")] * 11)]),
        ([{"type": "header", "text": plain("x" * 150)}], [{"type": "header", "text": plain("x" * 151)}]),
        ([actions(button(value="x" * 2000))], [actions(button(value="x" * 2001))]),
        ([actions(button(text=plain("x" * 75)))], [actions(button(text=plain("x" * 76)))]),
        ([actions(button(action_id="x" * 255))], [actions(button(action_id="x" * 256))]),
        (
            [actions(*(button(action_id=str(each)) for each in range(25)))],
            [actions(*(button(action_id=str(each)) for each in range(26)))],
        ),
        ([actions(button(), button(action_id="b"))], [actions(button(), button())]),
        ([section(block_id="1"), section(block_id="2")], [section(block_id="1"), section(block_id="1")]),
        ([section()], []),
        ([section()], [section("")]),
        ([section()], [{"type": "section", "text": "x"}]),
        ([section()], [entry(select(1))]),
        ([section()], [section(color="red")]),
    ],
)
def test_a_message_beyond_a_limit_is_refused(at_most: list[Block], beyond: list[Block]) -> None:
    assert blocks_problems(at_most) == []
    assert blocks_problems(beyond)


@pytest.mark.parametrize(
    ("at_most", "beyond"),
    [
        (modal(title=plain("x" * 24)), modal(title=plain("x" * 25))),
        (modal(submit=plain("x" * 24)), modal(submit=plain("x" * 25))),
        (modal(close=plain("x" * 24)), modal(close=plain("x" * 25))),
        (modal(private_metadata="x" * 3000), modal(private_metadata="x" * 3001)),
        (modal(callback_id="x" * 255), modal(callback_id="x" * 256)),
        (modal(blocks=[section()] * 100), modal(blocks=[section()] * 101)),
        (modal(blocks=[entry(select(100))]), modal(blocks=[entry(select(101))])),
        (modal(blocks=[entry(select(1, "x" * 150))]), modal(blocks=[entry(select(1, "x" * 151))])),
        (modal(), modal(type="home")),
        (modal(), {"type": "modal", "blocks": [section()]}),
        (modal(), None),
    ],
)
def test_a_modal_beyond_a_limit_is_refused(at_most: Block, beyond: Block | None) -> None:
    assert view_problems(at_most) == []
    assert view_problems(beyond)


def test_a_trigger_is_good_once_and_for_three_seconds() -> None:
    slack = workspace()
    clock = slack.clock
    assert isinstance(clock, Seconds)
    in_time, late = slack.new_trigger(slack_id("bob")), slack.new_trigger(slack_id("bob"))
    clock.now += TRIGGER_LIFE_S
    assert slack.use_trigger(in_time) == slack_id("bob")
    clock.now += 0.1
    for trigger, code in ((in_time, "exchanged"), (late, "expired"), ("1.2.unknown", "invalid")):
        with pytest.raises(SlackRefusalError, match=f"{code}_trigger_id"):
            slack.use_trigger(trigger)


@asynccontextmanager
async def served() -> AsyncIterator[tuple[SlackServer, Any]]:
    """Give the server, and what calls one of its methods with its token: status, headers and answer."""
    server = SlackServer(workspace())
    await server.open()
    try:
        async with aiohttp.ClientSession() as session:

            async def call(method: str, token: str | None = None, **asked: Any) -> tuple[int, Any, Block]:
                headers = {"Authorization": f"Bearer {token or server.workspace.bot_token}"}
                async with session.post(f"{server.api}{method}", json=asked, headers=headers) as answer:
                    return answer.status, answer.headers, await answer.json()

            yield server, call
    finally:
        await server.close()


async def test_a_method_over_its_rate_is_refused_until_its_minute_is_over() -> None:
    async with served() as (server, call):
        clock = server.workspace.clock
        assert isinstance(clock, Seconds)
        for _ in range(50):
            assert (await call("users.lookupByEmail", email="bob@example.com"))[2]["ok"]
        clock.now += 20
        status, headers, answer = await call("users.lookupByEmail", email="bob@example.com")
        assert (status, answer) == (429, {"ok": False, "error": "ratelimited"})
        assert 40 <= int(headers["Retry-After"]) <= 41
        # Each method has a rate of its own.
        assert (await call("users.info", user=slack_id("bob")))[2]["ok"]
        clock.now += int(headers["Retry-After"])
        assert (await call("users.lookupByEmail", email="bob@example.com"))[2]["ok"]


@pytest.mark.parametrize(
    ("method", "asked", "error"),
    [
        ("chat.postMessage", {"channel": CHANNEL, "text": "x", "blocks": [section()] * 51}, "invalid_blocks"),
        ("chat.postMessage", {"channel": CHANNEL, "text": "x" * 40_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": CHANNEL, "text": ""}, "no_text"),
        ("chat.postMessage", {"channel": "C0ELSEWHERE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": CHANNEL, "text": "x", "thread_ts": "1.2"}, "message_not_found"),
        ("chat.postMessage", {"channel": CHANNEL, "text": "x", "as_user": True}, "invalid_arguments"),
        ("chat.update", {"channel": CHANNEL, "ts": "1.2", "text": "x"}, "message_not_found"),
        ("chat.postEphemeral", {"channel": CHANNEL, "user": "U0NO", "text": "x"}, "user_not_found"),
        ("conversations.open", {"users": BOT_USER}, "cannot_dm_bot"),
        ("conversations.open", {"users": GONE}, "user_disabled"),
        ("users.lookupByEmail", {"email": "gone@example.com"}, "users_not_found"),
        ("views.open", {"trigger_id": "1.2.x", "view": modal(title=plain("x" * 25))}, "invalid_arguments"),
        ("views.open", {"trigger_id": "1.2.x", "view": modal()}, "invalid_trigger_id"),
        ("chat.delete", {}, "unknown_method"),
    ],
)
async def test_a_call_that_slack_refuses_is_refused_by_its_word(method: str, asked: Block, error: str) -> None:
    async with served() as (server, call):
        status, _, answer = await call(method, **asked)
        assert (status, answer["ok"], answer["error"]) == (200, False, error)
        assert (server.workspace.messages, server.workspace.ephemerals, server.workspace.views) == ([], [], {})


async def test_another_apps_token_is_refused() -> None:
    async with served() as (_, call):
        assert (await call("auth.test", token="xoxb-of-another-app"))[2]["error"] == "invalid_auth"
