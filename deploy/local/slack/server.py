"""The Web API of the workspace over HTTP.

Slack's documentation, "Using the Slack Web API" and the reference of each method: every answer has `ok`, errors are
words in `error` with status 200, and a rate limit is a 429 with `Retry-After`.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from ssl import SSLContext
from typing import Any, Final

from aiohttp import web

from deploy.local.loopback import Site
from deploy.local.slack.block_kit import blocks_problems, view_problems
from deploy.local.slack.workspace import Message, SlackRefusalError, Workspace

API: Final = "/api/"
_MOST_TEXT: Final = 40_000
_MESSAGE_FIELDS: Final = frozenset(
    {"channel", "text", "blocks", "thread_ts", "parse", "link_names", "mrkdwn", "unfurl_links", "unfurl_media"}
)
# What a method takes; Slack ignores other arguments, the stand-in refuses them so that none is sent in vain.
_ARGUMENTS: Final[Mapping[str, frozenset[str]]] = {
    "auth.test": frozenset(),
    "chat.postEphemeral": frozenset({"channel", "user", "text", "blocks", "thread_ts", "parse", "link_names"}),
    "chat.postMessage": _MESSAGE_FIELDS,
    "chat.update": frozenset({"channel", "ts", "text", "blocks", "parse", "link_names"}),
    "conversations.open": frozenset({"users"}),
    "users.info": frozenset({"user"}),
    "users.lookupByEmail": frozenset({"email"}),
    "views.open": frozenset({"trigger_id", "view"}),
}
Answer = dict[str, Any]


class SlackServer(Site):
    """Serves one workspace. `hold`, where set, is awaited by every method: a Slack that is slow."""

    def __init__(
        self,
        workspace: Workspace,
        routes: Iterable[web.RouteDef] = (),
        tls: SSLContext | None = None,
        delay_s: float = 0.0,
    ) -> None:
        """Serve `routes` next to the API, whose every method takes `delay_s` seconds."""
        self.workspace = workspace
        self._delay_s = delay_s
        self.hold: asyncio.Event | None = None
        self._methods: Mapping[str, Callable[[Mapping[str, Any]], Answer]] = {
            "auth.test": lambda _: {"team_id": workspace.team},
            "chat.postEphemeral": self._post_ephemeral,
            "chat.postMessage": self._post_message,
            "chat.update": self._update,
            "conversations.open": lambda asked: {"channel": {"id": workspace.direct_of(str(asked.get("users")))}},
            "users.info": lambda asked: {"user": workspace.user(str(asked.get("user"))).profile},
            "users.lookupByEmail": lambda asked: {"user": workspace.user_by_email(str(asked.get("email"))).profile},
            "views.open": self._open_view,
        }
        application = web.Application()
        application.add_routes([web.route("*", f"{API}{{method}}", self._serve), *routes])
        super().__init__(application, tls)

    @property
    def api(self) -> str:
        """The base URL of the Web API."""
        return f"{self.url}{API}"

    async def _serve(self, request: web.Request) -> web.Response:
        method, asked = request.match_info["method"], await _arguments(request)
        self.workspace.calls.append((method, asked))
        if self.hold is not None:
            await self.hold.wait()
        await asyncio.sleep(self._delay_s)
        if self.workspace.failing[method]:
            status, after, body = self.workspace.failing[method].popleft()
            waiting = {} if after is None else {"Retry-After": str(after)}
            kind = "application/json" if body.startswith(("{", "[")) else "text/html"
            return web.Response(status=status, text=body, content_type=kind, headers=waiting)
        try:
            return web.json_response({"ok": True, **self._answer(request, method, asked)})
        except SlackRefusalError as refusal:
            problems = {"response_metadata": {"messages": refusal.problems}} if refusal.problems else {}
            return web.json_response({"ok": False, "error": refusal.code, **problems})
        except _RateLimitedError as limited:
            answer = {"ok": False, "error": "ratelimited"}
            return web.json_response(answer, status=429, headers={"Retry-After": str(limited)})

    def _answer(self, request: web.Request, method: str, asked: Mapping[str, Any]) -> Answer:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer":
            raise SlackRefusalError("not_authed")
        if token != self.workspace.bot_token:
            raise SlackRefusalError("invalid_auth")
        if method not in self._methods:
            raise SlackRefusalError("unknown_method")
        if unknown := asked.keys() - _ARGUMENTS[method]:
            raise SlackRefusalError("invalid_arguments", [f"unknown: {', '.join(sorted(unknown))}"])
        if (wait_s := self.workspace.spend(method)) is not None:
            raise _RateLimitedError(str(wait_s))
        return self._methods[method](asked)

    def _post_message(self, asked: Mapping[str, Any]) -> Answer:
        self._check(asked)
        thread, channel = asked.get("thread_ts"), asked["channel"]
        if thread is not None:
            self.workspace.find(channel, thread)
        message = Message(channel, self.workspace.next_ts(), asked["text"], _with_ids(asked), thread)
        self.workspace.messages.append(message)
        return {"channel": channel, "ts": message.ts}

    def _update(self, asked: Mapping[str, Any]) -> Answer:
        self._check(asked)
        message = self.workspace.find(asked["channel"], str(asked.get("ts")))
        message.text, message.blocks, message.edits = asked["text"], _with_ids(asked), message.edits + 1
        return {"channel": message.channel, "ts": message.ts}

    def _post_ephemeral(self, asked: Mapping[str, Any]) -> Answer:
        self._check(asked)
        user = self.workspace.user(str(asked.get("user")))
        shown = Message(asked["channel"], self.workspace.next_ts(), asked["text"], _with_ids(asked), to=user.id)
        self.workspace.ephemerals.append(shown)
        return {"message_ts": shown.ts}

    def _check(self, asked: Mapping[str, Any]) -> None:
        if not self.workspace.knows(str(asked.get("channel"))):
            raise SlackRefusalError("channel_not_found")
        text = asked.get("text")
        if not isinstance(text, str) or not text:
            raise SlackRefusalError("no_text")
        if len(text) > _MOST_TEXT:
            raise SlackRefusalError("msg_too_long")
        if asked.get("blocks") and (problems := blocks_problems(asked["blocks"])):
            raise SlackRefusalError("invalid_blocks", problems)

    def _open_view(self, asked: Mapping[str, Any]) -> Answer:
        if problems := view_problems(asked.get("view")):
            raise SlackRefusalError("invalid_arguments", problems)
        self.workspace.use_trigger(str(asked.get("trigger_id")))
        view_id = f"V{self.workspace.next_ts().replace('.', '')}"
        view = {**asked["view"], "id": view_id, "team_id": self.workspace.team, "hash": "1.abc"}
        self.workspace.views[view_id] = view
        return {"view": view}


class _RateLimitedError(Exception):
    """The message is the number of seconds to wait."""


async def _arguments(request: web.Request) -> dict[str, Any]:
    """Read a call's arguments: of the query, of a form, or of JSON."""
    asked: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        asked |= json.loads(await request.text() or "{}")
    else:
        asked |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return asked


def _with_ids(asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the blocks with the ids that Slack gives those that have none."""
    return [{"block_id": f"b{number}", **each} for number, each in enumerate(asked.get("blocks") or ())]
