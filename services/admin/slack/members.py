"""Who sent it: from Slack's id to one user, by what Slack says of the account now and by the document `chat/slack`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from services.admin.slack.client import SlackClient, SlackError
from services.admin.slack.payloads import Sender
from shared.core.chat import NoUser, SlackWorkspace
from shared.core.chat_member import NoMember, verify_member
from shared.core.identity import Principal, chat_person
from shared.edge.error_codes import Code
from shared.edge.responses import Refusal

# How long Slack's word on an account is believed. Who is deactivated can press nothing from then on.
_BELIEVED_S: Final = 60.0
_MOST_KEPT: Final = 1000


@dataclass
class Members:
    """The members of the workspace, as this process has seen them in the last minute. `monotonic` gives seconds."""

    monotonic: Callable[[], float]
    _seen: dict[str, tuple[float, Mapping[str, Any]]] = field(default_factory=dict)

    async def identify(
        self, slack: SlackClient, workspace: SlackWorkspace, sender: Sender, limit_s: float
    ) -> Principal | Refusal:
        """Give the caller that a sender is, or refuse."""
        if sender.home_team != workspace.team_id:
            return _refuse(NoMember.STRANGER)
        try:
            account = await self._account(slack, sender.user, limit_s)
        except SlackError as error:
            return Refusal(Code.UNAVAILABLE, f"Slack did not say whose account this is ({error.cause}). Try again.")
        member = verify_member(account, sender.user, workspace.team_id)
        user = member if isinstance(member, NoMember) else workspace.user_of(member)
        if isinstance(user, NoMember | NoUser):
            return _refuse(user)
        return chat_person(user, workspace.team_id, sender.user)

    async def _account(self, slack: SlackClient, user_id: str, limit_s: float) -> Mapping[str, Any]:
        now = self.monotonic()
        seen_at, account = self._seen.get(user_id, (float("-inf"), None))
        if account is not None and now - seen_at < _BELIEVED_S:
            return account
        account = await slack.users_info(user_id, limit_s=limit_s)
        if len(self._seen) >= _MOST_KEPT:
            self._seen.clear()
        self._seen[user_id] = (now, account)
        return account


def _refuse(reason: NoMember | NoUser) -> Refusal:
    words = f"This Slack account may not act: {reason}." if isinstance(reason, NoMember) else f"Refused: {reason}."
    return Refusal(Code.UNKNOWN_CALLER, words, hint="The platform team keeps the document chat/slack.")
