"""What Slack sends when a person presses a button, submits a modal or types a command: signed, and with three seconds.

Slack's documentation, "Verifying requests from Slack", "Handling user interaction" (payloads of `block_actions` and
`view_submission`) and "Implementing slash commands".
"""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from deploy.local.slack.workspace import CHANNEL, Message, User, Workspace

ROUTE: Final = "/slack"
# Slack's documentation, "Acknowledgment response": after that the person reads that the app did not answer.
ANSWER_WITHIN_S: Final = 3.0
APP: Final = "A0SENTINEL"
_FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Signed:
    """One POST of Slack's, with its headers."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """What the app answered: the status, the JSON object (empty without one), and after how many seconds."""

    status: int
    body: Mapping[str, Any]
    after_s: float


Send = Callable[[Signed], Awaitable[Answered]]


class NoAnswerInTimeError(Exception):
    """The app took longer than Slack waits."""


@dataclass(frozen=True, slots=True)
class Person:
    """One user of the workspace at work. `now` gives the present in seconds since 1970; `patience` multiplies the
    three seconds, for a machine that is busy with something else.
    """

    workspace: Workspace
    user: User
    send: Send
    now: Callable[[], float]
    patience: float = 1.0

    async def presses(self, message: Message, action_id: str) -> Answered:
        """Press a button of a message."""
        return await self._sends(press(self.workspace, self.user, message, action_id))

    async def submits(self, view_id: str, values: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Answered:
        """Submit a modal; `values` is the state of its inputs, by block and action."""
        return await self._sends(submission(self.workspace, self.user, view_id, values))

    async def types(self, command: str, text: str) -> Answered:
        """Type a slash command in the channel."""
        return await self._sends(slash_command(self.workspace, self.user, command, text))

    async def _sends(self, fields: Mapping[str, str]) -> Answered:
        answered = await self.send(sign(self.workspace.signing_secret, int(self.now()), fields))
        if answered.after_s > ANSWER_WITHIN_S * self.patience:
            raise NoAnswerInTimeError(f"answered after {answered.after_s:.1f} s")
        return answered


def sign(secret: str, timestamp: int, fields: Mapping[str, str]) -> Signed:
    """Sign the fields of a form as Slack does: `v0`, over the version, the time and the body."""
    body = urlencode(fields).encode()
    signature = hmac.digest(secret.encode(), b"v0:%d:%s" % (timestamp, body), "sha256").hex()
    headers = {
        "Content-Type": _FORM,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": str(timestamp),
        "X-Slack-Signature": f"v0={signature}",
    }
    return Signed(headers, body)


def press(workspace: Workspace, user: User, message: Message, action_id: str) -> Mapping[str, str]:
    """Give the form of a pressed button.

    Raises:
        KeyError: the message has no such button.

    """
    button = message.buttons[action_id]
    action = {
        name: button[name] for name in ("action_id", "block_id", "text", "value", "style", "type") if name in button
    }
    container = {"type": "message", "message_ts": message.ts, "channel_id": message.channel, "is_ephemeral": False}
    return _payload(
        {
            **_common(workspace, user, "block_actions"),
            "container": container,
            "channel": {"id": message.channel, "name": "approvals"},
            "message": {"type": "message", "user": "U0SENTINEL", "ts": message.ts, "text": message.text},
            "state": {"values": {}},
            "response_url": "https://hooks.slack.com/actions/T0/1/abc",
            "actions": [{**action, "action_ts": message.ts}],
        }
    )


def submission(
    workspace: Workspace, user: User, view_id: str, values: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> Mapping[str, str]:
    """Give the form of a submitted modal.

    Raises:
        KeyError: no such modal is open.

    """
    view = {**workspace.views[view_id], "state": {"values": values}, "root_view_id": view_id, "app_id": APP}
    return _payload({**_common(workspace, user, "view_submission"), "view": view, "response_urls": []})


def slash_command(workspace: Workspace, user: User, command: str, text: str) -> Mapping[str, str]:
    """Give the form of a slash command, typed in the channel."""
    return {
        "token": "deprecated",
        "team_id": user.team,
        "team_domain": "example",
        "channel_id": CHANNEL,
        "channel_name": "approvals",
        "user_id": user.id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": "https://hooks.slack.com/commands/T0/1/abc",
        "trigger_id": workspace.new_trigger(user.id),
    }


def _common(workspace: Workspace, user: User, kind: str) -> dict[str, Any]:
    return {
        "type": kind,
        # Of a stranger of Slack Connect the user's own workspace; the app is in `team`.
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team},
        "team": {"id": workspace.team, "domain": "example"},
        "api_app_id": APP,
        "token": "deprecated",
        "trigger_id": workspace.new_trigger(user.id),
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _payload(payload: Mapping[str, Any]) -> Mapping[str, str]:
    return {"payload": json.dumps(payload)}
