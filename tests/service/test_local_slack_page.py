"""The page of the stand-in for Slack: what one does on it reaches Sentinel as Slack would send it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from deploy.local.slack.page import SlackPage
from deploy.local.slack.people import Answered, NoAnswerInTimeError, Person, Signed
from deploy.local.slack.server import SlackServer
from deploy.local.slack.workspace import CHANNEL, Message
from services.admin.slack.buttons import Button
from services.admin.slack.forms import Choice, Metadata, asking
from services.admin.slack.payloads import Command, Press, Submission, read_sent
from tests.slack import slack_id, workspace

BUTTON = {"type": "button", "action_id": Button.DENY, "value": "v", "text": {"type": "plain_text", "text": "<No>"}}


class App:
    """What people's actions reach: it gives `answer`, and keeps what it got."""

    def __init__(self) -> None:
        self.slack, self.got = workspace(), list[object]()
        self.answer: Mapping[str, Any] = {}
        self.after_s = 0.0
        self.slack.messages.append(
            Message(CHANNEL, "1.1", "x", [{"type": "actions", "block_id": "b", "elements": [BUTTON]}])
        )
        self.slack.views["V1"] = asking(Metadata(CHANNEL), [Choice("prod", needs_ticket=False)], "")

    async def send(self, signed: Signed) -> Answered:
        self.got.append(read_sent(signed.body))
        return Answered(200, self.answer, self.after_s)

    def person(self, name: str, patience: float = 1.0) -> Person:
        return Person(self.slack, self.slack.users[slack_id(name)], self.send, lambda: 0.0, patience)

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Any]:
        """Give what loads the page, or sends one of its forms off, and gives the page that answers."""
        routes = SlackPage(self.slack, lambda user: self.person(user.name)).routes()
        server = await SlackServer(self.slack, routes).open()

        async def load(path: str = "/", **form: str) -> tuple[int, str]:
            method = "POST" if form else "GET"
            async with aiohttp.request(method, f"{server.url}{path}", data=form or None) as answered:
                return answered.status, await answered.text()

        try:
            yield load
        finally:
            await server.close()


async def test_buttons_forms_and_the_command_are_anyones() -> None:
    app, bob = App(), slack_id("bob")
    async with app.page() as load:
        _, shown = await load()
        assert "&lt;No&gt;" in shown
        assert 'name="duration"' in shown
        await load("/press", user=bob, at=f"{CHANNEL}/1.1", action=Button.DENY.value)
        await load("/command", user=bob, text="request prod")
        await load("/submit", user=bob, view="V1", profile="prod", reason="fix", duration="")
    press, command, form = app.got
    assert isinstance(press, Press)
    assert (press.by.user, press.channel, press.action, press.value) == (bob, CHANNEL, Button.DENY, "v")
    assert isinstance(command, Command)
    assert command.text == "request prod"
    assert isinstance(form, Submission)
    assert form.values == {"profile": "prod", "reason": "fix", "duration": ""}


async def test_a_form_stays_open_where_it_is_refused_and_the_answer_is_shown() -> None:
    app = App()
    sent = {"user": slack_id("bob"), "view": "V1", "profile": "prod", "reason": "fix", "duration": "soon"}
    async with app.page() as load:
        app.answer = {"response_action": "errors", "errors": {"duration": "<no> duration"}}
        assert "&lt;no&gt; duration" in (await load("/submit", **sent))[1]
        app.answer = {}
        assert "Send off" in (await load())[1]
        await load("/submit", **sent)
        assert "Send off" not in (await load())[1]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/press", {"user": "U0NO", "at": f"{CHANNEL}/1.1", "action": Button.DENY.value}),
        ("/press", {"user": slack_id("bob"), "at": f"{CHANNEL}/1.2", "action": Button.DENY.value}),
        ("/press", {"user": slack_id("bob"), "at": f"{CHANNEL}/1.1", "action": Button.APPROVE.value}),
        ("/submit", {"user": slack_id("bob"), "view": "V2"}),
    ],
)
async def test_what_is_not_there_cannot_be_done(path: str, form: dict[str, str]) -> None:
    app = App()
    async with app.page() as load:
        assert (await load(path, **form))[0] == 404
    assert not app.got


async def test_slack_waits_three_seconds_for_an_answer_and_no_longer() -> None:
    app = App()
    app.after_s = 3.0
    assert (await app.person("bob").types("/sentinel", "request")).after_s == 3.0
    app.after_s = 3.1
    with pytest.raises(NoAnswerInTimeError, match=r"answered after 3\.1 s"):
        await app.person("bob").types("/sentinel", "request")
    assert (await app.person("bob", patience=2.0).types("/sentinel", "request")).status == 200
    async with app.page() as load:
        shown = await load("/press", user=slack_id("bob"), at=f"{CHANNEL}/1.1", action=Button.DENY.value)
    assert "NoAnswerInTimeError: answered after 3.1 s" in shown[1]
