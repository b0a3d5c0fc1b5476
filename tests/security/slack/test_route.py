"""The open route: what Slack did not sign, or sends twice, or sends for another workspace, changes nothing."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from deploy.local.slack.people import Signed, press, slash_command
from services.admin.slack.buttons import Button
from shared.edge.slack_requests import MAX_SLACK_BYTES
from tests.gateway_events import http_api_event
from tests.security.slack.test_people import nothing_changed
from tests.slack_world import Answered, Waiting, World, slack_event

SIGNATURE, TIMESTAMP = "x-slack-signature", "x-slack-request-timestamp"
Headers = dict[str, Any]


@pytest.fixture
def signed(world: World, waiting: Waiting) -> Signed:
    """Give bob's approval, which would count."""
    return world.signed(press(world.slack.workspace, world.user("bob"), waiting.message, Button.APPROVE))


def refused(world: World, signed: Signed, code: str, **changes: Any) -> Answered:
    """Send what must be refused before anyone is asked who it is by: no call of Slack's, no row."""
    calls, budget = len(world.slack.workspace.calls), world.budget_rows()
    with nothing_changed(world):
        answered = world.send(signed, **changes)
    assert (answered.status >= 400, answered.body["code"]) == (True, code)
    assert (answered.audit["outcome"], answered.audit["code"]) == ("refused", code)
    assert {"user", "chat_user"}.isdisjoint(answered.audit)
    assert (len(world.slack.workspace.calls), world.budget_rows()) == (calls, budget)
    return answered


def _without(name: str) -> Callable[[Headers], Headers]:
    return lambda headers: {key: value for key, value in headers.items() if key != name}


def _with(name: str, change: Callable[[str], Any]) -> Callable[[Headers], Headers]:
    return lambda headers: headers | {name: change(headers[name])}


@pytest.mark.parametrize(
    "change",
    [
        _without(SIGNATURE),
        _without(TIMESTAMP),
        _with(SIGNATURE, lambda _: ""),
        _with(SIGNATURE, lambda _: f"v0={'0' * 64}"),
        _with(SIGNATURE, lambda value: value.replace("v0=", "v1=")),
        _with(SIGNATURE, lambda value: value.upper().replace("V0", "v0")),
        _with(SIGNATURE, lambda value: value[:-1]),
        _with(SIGNATURE, lambda value: f"{value},{value}"),
        _with(SIGNATURE, lambda value: [value]),
        _with(SIGNATURE, lambda value: f"{value}\u00e9"),
        _with(TIMESTAMP, lambda value: f"{value},{value}"),
        _with(TIMESTAMP, lambda value: f" {value}"),
        _with(TIMESTAMP, lambda value: f"{value}.0"),
        _with(TIMESTAMP, lambda value: f"+{value}"),
        _with(TIMESTAMP, lambda value: str(int(value) + 1)),
        _with(TIMESTAMP, lambda _: "never"),
        _with(TIMESTAMP, int),
        lambda headers: headers | {"X-Slack-Signature": headers[SIGNATURE]},
    ],
)
def test_without_one_well_formed_signature_and_time_nothing_is_read(
    world: World, signed: Signed, change: Callable[[Headers], Headers]
) -> None:
    headers = slack_event(signed)["headers"]
    refused(world, signed, "unknown_caller", headers=change(headers))


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body + b"&x=1",
        lambda body: body.replace(b"approve", b"deny"),
        lambda body: body.lower(),
        lambda body: body[:-1],
        lambda body: b"\xff" + body,
        lambda _: b"x",
    ],
)
def test_a_body_that_was_altered_is_not_signed(world: World, signed: Signed, change: Callable[[bytes], bytes]) -> None:
    refused(world, replace(signed, body=change(signed.body)), "unknown_caller")


@pytest.mark.parametrize("late_s", [-301, 301, -86_400, 10**9])
def test_a_time_more_than_five_minutes_away_is_refused(world: World, waiting: Waiting, late_s: int) -> None:
    fields = press(world.slack.workspace, world.user("bob"), waiting.message, Button.APPROVE)
    refused(world, world.signed(fields, late_s=late_s), "unknown_caller")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"body": "***"}, "unknown_caller"),
        ({"body": None}, "unknown_caller"),
        ({"body": ["payload"]}, "unknown_caller"),
        ({"body": "x" * (2 * MAX_SLACK_BYTES + 1)}, "invalid_request"),
        ({"body": "x" * (MAX_SLACK_BYTES + 1), "isBase64Encoded": False}, "invalid_request"),
        ({"body": "\ud800", "isBase64Encoded": False}, "unknown_caller"),
    ],
)
def test_a_body_that_slack_cannot_have_sent_is_refused(
    world: World, signed: Signed, changes: Mapping[str, Any], code: str
) -> None:
    refused(world, signed, code, **changes)


def test_the_secret_of_another_app_signs_nothing_here(world: World, signed: Signed) -> None:
    with world.stored("chat/slack", world.document(signing_secret="f" * 32)):
        refused(world, signed, "unknown_caller")


def test_the_same_request_acts_once(world: World, waiting: Waiting) -> None:
    signed = world.signed(press(world.slack.workspace, world.user("erin"), waiting.message, Button.APPROVE))
    first = world.send(signed)
    assert first.audit["code"] == "not_found"
    with nothing_changed(world):
        again = world.send(signed)
    assert (again.status, again.audit["code"], again.audit["chat_user"]) == (409, "conflict", world.user("erin").id)
    assert not again.private
    assert "user" not in again.audit


def test_another_workspace_of_the_same_app_is_refused(world: World, signed: Signed) -> None:
    with world.stored("chat/slack", world.document(team_id="T0ELSEWHERE")), nothing_changed(world):
        answered = world.send(signed)
    assert (answered.status, answered.audit["code"]) == (403, "unknown_caller")
    assert (answered.audit["chat_team"], answered.audit["chat_user"]) == (world.slack.workspace.team, "U0BOB")


def test_a_workspace_that_is_switched_off_is_refused(world: World, signed: Signed) -> None:
    with world.stored("chat/slack", world.document(enabled=False)):
        refused(world, signed, "unknown_caller")


@pytest.mark.parametrize("document", [{"team_id": "planted"}, "planted", ["planted"]])
def test_a_document_that_cannot_be_read_is_no_answer_and_nothing_is_done(
    world: World, signed: Signed, document: object
) -> None:
    with world.stored("chat/slack", document), nothing_changed(world):
        answered = world.send(signed)
    assert (answered.status, answered.audit["outcome"], answered.audit["code"]) == (503, "failed", "unavailable")
    assert "planted" not in json.dumps(answered.audit)


@pytest.mark.parametrize(
    "change",
    [
        {"routeKey": "$default"},
        {"routeKey": "GET /slack"},
        {"version": "1.0"},
        {"requestContext": {}},
        {"requestContext": None},
    ],
)
def test_an_invented_event_of_another_shape_reaches_nothing(
    world: World, signed: Signed, change: Mapping[str, Any]
) -> None:
    refused(world, signed, "unknown_caller", **change)


def test_an_invented_event_with_a_caller_in_it_is_no_call_of_the_api(world: World, signed: Signed) -> None:
    event = http_api_event("POST", "/slack", arn="arn:aws:iam::111122223333:user/bob", body="{}")
    with nothing_changed(world):
        answered = world.send(signed, headers={}, requestContext=event["requestContext"], body=event["body"])
    assert (answered.status, answered.audit["code"]) == (403, "unknown_caller")
    assert "user" not in answered.audit


@pytest.mark.parametrize("kind", ["view_closed", "message_action", "block_suggestion", "shortcut", "", None])
def test_a_payload_of_a_kind_that_is_not_asked_for_is_refused(world: World, waiting: Waiting, kind: str | None) -> None:
    payload = json.loads(press(world.slack.workspace, world.user("bob"), waiting.message, Button.APPROVE)["payload"])
    refused(world, world.signed({"payload": json.dumps(payload | {"type": kind})}), "invalid_request")


def test_a_command_from_elsewhere_than_a_channel_of_slacks_is_refused(world: World) -> None:
    fields = slash_command(world.slack.workspace, world.user("bob"), "/sentinel", "request")
    refused(world, world.signed({**fields, "channel_id": "../C0"}), "invalid_request")
