"""The workspace as a page: what the bot posted, the forms that are open, and everyone to act as."""

import json
from collections.abc import Awaitable, Callable, Mapping
from html import escape
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from aiohttp import web

from deploy.local.slack.people import Answered, NoAnswerInTimeError, Person
from deploy.local.slack.workspace import Message, SlackRefusalError, User, Workspace
from deploy.policies.slack import COMMAND

_HEAD: Final = "<!doctype html><meta charset=utf-8><title>Slack, as the local stack has it</title>"


class SlackPage:
    """Shows a workspace to a browser, where one acts as any of its users. `person` gives a user at work."""

    def __init__(self, workspace: Workspace, person: Callable[[User], Person]) -> None:
        self._workspace = workspace
        self._person = person

    def routes(self) -> tuple[web.RouteDef, ...]:
        return (
            web.get("/", self._show),
            web.post("/press", self._press),
            web.post("/submit", self._submit),
            web.post("/command", self._type),
        )

    async def _show(self, _: web.Request) -> web.Response:
        messages = (*self._workspace.messages, *self._workspace.ephemerals)
        forms = [self._view(view_id, view) for view_id, view in self._workspace.views.items()]
        typed = self._form("/command", f"{COMMAND} <input name=text value=request> <button>Type</button>")
        return _page("".join([typed, *forms, *map(self._message, messages)]))

    async def _press(self, request: web.Request) -> web.Response:
        form = await request.post()

        async def press() -> Answered:
            channel, _, ts = str(form.get("at")).partition("/")
            message = self._workspace.find(channel, ts)
            return await self._actor(form).presses(message, str(form.get("action")))

        return await _answer(press())

    async def _submit(self, request: web.Request) -> web.Response:
        form = await request.post()
        view_id = str(form.get("view"))

        async def submit() -> Answered:
            values = dict(_state(block, form) for block in _inputs(self._workspace.views[view_id]))
            answered = await self._actor(form).submits(view_id, values)
            if answered.status == HTTPStatus.OK and answered.body.get("response_action") != "errors":
                del self._workspace.views[view_id]
            return answered

        return await _answer(submit())

    async def _type(self, request: web.Request) -> web.Response:
        form = await request.post()

        async def type_it() -> Answered:
            return await self._actor(form).types(COMMAND, str(form.get("text", "")))

        return await _answer(type_it())

    def _actor(self, form: Mapping[str, Any]) -> Person:
        return self._person(self._workspace.user(str(form.get("user"))))

    def _message(self, message: Message) -> str:
        where = f"{message.channel}{' (thread)' if message.thread else ''}{f' only {message.to}' if message.to else ''}"
        buttons = "".join(
            f'<button name=action value="{escape(action)}">{escape(each["text"]["text"])}</button>'
            for action, each in message.buttons.items()
        )
        at = f'<input type=hidden name=at value="{escape(message.channel)}/{escape(message.ts)}">'
        form = self._form("/press", at + buttons) if buttons else ""
        return f"<hr><b>{escape(where)}</b><pre>{escape(message.shown or message.text)}</pre>{form}"

    def _view(self, view_id: str, view: Mapping[str, Any]) -> str:
        fields = "".join(map(_field, _inputs(view)))
        inside = f'<input type=hidden name=view value="{escape(view_id)}">{fields}<button>Send off</button>'
        return f"<hr><b>{escape(view['title']['text'])}</b>{self._form('/submit', inside)}"

    def _form(self, action: str, inside: str) -> str:
        people = "".join(
            f'<option value="{escape(each)}">{escape(user.name)}' for each, user in self._workspace.users.items()
        )
        return f"<form method=post action={action}>as <select name=user>{people}</select> {inside}</form>"


def _inputs(view: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [block for block in view["blocks"] if block["type"] == "input"]


def _field(block: Mapping[str, Any]) -> str:
    name, element = escape(block["block_id"]), block["element"]
    options = "".join(
        f'<option value="{escape(each["value"])}">{escape(each["text"]["text"])}' for each in element.get("options", ())
    )
    entry = f'<select name="{name}">{options}</select>' if options else f'<input name="{name}" size=60>'
    return f"<p>{escape(block['label']['text'])}: {entry}</p>"


def _state(block: Mapping[str, Any], form: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Give what was written or chosen in a block, as Slack sends it; null for nothing."""
    element, written = block["element"], str(form.get(block["block_id"], "")) or None
    is_chosen = element["type"] == "static_select"
    chosen = None if written is None else {"value": written}
    state = {"selected_option": chosen} if is_chosen else {"value": written}
    return block["block_id"], {element["action_id"]: {"type": element["type"], **state}}


async def _answer(acting: Awaitable[Answered]) -> web.Response:
    """Show what the app answered to an action."""
    try:
        answered = await acting
    except (NoAnswerInTimeError, aiohttp.ClientError, TimeoutError) as error:
        return _page(f"<pre>{escape(f'{type(error).__name__}: {error}')}</pre><a href=/>back</a>")
    except (SlackRefusalError, KeyError):
        raise web.HTTPNotFound from None
    body = json.dumps(answered.body, indent=2, ensure_ascii=False) if answered.body else ""
    said = f"{answered.status} after {answered.after_s:.2f} s\n{body}"
    return _page(f"<pre>{escape(said)}</pre><a href=/>back</a>")


def _page(body: str) -> web.Response:
    return web.Response(text=f"{_HEAD}{body}", content_type="text/html")
