"""What Slack shows of requests and break-glass events: posted once, edited by any way, and in no one's way."""

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from deploy.local.slack.workspace import Message, Workspace
from services.admin.notify import notifier
from services.admin.slack.buttons import Button, read_value, state_digest
from tests.patience import LIMIT_S
from tests.service.admin.conftest import APPROVAL, furnish_moto
from tests.service.admin.function import AdminLambda, Clock, open_admin
from tests.service.emulator import aws
from tests.slack import RunningSlack, running_slack, slack_document, slack_id

IN_CHAT = APPROVAL | {"rules": [rule | {"chat": True} for rule in APPROVAL["rules"]]}
PROD: dict[str, Any] = {"name": "prod", "profiles": ["prod"], "approvers": ["bob"], "chat": True}
CONSOLE = "https://sentinel.example/console"


@pytest.fixture
def slack() -> Iterator[RunningSlack]:
    with running_slack() as running:
        yield running


@pytest.fixture
def admin(
    slack: RunningSlack,
    aws_url: str,  # noqa: ARG001 - the emulator's address is in the environment
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[AdminLambda]:
    monkeypatch.setattr(notifier, "LIMIT_S", LIMIT_S)
    furnish_moto()
    settings = {"SENTINEL_SLACK": "true", "SENTINEL_SLACK_API": slack.api, "SENTINEL_CONSOLE_URL": CONSOLE}
    function = open_admin(environment | settings, Clock(), aws)
    function.store("policies/approval", IN_CHAT)
    function.store("chat/slack", slack_document(slack.workspace))
    with closing(function.app):
        yield function


def the_message(slack: RunningSlack) -> Message:
    [message] = slack.workspace.in_channel()
    return message


def the_direct(workspace: Workspace, name: str = "alice") -> Message:
    [message] = [each for each in workspace.directs_to(slack_id(name)) if each.thread is None]
    return message


def state(admin: AdminLambda, request_id: str) -> str:
    return state_digest(admin.get(f"/v1/requests/{request_id}", by="olivia").body["request"])


def test_a_request_is_posted_with_its_facts_and_the_buttons_that_make_sense(
    admin: AdminLambda, slack: RunningSlack
) -> None:
    asked = {"profile": "vault", "reason": "rotate the keys", "ticket": "INC-7", "duration": "45m"}
    filed = admin.post("/v1/requests", asked)
    assert (filed.status, filed.body["notified"]) == (201, {"slack": True})
    request_id, message = filed.body["request"]["id"], the_message(slack)
    for fact in (
        "alice asks for vault",
        '"rotate the keys"',
        '"INC-7"',
        "45m",
        "0 of 2",
        "bob, carol*, dave",
        request_id,
    ):
        assert fact in message.shown
    assert f"{CONSOLE}/#/approvals/{request_id}" in json.dumps(message.blocks)
    assert message.buttons.keys() == {Button.APPROVE, Button.DENY}
    values = [read_value(each["value"]) for each in message.buttons.values()]
    assert {(value.id, value.state) for value in values if value} == {(request_id, state(admin, request_id))}
    direct = the_direct(slack.workspace)
    assert direct.blocks
    assert not direct.buttons


def test_votes_are_replies_and_the_decision_is_edited_in_wherever_it_came_from(
    admin: AdminLambda, slack: RunningSlack
) -> None:
    request_id = admin.file(profile="vault", ticket="INC-7")
    message, direct = the_message(slack), the_direct(slack.workspace)
    admin.post(f"/v1/requests/{request_id}/approve", {"comment": "looks right"}, by="bob")
    assert "1 of 2" in message.shown
    assert "1 of 2" in direct.shown
    values = [read_value(each["value"]) for each in message.buttons.values()]
    assert {value.state for value in values if value} == {state(admin, request_id)}
    assert admin.approve(request_id, by="dave").body["notified"] == {"slack": True}
    assert next(reply.shown.partition(" approved")[0] for reply in slack.workspace.thread_of(message)) == "bob"
    assert len(slack.workspace.thread_of(message)) == 2
    for shown in (message, direct):
        assert "Approved by bob, dave." in shown.shown
    assert not message.buttons
    assert direct.buttons.keys() == {Button.EXTEND}
    admin.clock.forward(minutes=5)
    admin.post(f"/v1/requests/{request_id}/cancel", {"comment": "done early"}, by="alice")
    for shown in (message, direct):
        assert 'Withdrawn by alice, 2026-11-24 12:05 UTC "done early"' in shown.shown
        assert not shown.buttons
    assert len(slack.workspace.in_channel()) == 1


def test_a_break_glass_event_can_be_closed_and_then_reviewed(admin: AdminLambda, slack: RunningSlack) -> None:
    event_id = admin.began()
    message = the_message(slack)
    assert message.buttons.keys() == {Button.CLOSE}
    admin.post(f"/v1/break-glass/{event_id}/close", by="alice")
    assert message.buttons.keys() == {Button.REVIEW}
    admin.post(f"/v1/break-glass/{event_id}/review", by="rita")
    assert not message.buttons
    assert "Reviewed by rita" in message.shown
    assert "Reviewed by rita" in the_direct(slack.workspace).shown


def test_what_time_did_is_edited_in_too(admin: AdminLambda, slack: RunningSlack) -> None:
    request_id = admin.file()
    admin.clock.forward(hours=25)
    admin.approve(request_id)
    assert "Expired by time." in the_message(slack).shown
    assert not the_message(slack).buttons


def test_reminder_and_escalation_are_said_in_the_thread_and_further_approvers_can_press(
    admin: AdminLambda, slack: RunningSlack
) -> None:
    by_time = {"reminders": ["30m"], "escalation": {"after": "1h", "approvers": ["erin"]}}
    admin.store("policies/approval", {"version": "1", "rules": [PROD | by_time]})
    request_id = admin.file()
    message, direct = the_message(slack), the_direct(slack.workspace)
    shown = message.buttons[Button.APPROVE]["value"]
    said = []
    for _ in range(3):
        admin.clock.forward(minutes=31)
        _, audit, _ = admin.invoke({"task": "follow-up"})
        said.append([each.shown for each in slack.workspace.thread_of(message)])
        assert (audit["outcome"], audit.get("not_notified_because") or {}) == ("answered", {})
    assert [len(each) for each in said] == [1, 2, 2]
    assert "alice's request for prod for 1h waits since 2026-11-24 12:00 UTC" in said[0][0]
    assert "more people may now" in said[1][1]
    assert "erin" in said[1][1]
    assert "erin" in message.shown
    # What was shown is the same, so a button that someone has before them still counts.
    assert message.buttons[Button.APPROVE]["value"] == shown
    assert not slack.workspace.thread_of(direct)
    assert admin.approve(request_id, by="erin").status == 200
    assert "Approved by erin." in direct.shown


def test_who_is_warned_that_it_ends_can_extend_it_there_where_the_rule_accepts_the_chat(
    admin: AdminLambda, slack: RunningSlack
) -> None:
    for in_chat in (True, False):
        admin.store("policies/approval", {"version": "1", "rules": [PROD | {"chat": in_chat, "max_duration": "2h"}]})
        admin.approve(admin.file())
        direct = [each for each in slack.workspace.directs_to(slack_id("alice")) if each.thread is None][-1]
        admin.clock.forward(minutes=56)
        admin.invoke({"task": "follow-up"})
        [warning] = slack.workspace.thread_of(direct)
        assert "alice's approval for prod ends at" in warning.shown
        assert warning.buttons.keys() == ({Button.EXTEND} if in_chat else set())
        admin.clock.forward(minutes=5)
        admin.invoke({"task": "follow-up"})
        assert not slack.workspace.thread_of(slack.workspace.in_channel()[-1])


def test_without_the_rules_word_there_is_nothing_to_press(admin: AdminLambda, slack: RunningSlack) -> None:
    admin.store("policies/approval", APPROVAL)
    admin.file()
    admin.began(by="grace")
    assert [message.buttons for message in slack.workspace.in_channel()] == [{}, {}]


def test_a_rule_that_loses_the_word_loses_its_buttons_at_the_next_change(
    admin: AdminLambda, slack: RunningSlack
) -> None:
    request_id = admin.file(profile="vault", ticket="INC-7")
    admin.store("policies/approval", APPROVAL)
    admin.approve(request_id)
    assert "1 of 2" in the_message(slack).shown
    assert not the_message(slack).buttons


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ((200, None, '{"ok": false, "error": "channel_not_found"}'), "channel: Slack answered channel_not_found"),
        ((503, None, "upstream"), "channel: it answered 503"),
        ((429, 900, "{}"), "channel: rate limited for 900 s"),
        ((200, None, "[]"), "channel: what answered was not Slack's API"),
    ],
)
def test_an_outage_undoes_nothing_and_is_written_down(
    admin: AdminLambda, slack: RunningSlack, answer: tuple[int, int | None, str], cause: str
) -> None:
    slack.workspace.failing["chat.postMessage"].append(answer)
    filed = admin.post("/v1/requests", {"profile": "prod", "reason": "fix"})
    assert (filed.status, filed.body["notified"]) == (201, {"slack": False})
    reasons = filed.audit["not_notified_because"]["slack"]
    # The direct message is sent at the same time, so either may have met the answer.
    assert reasons in (cause, cause.replace("channel:", "direct message:", 1))
    assert slack.workspace.bot_token not in admin.stdout.getvalue()


def test_what_could_not_be_posted_is_posted_at_the_next_change(admin: AdminLambda, slack: RunningSlack) -> None:
    slack.workspace.failing["chat.postMessage"].extend([(500, None, "")] * 2)
    request_id = admin.file()
    assert not slack.workspace.messages
    admin.approve(request_id)
    assert "Approved by bob." in the_message(slack).shown
    assert "Approved by bob." in the_direct(slack.workspace).shown


def test_a_slack_that_is_slow_is_given_up_in_time(
    admin: AdminLambda, slack: RunningSlack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifier, "LIMIT_S", 1.0)
    slack.hold()
    filed = admin.post("/v1/requests", {"profile": "prod", "reason": "fix"})
    assert (filed.status, filed.body["notified"]) == (201, {"slack": False})
    assert "no answer in time" in filed.audit["not_notified_because"]["slack"]


def test_a_message_that_was_deleted_is_in_no_ones_way(admin: AdminLambda, slack: RunningSlack) -> None:
    request_id = admin.file()
    slack.workspace.delete(the_message(slack))
    assert admin.approve(request_id).body["notified"] == {"slack": True}
    assert not slack.workspace.in_channel()
    assert "Approved by bob." in the_direct(slack.workspace).shown


@pytest.mark.parametrize("name", ["mallory", "trusty"])
def test_who_is_not_a_member_gets_no_direct_message(admin: AdminLambda, slack: RunningSlack, name: str) -> None:
    found = slack.workspace.users.pop(slack_id(name), None)
    assert (found is None) == (name == "trusty")
    filed = admin.post("/v1/requests", {"profile": "prod", "reason": "fix", "duration": "15m"}, by=name)
    if filed.status == 201:
        assert filed.body["notified"] == {"slack": True}
        assert len(slack.workspace.messages) == 1


@pytest.mark.parametrize("flag", ["deleted", "is_restricted", "is_ultra_restricted", "is_bot", "is_stranger"])
def test_no_direct_message_goes_to_someone_else_than_a_full_member(
    admin: AdminLambda, slack: RunningSlack, flag: str
) -> None:
    user = slack.workspace.users[slack_id("alice")]
    slack.workspace.users[user.id] = type(user)(user.id, user.email, flags=(flag,))
    assert admin.post("/v1/requests", {"profile": "prod", "reason": "fix"}).body["notified"] == {"slack": True}
    assert [each.channel for each in slack.workspace.messages] == [slack.workspace.channel]


@pytest.mark.parametrize(
    ("changes", "notified", "because"),
    [
        ({"enabled": False}, {}, None),
        ({"bot_token": "planted"}, {"slack": False}, "its document is not valid"),
        ({"bot_token": "xoxb-of-another-app"}, {"slack": False}, "Slack answered invalid_auth"),
    ],
)
def test_a_workspace_that_cannot_be_used_is_named_and_its_secrets_are_not(
    admin: AdminLambda, slack: RunningSlack, changes: dict[str, Any], notified: dict[str, bool], because: str | None
) -> None:
    admin.store("chat/slack", slack_document(slack.workspace, **changes))
    filed = admin.post("/v1/requests", {"profile": "prod", "reason": "fix"})
    assert (filed.status, filed.body["notified"]) == (201, notified)
    assert because is None or because in filed.audit["not_notified_because"]["slack"]
    text = admin.stdout.getvalue()
    assert not {slack.workspace.signing_secret, "planted", "xoxb-of-another-app"} & set(text.split('"'))
