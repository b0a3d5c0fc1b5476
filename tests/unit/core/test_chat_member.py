"""Who in a workspace may act: a flag that Slack leaves out, or sends as another type, is no word for anyone."""

from typing import Any, Final

import pytest

from shared.core.chat import SlackMember
from shared.core.chat_member import NoMember, verify_member

WHOLE: Final[dict[str, Any]] = {
    "id": "U0BOB",
    "team_id": "T0ACME",
    "deleted": False,
    "is_bot": False,
    "is_restricted": False,
    "is_ultra_restricted": False,
    "is_email_confirmed": True,
    "profile": {"email": "bob@acme.example"},
}


def verified(**changes: Any) -> SlackMember | NoMember:
    return verify_member(WHOLE | changes, "U0BOB", "T0ACME")


def test_a_full_member_has_the_confirmed_address() -> None:
    assert verified(is_stranger=False, is_app_user=True, is_admin=True) == SlackMember("U0BOB", "bob@acme.example")


@pytest.mark.parametrize("profile", [None, "bob", {}, {"email": None}, {"email": ["bob@acme.example"]}])
def test_without_an_address_a_member_has_an_id_alone(profile: object) -> None:
    assert verified(profile=profile) == SlackMember("U0BOB", "")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": "U0ALICE"}, NoMember.UNCLEAR),
        ({"team_id": "T0OTHER"}, NoMember.STRANGER),
        ({"team_id": None}, NoMember.STRANGER),
        ({"is_stranger": True}, NoMember.STRANGER),
        ({"deleted": True}, NoMember.DEACTIVATED),
        ({"is_bot": True}, NoMember.BOT),
        ({"is_workflow_bot": True}, NoMember.BOT),
        ({"is_connector_bot": True}, NoMember.BOT),
        ({"is_restricted": True}, NoMember.GUEST),
        ({"is_ultra_restricted": True}, NoMember.GUEST),
        ({"is_email_confirmed": False}, NoMember.UNCONFIRMED),
        ({"is_invited_user": True}, NoMember.UNCONFIRMED),
        *(({flag: None}, NoMember.UNCLEAR) for flag in ("deleted", "is_bot", "is_restricted", "is_ultra_restricted")),
        ({"is_email_confirmed": None}, NoMember.UNCLEAR),
        ({"is_email_confirmed": 1}, NoMember.UNCLEAR),
        ({"is_email_confirmed": "true"}, NoMember.UNCLEAR),
    ],
)
def test_anyone_else_is_refused_by_their_kind(changes: dict[str, Any], reason: NoMember) -> None:
    assert verified(**changes) is reason


@pytest.mark.parametrize("flag", WHOLE)
def test_what_every_account_has_is_missed(flag: str) -> None:
    account = {key: value for key, value in WHOLE.items() if key != flag}
    found = verify_member(account, "U0BOB", "T0ACME")
    assert isinstance(found, NoMember) or (flag, found) == ("profile", SlackMember("U0BOB", ""))


def test_the_robot_that_slack_itself_is_does_not_act() -> None:
    assert verify_member(WHOLE | {"id": "USLACKBOT"}, "USLACKBOT", "T0ACME") is NoMember.BOT
