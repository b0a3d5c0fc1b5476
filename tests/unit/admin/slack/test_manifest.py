"""The app's manifest: what Slack takes, with its limits, and no more than the app needs.

Fields and limits are those of version 1 of the schema that Slack publishes (github.com/slackapi/manifest-schema), of
the parts that are used; scopes are those of the reference of each method.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft7Validator

from deploy.policies.slack import manifest

URL = "https://abcdefghij.execute-api.eu-central-1.amazonaws.com/slack"
KEPT = Path(__file__).parents[4] / "deploy" / "slack" / "manifest.json"
FLAG = {"type": "boolean"}
SCOPES = {
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "conversations.open": "im:write",
    "users.info": "users:read",
    "users.lookupByEmail": "users:read.email",
    "views.open": None,
}
# A slash command is its own scope, and users:read.email is only given with users:read.
OTHERS = {"commands", "users:read"}


def text(most: int, pattern: str = "") -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most, "pattern": pattern}


def fields(required: str, **known: Mapping[str, Any]) -> dict[str, Any]:
    """An object of these fields alone; `required` names some of them."""
    return {"type": "object", "additionalProperties": False, "required": required.split(), "properties": known}


SCHEMA = fields(
    "_metadata display_information features oauth_config settings",
    _metadata=fields("major_version", major_version={"const": 1}),
    display_information=fields(
        "name", name=text(35), description=text(140), background_color=text(7, "^#[0-9a-f]{3}([0-9a-f]{3})?$")
    ),
    features=fields(
        "bot_user slash_commands",
        app_home=fields("", home_tab_enabled=FLAG, messages_tab_enabled=FLAG, messages_tab_read_only_enabled=FLAG),
        bot_user=fields("display_name", display_name=text(80), always_online=FLAG),
        slash_commands={
            "type": "array",
            "minItems": 1,
            "maxItems": 50,
            "items": fields(
                "command description url",
                command=text(32, "^/."),
                url=text(3000, "^https://"),
                description=text(2000),
                usage_hint=text(1000),
                should_escape=FLAG,
            ),
        },
    ),
    oauth_config=fields(
        "scopes",
        scopes=fields("bot", bot={"type": "array", "items": text(50), "maxItems": 255, "uniqueItems": True}),
    ),
    settings=fields(
        "interactivity",
        interactivity=fields("is_enabled request_url", is_enabled=FLAG, request_url=text(3500, "^https://")),
        org_deploy_enabled=FLAG,
        socket_mode_enabled=FLAG,
        token_rotation_enabled=FLAG,
    ),
)
PUBLISHED = Draft7Validator(SCHEMA)


def test_slack_takes_the_manifest() -> None:
    PUBLISHED.validate(manifest(URL))
    PUBLISHED.validate(json.loads(KEPT.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "change",
    [
        {"display_information": {"name": "S" * 36}},
        {"features": {"bot_user": {"display_name": ""}, "slash_commands": [{"command": "sentinel"}]}},
        {"settings": {"interactivity": {"is_enabled": True, "request_url": "http://example.com/slack"}}},
        {"event_subscriptions": {}},
    ],
)
def test_what_slack_refuses_is_noticed(change: dict[str, Any]) -> None:
    assert not PUBLISHED.is_valid(manifest(URL) | change)


def test_the_app_asks_for_the_scopes_of_what_it_calls_and_for_no_other() -> None:
    client = (Path(__file__).parents[4] / "services" / "admin" / "slack" / "client.py").read_text(encoding="utf-8")
    called = {name.replace("_", ".", 1) for name in re.findall(r"api\.([a-z]+_[A-Za-z]+)\(", client)}
    assert called == SCOPES.keys()
    needed = {scope for scope in SCOPES.values() if scope is not None} | OTHERS
    assert set(manifest(URL)["oauth_config"]["scopes"]["bot"]) == needed


def test_presses_and_the_command_go_to_the_one_route() -> None:
    written = manifest(URL)
    [command] = written["features"]["slash_commands"]
    assert (command["command"], command["url"]) == ("/sentinel", URL)
    assert written["settings"]["interactivity"]["request_url"] == URL
    assert "event_subscriptions" not in written["settings"]
