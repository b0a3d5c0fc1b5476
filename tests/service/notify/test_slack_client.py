"""Calls of Slack's Web API: each within its time, each failure by its kind, and no token in any of them."""

import asyncio
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from deploy.local.slack.server import SlackServer
from deploy.local.slack.workspace import CHANNEL
from services.admin.slack.client import Posted, SlackClient, SlackError
from tests.patience import LIMIT_S
from tests.service.notify.receiver import Receiver
from tests.slack import slack_id, workspace

WORDS = "planted"
BLOCKS = [{"type": "section", "text": {"type": "plain_text", "text": "hello", "emoji": False}}]


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[SlackServer, SlackClient]]:
    server = SlackServer(workspace())
    await server.open()
    try:
        async with SlackClient(SecretStr(server.workspace.bot_token), server.api) as client:
            yield server, client
    finally:
        await server.close()


async def failure_of(server: SlackServer, client: SlackClient, limit_s: float = LIMIT_S) -> SlackError:
    """Post a message, which fails, and hold the error to what every one promises."""
    with pytest.raises(SlackError) as caught:
        await client.post_message(CHANNEL, WORDS, BLOCKS, limit_s=limit_s)
    said = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert server.workspace.bot_token not in said
    assert WORDS not in said
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)
    return caught.value


async def test_every_method_is_understood() -> None:
    async with opened() as (server, client):
        alice = await client.users_info(slack_id("alice"), limit_s=LIMIT_S)
        assert await client.lookup_by_email("alice@example.com", limit_s=LIMIT_S) == alice
        direct = await client.open_direct(slack_id("alice"), limit_s=LIMIT_S)
        posted = await client.post_message(direct, "hello", BLOCKS, limit_s=LIMIT_S)
        await client.update_message(posted, "changed", [], limit_s=LIMIT_S)
        await client.post_ephemeral(CHANNEL, slack_id("alice"), "only you", limit_s=LIMIT_S)
        view = {"type": "modal", "title": {"type": "plain_text", "text": "Ask"}, "blocks": BLOCKS}
        trigger = server.workspace.new_trigger(slack_id("alice"))
        assert (await client.open_view(trigger, view, limit_s=LIMIT_S))["id"] in server.workspace.views
        assert [each.text for each in server.workspace.messages] == ["changed"]


@pytest.mark.parametrize(
    ("answer", "cause", "code"),
    [
        ((200, None, '{"ok": false, "error": "is_archived"}'), "Slack answered is_archived", "is_archived"),
        ((200, None, '{"ok": false, "error": "<script>"}'), "what answered was not Slack's API", None),
        ((500, None, "upstream planted"), "it answered 500", None),
        ((200, None, "<html>"), "what answered was not Slack's API", None),
        ((200, None, "{not json"), "what answered was not Slack's API", None),
        ((200, None, '{"ok": true}'), "Slack's answer has no channel", None),
        ((429, 3600, "{}"), "rate limited for 3600 s", "ratelimited"),
    ],
)
async def test_a_failure_is_its_kind(answer: tuple[int, int | None, str], cause: str, code: str | None) -> None:
    async with opened() as (server, client):
        server.workspace.failing["chat.postMessage"].append(answer)
        error = await failure_of(server, client, 1800.0)
        assert (error.cause, error.code) == (cause, code)


async def test_a_rate_limit_that_ends_in_time_is_waited_for_and_only_then() -> None:
    async with opened() as (server, client):
        server.workspace.failing["chat.postMessage"].append((429, 0, "{}"))
        posted = await client.post_message(CHANNEL, "hello", BLOCKS, limit_s=LIMIT_S)
        assert posted == Posted(CHANNEL, "1700000000.000001")
        server.workspace.failing["chat.postMessage"].append((429, 1, "{}"))
        assert (await failure_of(server, client, 0.9)).cause == "rate limited for 1 s"


async def test_an_answer_that_does_not_come_is_given_up() -> None:
    async with opened() as (server, client):
        server.hold = asyncio.Event()
        assert (await failure_of(server, client, 0.2)).cause == "no answer in time"
        server.hold.set()


async def test_where_nothing_listens_there_is_no_connection() -> None:
    async with opened() as (server, client):
        await server.close()
        assert (await failure_of(server, client)).cause == "no connection"


async def test_a_certificate_that_no_one_vouches_for_is_refused(receiver: Receiver) -> None:
    async with opened() as (server, _):
        async with SlackClient(SecretStr(server.workspace.bot_token), f"https://127.0.0.1:{receiver.port}/") as client:
            error = await failure_of(server, client)
        assert error.cause == "its certificate is not trusted, or TLS failed"
        assert not receiver.received
