"""Which member of the workspace a user is, for a direct message: the reverse of whom an action is by."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from services.admin.slack.client import SlackClient, SlackError
from shared.core.chat import SlackMember, SlackWorkspace, is_member_id
from shared.core.people import person_key

_NO_FULL_MEMBER: Final = ("deleted", "is_bot", "is_app_user", "is_restricted", "is_ultra_restricted", "is_stranger")
_UNKNOWN: Final = frozenset({"users_not_found", "user_not_found"})


async def find_member(
    slack: SlackClient, workspace: SlackWorkspace, user: str, left_s: Callable[[], float]
) -> str | None:
    """Find the id of the member that a user is; None where the workspace has no full member who is that user.

    Raises:
        SlackError: Slack did not say.

    """
    for written in dict.fromkeys([*workspace.members_of(user), *workspace.members_of(person_key(user))]):
        try:
            if is_member_id(written):
                profile = await slack.users_info(written, limit_s=left_s())
            else:
                profile = await slack.lookup_by_email(written, limit_s=left_s())
        except SlackError as error:
            if error.code in _UNKNOWN:
                continue
            raise
        member = _full_member(profile, workspace.team_id)
        if member is not None and workspace.user_of(member) in (user, person_key(user)):
            return member.id
    return None


def _full_member(profile: Mapping[str, Any], team_id: str) -> SlackMember | None:
    """Give the member that a profile is of: in this workspace, in use, no guest and no bot (Slack, "User object")."""
    is_other = any(profile.get(key) for key in _NO_FULL_MEMBER) or profile.get("team_id") != team_id
    if is_other or not isinstance(profile.get("id"), str):
        return None
    email = (profile.get("profile") or {}).get("email") if profile.get("is_email_confirmed") else None
    return SlackMember(profile["id"], email if isinstance(email, str) else "")
