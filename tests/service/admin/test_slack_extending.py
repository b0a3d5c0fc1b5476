"""Extending in Slack: from the direct message of the requester, by the API's own operation."""

import pytest

from deploy.local.slack.workspace import Message
from services.admin.slack.buttons import Button
from tests.service.admin.conftest import APPROVAL
from tests.slack import slack_id
from tests.slack_world import IN_CHAT, Answered, World, world

__all__ = ["world"]


def direct(world: World, name: str) -> Message:
    """Give the newest message to one of the people, without those in threads."""
    return [each for each in world.slack.workspace.directs_to(slack_id(name)) if each.thread is None][-1]


def approved(world: World, by: str, approver: str = "bob", **changes: object) -> tuple[str, Message]:
    """Give an approval for half an hour, and the direct message that shows it."""
    request_id = world.admin.file(by, **({"duration": "30m"} | changes))
    assert world.admin.approve(request_id, approver).status == 200
    return request_id, direct(world, by)


def extended(world: World, by: str, message: Message, **values: str | None) -> Answered:
    assert world.press(by, message, Button.EXTEND).is_empty
    return world.submit(by, **values)


def refused(world: World, by: str, message: Message) -> Answered:
    """Press what must be refused at once: no form is opened, and nothing is written."""
    before, forms = world.admin.rows(), len(world.slack.workspace.views)
    answered = world.press(by, message, Button.EXTEND)
    assert (answered.status, answered.audit["outcome"]) == (200, "refused")
    assert answered.audit["operation"] == "POST /slack offer_extension"
    assert answered.audit["chat_user"] == slack_id(by)
    assert (world.admin.rows(), len(world.slack.workspace.views)) == (before, forms)
    return answered


def test_the_requester_extends_and_approvers_decide_on_it_as_on_any_request(world: World) -> None:
    first, message = approved(world, "erin")
    assert message.buttons.keys() == {Button.EXTEND}
    assert Button.EXTEND not in world.slack.workspace.in_channel()[-1].buttons
    opened = world.press("erin", message, Button.EXTEND)
    assert (opened.is_empty, opened.audit["grant_id"], opened.audit["profile"]) == (True, first, "prod")
    view = list(world.slack.workspace.views.values())[-1]
    assert [each["block_id"] for each in view["blocks"]] == ["reason", "duration"]
    assert "at most 1h30m" in view["blocks"][1]["label"]["text"]
    filed = world.submit("erin", reason="it takes longer", duration="1h")
    second = filed.audit["grant_id"]
    assert filed.body["response_action"] == "update"
    assert f"Request {second} to extend prod is filed" in str(filed.body)
    assert (filed.audit["operation"], filed.audit["extends"]) == ("POST /slack file_request", first)
    assert (filed.audit["user"], filed.audit["authentication"]) == ("erin", "chat")
    assert filed.audit["chat_channel"] == message.channel
    asked = world.request(second)
    assert (asked["extends"], asked["user"], asked["duration_s"]) == (first, "erin", 3600)
    in_channel = world.slack.workspace.in_channel()[-1]
    assert in_channel.buttons.keys() == {Button.APPROVE, Button.DENY}
    assert "erin asks to extend prod" in in_channel.shown
    assert first in in_channel.shown
    assert world.press("bob", in_channel).is_empty
    assert world.request(second)["window"]["starts_at"] == world.request(first)["window"]["ends_at"]


@pytest.mark.parametrize(
    ("values", "block", "words"),
    [
        ({"reason": "more", "duration": "2h"}, "duration", "at most 1h30m more"),
        ({"reason": "more", "duration": "soon"}, "duration", "duration"),
        ({"reason": None, "duration": "30m"}, "reason", "reason"),
    ],
)
def test_what_the_form_says_is_refused_at_its_field(
    world: World, values: dict[str, str | None], block: str, words: str
) -> None:
    name = {"2h": "grace", "soon": "dave", "30m": "rita"}[str(values["duration"])]
    first, message = approved(world, name)
    answered = extended(world, name, message, **values)
    assert answered.body["errors"].keys() == {block}
    assert words in answered.private
    assert world.request(first)["extended_by"] is None


def test_a_ticket_is_asked_for_where_the_rule_takes_one(world: World) -> None:
    request_id = world.admin.file("sam", profile="vault", ticket="INC-7", duration="15m")
    for name in ("bob", "dave"):
        world.admin.approve(request_id, by=name)
    message = direct(world, "sam")
    answered = extended(world, "sam", message, reason="more", duration="15m", ticket="none")
    assert answered.body["errors"].keys() == {"ticket"}
    answered = extended(world, "sam", message, reason="more", duration="15m", ticket="INC-8")
    assert world.request(answered.audit["grant_id"])["ticket"] == "INC-8"


def test_one_extension_is_open_at_a_time_and_a_denied_one_makes_room(world: World) -> None:
    first, message = approved(world, "olivia")
    second = extended(world, "olivia", message, reason="more").audit["grant_id"]
    again = refused(world, "olivia", message)
    assert f"is extended already: request {second}" in again.private
    world.admin.post(f"/v1/requests/{second}/deny", by="bob")
    assert world.press("olivia", message, Button.EXTEND).is_empty
    assert world.request(first)["extended_by"] == second


def test_a_form_that_was_sent_off_twice_files_once(world: World) -> None:
    """Also where Slack signs each: the form stays open on a second device."""
    first, message = approved(world, "bob", approver="carol")
    assert world.press("bob", message, Button.EXTEND).is_empty
    second = world.submit("bob", reason="more").audit["grant_id"]
    again = world.submit("bob", reason="more")
    assert again.body["errors"].keys() == {"reason"}
    assert "is extended already" in again.private
    assert world.request(first)["extended_by"] == second


def test_what_is_over_or_withdrawn_is_not_extended(world: World) -> None:
    first, message = approved(world, "carol")
    shown = world.forged(world.request(first))
    assert world.press("carol", message, Button.EXTEND).is_empty
    world.admin.post(f"/v1/requests/{first}/cancel", by="carol")
    assert not message.buttons
    assert "is withdrawn by carol" in world.submit("carol", reason="more").private
    assert "is withdrawn by carol" in refused(world, "carol", shown).private
    second, _ = approved(world, "carol")
    shown = world.forged(world.request(second))
    world.admin.clock.forward(minutes=31)
    assert "is ended" in refused(world, "carol", shown).private


def test_no_one_but_the_requester_extends_and_what_is_not_theirs_looks_like_nothing(world: World) -> None:
    first = world.admin.file("alice", duration="30m")
    world.admin.approve(first)
    shown = world.forged(world.request(first))
    nothing = world.forged(world.request(first) | {"id": "0000000000000000"})
    for name in ("bob", "erin", "olivia"):
        answers = [refused(world, name, message) for message in (shown, nothing)]
        assert [each.audit["code"] for each in answers] == ["not_found", "not_found"]
        assert answers[0].private == answers[1].private
    # A form that was opened for one's own approval is of no use for another's.
    own, message = approved(world, "grace")
    world.press("grace", message, Button.EXTEND)
    view = list(world.slack.workspace.views.values())[-1]
    view["private_metadata"] = view["private_metadata"].replace(own, first)
    assert world.submit("grace", reason="more").audit["code"] == "not_found"
    assert world.request(first)["extended_by"] is None


def test_without_the_rules_word_there_is_no_button_and_a_forged_press_or_form_is_refused(world: World) -> None:
    refusing = IN_CHAT | {"rules": APPROVAL["rules"]}
    with world.stored("policies/approval", refusing):
        request_id = world.admin.file("dave", duration="15m", profile="prod")
        world.admin.approve(request_id)
        message = direct(world, "dave")
        assert "Approved by bob." in message.shown
        assert not message.buttons
    shown = world.forged(world.request(request_id))
    assert world.press("dave", shown, Button.EXTEND).is_empty
    with world.stored("policies/approval", refusing):
        for answered in (world.submit("dave", reason="more"), refused(world, "dave", shown)):
            assert answered.audit["code"] == "not_permitted"
            assert "chat: true" in answered.private
    assert world.request(request_id)["extended_by"] is None


def test_an_approval_for_one_vend_has_no_button_and_is_not_extended(world: World) -> None:
    in_chat = IN_CHAT | {"rules": [rule | {"chat": True} for rule in IN_CHAT["rules"]]}
    with world.stored("policies/approval", in_chat):
        request_id, message = approved(world, "grace", profile="once")
        assert not message.buttons
        assert "has no window to extend" in refused(world, "grace", world.forged(world.request(request_id))).private
