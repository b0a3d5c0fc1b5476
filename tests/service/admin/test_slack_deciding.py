"""Deciding and asking in Slack: the API's own operations, as the user that the member is."""

from typing import Any

import pytest

from services.admin.slack.buttons import Button
from tests.service.admin.conftest import ACCESS
from tests.slack_world import IN_CHAT, World, world

__all__ = ["world"]


def event(world: World, event_id: str) -> dict[str, Any]:
    found: dict[str, Any] = world.admin.get(f"/v1/break-glass/{event_id}", by="olivia").body["event"]
    return found


def test_an_approval_is_the_members_own_and_the_audit_says_where_it_came_from(world: World) -> None:
    request_id = world.admin.file(by="erin")
    message = world.slack.workspace.in_channel()[-1]
    answered = world.press("bob", message)
    assert answered.is_empty
    assert not answered.private
    found = world.request(request_id)
    assert (found["status"], [each["user"] for each in found["approvals"]]) == ("approved", ["bob"])
    assert "Approved by bob." in message.shown
    audit, workspace = answered.audit, world.slack.workspace
    assert (audit["operation"], audit["outcome"]) == ("POST /slack approve_request", "answered")
    assert (audit["user"], audit["caller_kind"], audit["authentication"]) == ("bob", "chat-person", "chat")
    assert audit["caller_arn"] == f"chat/{workspace.team}/U0BOB"
    assert (audit["chat_team"], audit["chat_channel"]) == (workspace.team, workspace.channel)
    assert (audit["chat_user"], audit["grant_id"], audit["grant_status"]) == ("U0BOB", request_id, "approved")


def test_a_quorum_takes_as_many_members(world: World) -> None:
    request_id = world.admin.file(by="erin", profile="vault", ticket="INC-7")
    message = world.slack.workspace.in_channel()[-1]
    assert world.press("bob", message).is_empty
    assert world.request(request_id)["status"] == "pending"
    assert world.press("dave", message).is_empty
    assert world.request(request_id)["status"] == "approved"


def test_a_denial_takes_a_comment_which_may_be_left_out(world: World) -> None:
    for comment in ("not today", None):
        request_id = world.admin.file(by="grace")
        message = world.slack.workspace.in_channel()[-1]
        assert world.press("bob", message, Button.DENY).is_empty
        answered = world.submit("bob", comment=comment)
        assert answered.body["response_action"] == "update"
        ended = world.request(request_id)["ended"]
        assert (ended["by"], ended["comment"]) == ("bob", comment)
        assert answered.audit["operation"] == "POST /slack deny_request"
        assert answered.audit["chat_channel"] == world.slack.workspace.channel


def test_an_event_is_closed_and_reviewed_by_those_who_may(world: World) -> None:
    event_id = world.admin.began(by="alice")
    message = world.slack.workspace.in_channel()[-1]
    assert world.press("alice", message, Button.CLOSE).is_empty
    assert event(world, event_id)["status"] == "closed"
    assert "own event" in world.press("alice", message, Button.REVIEW).private
    assert world.press("bob", message, Button.REVIEW).is_empty
    assert event(world, event_id)["review"]["by"] == "bob"


def test_what_slack_does_not_show_is_done_all_the_same_and_said_once(world: World) -> None:
    request_id = world.admin.file(by="olivia")
    message = world.slack.workspace.in_channel()[-1]
    world.slack.workspace.failing["chat.update"].extend([(500, None, "")] * 2)
    answered = world.press("bob", message)
    world.slack.workspace.failing["chat.update"].clear()
    assert "Done: the request is approved, approved by bob (1 of 1)." in answered.private
    assert world.request(request_id)["status"] == "approved"


def test_a_member_asks_for_what_the_policies_let_them_ask_for_here(world: World) -> None:
    assert world.command("rita", "request vault").is_empty
    view = list(world.slack.workspace.views.values())[-1]
    profile, *others = view["blocks"]
    assert [each["value"] for each in profile["element"]["options"]] == ["vault", "prod"]
    assert profile["element"]["initial_option"]["value"] == "vault"
    assert [each["block_id"] for each in others] == ["reason", "duration", "ticket"]
    refused = world.submit("rita", profile="vault", reason="keys", duration="45m", ticket=None)
    assert refused.body["errors"].keys() == {"ticket"}
    refused = world.submit("rita", profile="vault", reason="keys", duration="9h", ticket="INC-7")
    assert refused.body["errors"].keys() == {"duration"}
    refused = world.submit("rita", profile="vault", reason="keys", duration="soon", ticket="INC-7")
    assert refused.body["errors"].keys() == {"duration"}
    filed = world.submit("rita", profile="vault", reason="keys", duration="45m", ticket="INC-7")
    assert filed.body["response_action"] == "update"
    request = world.request(filed.audit["grant_id"])
    assert (request["user"], request["profile"], request["duration_s"]) == ("rita", "vault", 2700)
    assert (request["reason"], request["ticket"]) == ("keys", "INC-7")
    again = world.submit("rita", profile="vault", reason="keys", duration=None, ticket="INC-7")
    assert again.body["errors"].keys() == {"profile"}
    assert "still waits" in again.private


def test_a_request_from_the_chat_keeps_how_it_was_proved(world: World) -> None:
    """So that a newer access policy is evaluated for what was known then: no account, no address."""
    world.command("sam", "request")
    request_id = world.submit("sam", profile="prod", reason="fix").audit["grant_id"]
    for proof, status in (("oidc", 409), ("sigv4", 409), ("chat", 200)):
        rule = {"name": "only", "effect": "require_approval", "conditions": {"authentication": [proof]}}
        with world.stored("policies/access", ACCESS | {"rules": [rule]}):
            assert world.admin.approve(request_id).status == status, proof


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("bob", "", "/sentinel request [profile]"),
        ("bob", "help", "/sentinel request [profile]"),
        ("bob", "revoke all", "no command of Sentinel's"),
        ("bob", "request dev", "no profile that you could ask for here"),
        ("bob", "request <!channel>", "no profile that you could ask for here"),
        ("mallory", "request", "no profile that you could ask for here"),
    ],
)
def test_a_command_is_answered_to_its_sender_alone(world: World, name: str, text: str, words: str) -> None:
    answered = world.command(name, text)
    assert (answered.status, answered.body["response_type"]) == (200, "ephemeral")
    assert words in answered.private


def test_where_no_profile_can_be_asked_for_the_command_says_what_is_missing(world: World) -> None:
    refusing = IN_CHAT | {"rules": [rule | {"chat": False} for rule in IN_CHAT["rules"]]}
    with world.stored("policies/approval", refusing):
        assert "chat: true" in world.command("bob", "request").private


def test_a_form_that_slack_does_not_open_is_said_to_its_sender(world: World) -> None:
    failing = world.slack.workspace.failing["views.open"]
    failing.append((200, None, '{"ok": false, "error": "expired_trigger_id"}'))
    answered = world.command("bob", "request")
    assert "did not open the form (Slack answered expired_trigger_id)" in answered.private
    assert (answered.audit["outcome"], answered.audit["code"]) == ("failed", "unavailable")
