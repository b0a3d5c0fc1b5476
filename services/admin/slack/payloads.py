"""What Slack sends: a press of a button, a command, or a form that was sent off; anything else is refused.

Slack's documentation: "Interaction payloads" (`block_actions`, `view_submission`) and "Slash commands". The body is
signed, so its names and ids are Slack's; what people wrote in it is theirs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl

from shared.core.chat import is_member_id
from shared.edge.error_codes import Code
from shared.edge.http_request import load_json
from shared.edge.responses import Refusal

_MALFORMED: Final = Refusal(Code.INVALID_REQUEST, "This is nothing that Slack sends for a button, a form or a command.")
_MOST_FIELDS: Final = 50
_TEAM: Final = re.compile(r"[TE][A-Z0-9]{2,30}")
_CHANNEL: Final = re.compile(r"[A-Z][A-Z0-9]{2,30}")
_TRIGGER: Final = re.compile(r"[!-~]{1,256}")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who acted, by Slack's ids: the workspace that the app acted in, the account, and the account's own workspace.

    `trigger` opens a form for them, for three seconds.
    """

    team: str
    user: str
    home_team: str
    trigger: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Press:
    """A button was pressed. Its id and its value are those of a message that the app has posted."""

    by: Sender
    channel: str
    action: str
    value: str


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command, with what was written after it."""

    by: Sender
    channel: str
    text: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A form was sent off. `metadata` is what the app gave it; `values` are by block, empty for nothing."""

    by: Sender
    form: str
    metadata: str
    values: Mapping[str, str]


Sent: TypeAlias = Press | Command | Submission


class _MalformedError(ValueError):
    """Carries no text: what was sent is repeated nowhere."""


def read_sent(body: bytes) -> Sent | Refusal:
    """Read a body whose signature is verified."""
    try:
        fields = _read_form(body)
        return _read_payload(load_json(fields["payload"].encode())) if "payload" in fields else _read_command(fields)
    except (ValueError, RecursionError, KeyError):
        return _MALFORMED


def _read_form(body: bytes) -> Mapping[str, str]:
    pairs = parse_qsl(
        body.decode(), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MOST_FIELDS
    )
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _MalformedError
    return fields


def _read_command(fields: Mapping[str, str]) -> Command:
    team, user = fields["team_id"], fields["user_id"]
    # Slack names the account's own workspace for no command; what users.info says of it is checked for all.
    sender = _sender(team, user, team, fields["trigger_id"])
    if not fields["command"].startswith("/"):
        raise _MalformedError
    return Command(sender, _matching(_CHANNEL, fields["channel_id"]), fields.get("text", ""))


def _read_payload(payload: object) -> Press | Submission:
    found = _mapping(payload)
    team, user = _text(_mapping(found["team"]), "id"), _mapping(found["user"])
    sender = _sender(team, _text(user, "id"), _text(user, "team_id", team), _text(found, "trigger_id", "none"))
    match found["type"]:
        case "block_actions":
            return _read_press(sender, found)
        case "view_submission":
            return _read_submission(sender, _mapping(found["view"]))
        case _:
            raise _MalformedError


def _read_press(sender: Sender, found: Mapping[str, Any]) -> Press:
    actions = found["actions"]
    if not isinstance(actions, list) or len(actions) != 1:
        raise _MalformedError
    action = _mapping(actions[0])
    if action["type"] != "button":
        raise _MalformedError
    channel = _matching(_CHANNEL, _text(_mapping(found["channel"]), "id"))
    return Press(sender, channel, _text(action, "action_id"), _text(action, "value", ""))


def _read_submission(sender: Sender, view: Mapping[str, Any]) -> Submission:
    blocks = _mapping(_mapping(view["state"])["values"])
    values = {name: _value(_mapping(block)) for name, block in blocks.items()}
    return Submission(sender, _text(view, "callback_id"), _text(view, "private_metadata", ""), values)


def _value(block: Mapping[str, Any]) -> str:
    """Give what was written or chosen in a block, which has one element; empty for nothing."""
    [element] = block.values()
    written = _mapping(element)
    if "selected_option" in written:
        option = written["selected_option"]
        return "" if option is None else _text(_mapping(option), "value")
    return "" if written["value"] is None else _text(written, "value")


def _sender(team: str, user: str, home_team: str, trigger: str) -> Sender:
    if not is_member_id(user):
        raise _MalformedError
    return Sender(_matching(_TEAM, team), user, _matching(_TEAM, home_team), _matching(_TRIGGER, trigger))


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _MalformedError
    return value


def _text(mapping: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = mapping[key] if default is None else mapping.get(key, default)
    if not isinstance(value, str):
        raise _MalformedError
    return value


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise _MalformedError
    return text
