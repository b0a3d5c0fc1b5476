"""Who may act in Slack, and on what they were shown: each refusal is private, is in the audit, and changes nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from deploy.local.slack.people import press, submission
from deploy.local.slack.workspace import User
from services.admin.slack.buttons import Button
from tests.slack_world import IN_CHAT, Answered, Waiting, World


@contextmanager
def nothing_changed(world: World) -> Iterator[None]:
    before = world.admin.rows()
    yield
    assert world.admin.rows() == before


def check_refused(world: World, answered: Answered, user: User, code: str, words: str) -> None:
    """Check that the person alone reads why, and that the audit line says who and where in Slack."""
    assert answered.status == 200
    assert words in answered.private
    assert (answered.audit["outcome"], answered.audit["code"]) == ("refused", code)
    workspace = world.slack.workspace
    where = [answered.audit[f"chat_{name}"] for name in ("team", "channel", "user")]
    assert where == [workspace.team, workspace.channel, user.id]
    assert answered.audit["operation"].startswith("POST /slack")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"flags": ("deleted",)}, "deactivated"),
        ({"flags": ("is_bot",)}, "a bot"),
        ({"flags": ("is_restricted",)}, "a guest"),
        ({"flags": ("is_ultra_restricted",)}, "a guest"),
        ({"flags": ("is_stranger",)}, "another workspace"),
        ({"team": "T0OTHER"}, "another workspace"),
        ({"is_email_confirmed": False}, "not confirmed"),
        ({"email": "bob@other.example"}, "no user is mapped"),
        ({"email": ""}, "no user is mapped"),
    ],
)
def test_only_a_full_member_with_one_user_acts(
    world: World, waiting: Waiting, changes: dict[str, Any], words: str
) -> None:
    message = waiting.message
    with world.flagged("bob", **changes) as user, nothing_changed(world):
        check_refused(world, world.press(user, message), user, "unknown_caller", words)


@pytest.mark.parametrize("named", ["T0OTHER", None])
def test_a_stranger_of_a_shared_channel_is_known_by_the_press_or_by_what_slack_says(
    world: World, waiting: Waiting, named: str | None
) -> None:
    with world.flagged("bob", team="T0OTHER") as user, nothing_changed(world):
        payload = json.loads(press(world.slack.workspace, user, waiting.message, Button.APPROVE)["payload"])
        payload["user"]["team_id"] = named or world.slack.workspace.team
        answered = world.send(world.signed({"payload": json.dumps(payload)}))
        check_refused(world, answered, user, "unknown_caller", "another workspace")


def test_an_account_that_is_two_users_is_neither(world: World, waiting: Waiting) -> None:
    message, user = waiting.message, world.user("bob")
    mapping = {user.id: "bob", user.email: "carol"}
    document = world.document(user="map", map=mapping, email_domains=None)
    with world.stored("chat/slack", document), nothing_changed(world):
        check_refused(world, world.press(user, message), user, "unknown_caller", "two users")


@pytest.mark.parametrize(
    ("name", "button", "code", "words"),
    [
        ("alice", Button.APPROVE, "not_permitted", "your own request"),
        ("erin", Button.APPROVE, "not_found", "no approver"),
        ("olivia", Button.APPROVE, "not_permitted", "does not let you decide"),
    ],
)
def test_who_could_not_decide_with_a_signature_cannot_here(
    world: World, waiting: Waiting, name: str, button: Button, code: str, words: str
) -> None:
    user, message = world.user(name), waiting.message
    with nothing_changed(world):
        answered = world.press(user, message, button)
    check_refused(world, answered, user, code, words)
    assert (answered.audit["user"], answered.audit["authentication"]) == (name, "chat")
    assert answered.audit["grant_id"] == waiting.id


@pytest.mark.parametrize("name", ["alice", "erin"])
def test_the_form_to_deny_refuses_the_same_people(world: World, waiting: Waiting, name: str) -> None:
    user = world.user(name)
    assert world.press(user, waiting.message, Button.DENY).is_empty
    with nothing_changed(world):
        answered = world.submit(user, comment="no")
    assert answered.body["response_action"] == "errors"
    check_refused(world, answered, user, "not_permitted" if name == "alice" else "not_found", "")


def test_an_approver_who_is_locked_out_is_so_here(world: World, waiting: Waiting) -> None:
    world.admin.lock_out("user#bob")
    with nothing_changed(world):
        answered = world.press("bob", waiting.message)
    check_refused(world, answered, world.user("bob"), "locked_out", "locked out")
    key = {"subject": {"S": "user#bob"}, "item": {"S": "lockout##"}}
    world.admin.aws("dynamodb").delete_item(TableName="sentinel-grants", Key=key)


@pytest.mark.parametrize("button", [each for each in Button if each is not Button.EXTEND])
def test_a_forged_button_is_refused_by_the_operation_where_the_rule_does_not_accept_the_chat(
    world: World, button: Button
) -> None:
    is_event = button in (Button.CLOSE, Button.REVIEW)
    if is_event:
        grant_id = world.admin.began(by="erin")
        view = world.admin.get(f"/v1/break-glass/{grant_id}", by="olivia").body["event"]
    else:
        grant_id = world.admin.file(by="carol")
        view = world.request(grant_id)
    refusing = IN_CHAT | {"rules": [rule | {"chat": False} for rule in IN_CHAT["rules"]]}
    with world.stored("policies/approval", refusing), nothing_changed(world):
        answered = world.press("bob", world.forged(view), button)
        if button is Button.DENY:
            answered = world.submit("bob", comment="no")
    check_refused(world, answered, world.user("bob"), "not_permitted", "chat: true")
    path = f"/v1/break-glass/{grant_id}/close" if is_event else f"/v1/requests/{grant_id}/cancel"
    assert world.admin.post(path, by="erin" if is_event else "carol").status == 200


def test_no_request_is_filed_from_the_chat_for_a_rule_that_does_not_accept_it(world: World) -> None:
    world.command("alice", "request")
    with nothing_changed(world):
        answered = world.submit("alice", profile="once", reason="fix INC-1")
    check_refused(world, answered, world.user("alice"), "not_permitted", "chat: true")
    assert answered.body["errors"].keys() == {"profile"}


def test_a_button_of_a_request_that_has_changed_says_what_it_is_now(world: World) -> None:
    request_id = world.admin.file(profile="vault", ticket="INC-7")
    stale = world.forged(world.request(request_id))
    world.admin.approve(request_id, by="dave")
    with nothing_changed(world):
        answered = world.press("bob", stale)
    check_refused(world, answered, world.user("bob"), "conflict", "has changed since you were shown it")
    assert "approved by dave" in answered.private
    assert world.press("bob", world.forged(world.request(request_id)), Button.DENY).is_empty
    world.admin.approve(request_id, by="bob")
    with nothing_changed(world):
        answered = world.submit("bob", comment="no")
    check_refused(world, answered, world.user("bob"), "conflict", "approved, by dave and bob")


def test_a_second_click_changes_nothing_and_says_so(world: World) -> None:
    request_id = world.admin.file(by="dave")
    shown = world.forged(world.request(request_id))
    assert world.press("bob", shown).is_empty
    with nothing_changed(world):
        again = world.press("bob", shown)
    assert (again.status, again.audit["outcome"]) == (200, "answered")
    assert "Nothing changed: the request already is approved, approved by bob (1 of 1)" in again.private
    assert len(world.request(request_id)["approvals"]) == 1


def test_where_slack_does_not_say_who_it_is_nothing_is_done(world: World, waiting: Waiting) -> None:
    with world.flagged("bob") as user, nothing_changed(world):
        world.slack.workspace.failing["users.info"].append((500, None, "upstream"))
        answered = world.press(user, waiting.message)
    assert (answered.status, answered.audit["code"], answered.audit["outcome"]) == (200, "unavailable", "failed")
    assert "did not say whose account" in answered.private


def test_a_form_of_another_app_is_refused(world: World) -> None:
    world.slack.workspace.views["V0FOREIGN"] = {"callback_id": "other", "private_metadata": "{}", "type": "modal"}
    fields = submission(world.slack.workspace, world.user("bob"), "V0FOREIGN", {})
    with nothing_changed(world):
        answered = world.send(world.signed(fields))
    assert (answered.status, answered.audit["code"]) == (200, "invalid_request")
