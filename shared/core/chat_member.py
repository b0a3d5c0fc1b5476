"""Who in a Slack workspace may act: its own people, in good standing. Everything else is refused by its kind.

Slack's documentation, "User object": a flag that Slack leaves out is not taken for false where it is one that every
account of a workspace has.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from shared.core.chat import SlackMember


class NoMember(StrEnum):
    """Why a Slack account may not act."""

    STRANGER = "it is of another workspace"
    DEACTIVATED = "it is deactivated"
    BOT = "it is a bot's"
    GUEST = "it is a guest's"
    UNCONFIRMED = "its e-mail address is not confirmed"
    UNCLEAR = "Slack does not say what kind of account it is"


_BOTS: Final = ("is_bot", "is_workflow_bot", "is_connector_bot")
_GUESTS: Final = ("is_restricted", "is_ultra_restricted")
# Every account of a workspace has these (Slack's reference, `users.info`).
_ALWAYS: Final = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_email_confirmed")
_SLACKBOT: Final = "USLACKBOT"


def verify_member(account: Mapping[str, Any], user_id: str, team_id: str) -> SlackMember | NoMember:
    """Give the member that an account is; `account` is the user object that Slack answers for the id."""
    if account.get("id") != user_id:
        return NoMember.UNCLEAR
    if account.get("team_id") != team_id or account.get("is_stranger"):
        return NoMember.STRANGER
    if account.get("deleted"):
        return NoMember.DEACTIVATED
    if user_id == _SLACKBOT or any(account.get(flag) for flag in _BOTS):
        return NoMember.BOT
    if any(account.get(flag) for flag in _GUESTS):
        return NoMember.GUEST
    if any(not isinstance(account.get(flag), bool) for flag in _ALWAYS):
        return NoMember.UNCLEAR
    if not account["is_email_confirmed"] or account.get("is_invited_user"):
        return NoMember.UNCONFIRMED
    profile = account.get("profile")
    email = profile.get("email") if isinstance(profile, dict) else None
    return SlackMember(user_id, email if isinstance(email, str) else "")
