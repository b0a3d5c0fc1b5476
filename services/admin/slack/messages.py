"""The messages of a grant: posted once, edited at every change, and the votes of a quorum in the thread.

Of two notices at once the newest state wins: each writes its state down, shows the newest that is written, and looks
again. A message that can no longer be edited is no failure: who deleted it does not want it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Final, TypeVar

from services.admin.notify.notice import Failure, Notice
from services.admin.slack.blocks import (
    Details,
    Message,
    buttons_for,
    buttons_of_requester,
    render,
    render_reply,
    render_warning,
)
from services.admin.slack.buttons import Button
from services.admin.slack.client import Posted, SlackClient, SlackError
from services.admin.slack.direct import find_member
from shared.aws.concurrency import gather_all
from shared.aws.dynamodb.slack_messages import Place, Shown, SlackMessages
from shared.core.approval.policy import ApprovalPolicy, permits_chat
from shared.core.chat import SlackWorkspace
from shared.core.events import NoticeEvent

Outcome = TypeVar("Outcome")
# Time that is left, of a notice's, to write down what was posted: without it the next notice would post once more.
_FOR_THE_ROW_S: Final = 0.3
_MOST_EDITS: Final = 5
# Slack's reference, "chat.update", "Errors".
_GONE: Final = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
# In the thread of the channel's message, and of the requester's.
_REPLIES: Final = frozenset({"request.voted", "request.reminder", "request.escalated"})
_WARNINGS: Final = frozenset({"request.ending", "break_glass.ending"})
# A state is newer than those of a smaller number; each vote on a pending request counts one.
_AFTER_PENDING: Final[Mapping[str, int]] = {
    "active": 0,
    "approved": 100,
    "closed": 200,
    "expired": 200,
    "denied": 200,
    "cancelled": 200,
    "withdrawn": 200,
    "consumed": 200,
    "ended": 300,
    "reviewed": 300,
}


def version_of(notice: Notice) -> str:
    """Order the states of a grant: by how far it has come, and of two alike by when they were announced."""
    details = notice.details
    rank = _AFTER_PENDING.get(str(details["status"]), len(details.get("approvals", ())))
    return f"{rank:03}#{notice.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"


@dataclass
class Showing:
    """Shows one notice. `limit_s` is the time for all of it."""

    slack: SlackClient
    workspace: SlackWorkspace
    rows: SlackMessages
    approval: ApprovalPolicy | None
    limit_s: float
    _ends_at: float = field(init=False)
    _causes: list[str] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self._ends_at = asyncio.get_running_loop().time() + self.limit_s - _FOR_THE_ROW_S

    async def show(self, notice: Notice, grant_id: str) -> Failure | None:
        """Show the newest state of the grant; the failure says what Slack did not take.

        Raises:
            AwsError: the row of the grant's messages could not be read or written.

        """
        row = await self.rows.note(grant_id, version_of(notice), notice.details, notice.link, notice.at)
        sent: dict[Place, str] = {}
        is_missing = row.message is None or row.direct is None
        if is_missing and (claimed := await self.rows.claim(grant_id, notice.at)) is not None:
            row = await self._post(claimed, grant_id, sent)
        await self._edit(row, grant_id, sent)
        await self._reply(row, notice)
        return Failure("; ".join(self._causes)) if self._causes else None

    async def _post(self, row: Shown, grant_id: str, sent: dict[Place, str]) -> Shown:
        """Post what is missing, and write down where."""
        version = row.version
        message, direct = await gather_all([self._post_message(row), self._post_direct(row)])
        sent.update({place: version for place in (message, direct) if place is not None})
        return await self.rows.posted(grant_id, message, direct)

    async def _post_message(self, row: Shown) -> Place | None:
        if row.message is not None:
            return None
        shown = self._render(row)
        return await self._try("channel", lambda: self._send(self.workspace.channel, shown))

    async def _post_direct(self, row: Shown) -> Place | None:
        """Post to the requester, where the workspace has them."""
        if row.direct is not None:
            return None
        shown = self._render_direct(row)

        async def send() -> Place | None:
            member = await find_member(self.slack, self.workspace, row.details["user"], self._left_s)
            if member is None:
                return None
            return await self._send(await self.slack.open_direct(member, limit_s=self._left_s()), shown)

        return await self._try("direct message", send)

    async def _send(self, channel: str, shown: Message, thread: str | None = None) -> Place:
        posted = await self.slack.post_message(
            channel, shown.text, shown.blocks, thread_ts=thread, limit_s=self._left_s()
        )
        return Place(posted.channel, posted.ts)

    async def _edit(self, row: Shown, grant_id: str, sent: dict[Place, str]) -> None:
        """Edit until every message shows what the row says after the last of them was edited."""
        for _ in range(_MOST_EDITS):
            stale = [place for place in (row.message, row.direct) if place and sent.get(place) != row.version]
            if not stale:
                return
            await gather_all(self._edit_one(row, place) for place in stale)
            sent.update(dict.fromkeys(stale, row.version))
            row = await self.rows.load(grant_id)

    async def _edit_one(self, row: Shown, place: Place) -> None:
        is_direct = place == row.direct
        shown = self._render_direct(row) if is_direct else self._render(row)
        at = Posted(place.channel, place.ts)

        async def edit() -> None:
            try:
                await self.slack.update_message(at, shown.text, shown.blocks, limit_s=self._left_s())
            except SlackError as error:
                if error.code not in _GONE:
                    raise

        await self._try("direct message" if is_direct else "channel", edit)

    async def _reply(self, row: Shown, notice: Notice) -> None:
        """Reply with the sentence of a notice that changes nothing else, or is a vote, to those whom it concerns."""
        if notice.event in _WARNINGS:
            buttons = self._pressed_by(buttons_of_requester, notice.details)
            place, reply = row.direct, render_warning(notice.text, notice.details, buttons)
        else:
            is_said = notice.event in _REPLIES or _is_last_vote(notice)
            place, reply = row.message if is_said else None, render_reply(notice.text)
        if place is not None:
            channel, thread = place.channel, place.ts
            await self._try("thread", lambda: self._send(channel, reply, thread))

    def _render(self, row: Shown) -> Message:
        return render(row.details, row.link, self._pressed_by(buttons_for, row.details))

    def _render_direct(self, row: Shown) -> Message:
        return render(row.details, row.link, self._pressed_by(buttons_of_requester, row.details))

    def _pressed_by(self, buttons: Callable[[Details], Sequence[Button]], details: Details) -> Sequence[Button]:
        return buttons(details) if permits_chat(self.approval, details["profile"]) else ()

    def _left_s(self) -> float:
        return max(0.0, self._ends_at - asyncio.get_running_loop().time())

    async def _try(self, what: str, call: Callable[[], Awaitable[Outcome]]) -> Outcome | None:
        try:
            return await call()
        except SlackError as error:
            self._causes.append(f"{what}: {error.cause}")
            return None


def _is_last_vote(notice: Notice) -> bool:
    return notice.event is NoticeEvent.REQUEST_APPROVED and notice.details["quorum"] > 1
