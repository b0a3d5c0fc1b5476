"""Which member of the workspace a user is, for a direct message: the reverse of whom an action is by."""

from collections.abc import Callable
from typing import Final

from services.admin.slack.client import Json, SlackClient, SlackError
from shared.core.chat import SlackMember, SlackWorkspace, is_member_id
from shared.core.chat_member import verify_member
from shared.core.people import person_key

_UNKNOWN: Final = frozenset({"users_not_found", "user_not_found"})


async def find_member(
    slack: SlackClient, workspace: SlackWorkspace, user: str, left_s: Callable[[], float]
) -> str | None:
    """Find the id of the member that a user is; None where the workspace has no full member who is that user.

    Raises:
        SlackError: Slack did not say.

    """
    names = (user, person_key(user))
    for written in dict.fromkeys(member for name in names for member in workspace.members_of(name)):
        account = await _find_account(slack, written, left_s())
        account_id = None if account is None else account.get("id")
        if account is None or not isinstance(account_id, str):
            continue
        member = verify_member(account, account_id, workspace.team_id)
        if isinstance(member, SlackMember) and workspace.user_of(member) in names:
            return member.id
    return None


async def _find_account(slack: SlackClient, written: str, limit_s: float) -> Json | None:
    """Find an account by its id or by its e-mail address."""
    try:
        if is_member_id(written):
            return await slack.users_info(written, limit_s=limit_s)
        return await slack.lookup_by_email(written, limit_s=limit_s)
    except SlackError as error:
        if error.code in _UNKNOWN:
            return None
        raise
