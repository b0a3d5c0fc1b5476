"""Answers to one person: an ephemeral message for a press, the response for a command, the form itself for a form.

Slack's documentation: "Handling user interaction", "Slash commands" and "Modals". Every response is status 200, for
Slack shows a page of its own for any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from services.admin.slack.blocks import render_reply
from services.admin.slack.client import SlackClient, SlackError
from services.admin.slack.forms import Form, sent_off
from services.admin.slack.payloads import Command, Press, Sent, Submission
from shared.clock import monotonic_s
from shared.edge.audit.line import AuditLine
from shared.edge.error_codes import Code
from shared.edge.responses import File, Refusal, RefusedInWords, Response

Answer: TypeAlias = Response | File | Refusal | RefusedInWords
NOTHING_TO_SAY: Final = File(b"", {"Content-Type": "text/plain", "Cache-Control": "no-store"})
# In the audit line, next to the targets of notices.
_PRIVATE: Final = "slack:private"
_MOST_ERROR: Final = 1000
# Left of Slack's time for the response itself.
_FOR_THE_ANSWER_S: Final = 0.2
_NOT_FOUND: Final = "There is nothing with this id, or you are no approver of it and it is not yours."


@dataclass(frozen=True, slots=True)
class Conversation:
    """Answers who sent it, and no one else. `answer_by_s` is the deadline on the monotonic clock."""

    slack: SlackClient
    sent: Sent
    audit: AuditLine
    answer_by_s: float

    @property
    def limit_s(self) -> float:
        """The seconds that a call of Slack may take now."""
        return max(0.0, self.answer_by_s - monotonic_s() - _FOR_THE_ANSWER_S)

    async def say(self, text: str) -> Response | File:
        """Answer with a sentence. That Slack does not show it is noted, and changes nothing."""
        match self.sent:
            case Command():
                message = render_reply(text)
                return Response({"response_type": "ephemeral", "text": message.text, "blocks": message.blocks})
            case Submission():
                return Response({"response_action": "update", "view": sent_off(text)})
            case Press(channel=channel):
                await self._show(channel, text)
                return NOTHING_TO_SAY

    async def refuse(self, refusal: Refusal, block: str | None = None) -> Refusal | RefusedInWords:
        """Answer with a refusal: in a form at one of its blocks, where the refusal is about one.

        Where Slack does not show it, the refusal itself is the response, which Slack shows as a failure of its own.
        """
        text = _words(refusal)
        match self.sent:
            case Submission() if block is not None:
                errors: Mapping[str, Any] = {"response_action": "errors", "errors": {block: text[:_MOST_ERROR]}}
                return RefusedInWords(refusal, Response(errors))
            case Press(channel=channel):
                return RefusedInWords(refusal, NOTHING_TO_SAY) if await self._show(channel, text) else refusal
            case _:
                return RefusedInWords(refusal, await self.say(text))

    async def open(self, view: Form) -> Answer:
        """Open a form for the sender."""
        try:
            await self.slack.open_view(self.sent.by.trigger, view, limit_s=self.limit_s)
        except SlackError as error:
            refusal = Refusal(Code.UNAVAILABLE, f"Slack did not open the form ({error.cause}). Try again.")
            return await self.refuse(refusal)
        return NOTHING_TO_SAY

    async def _show(self, channel: str, text: str) -> bool:
        message = render_reply(text)
        try:
            await self.slack.post_ephemeral(
                channel, self.sent.by.user, message.text, message.blocks, limit_s=self.limit_s
            )
        except SlackError as error:
            self.audit.not_notified_because = {**(self.audit.not_notified_because or {}), _PRIVATE: error.cause}
            return False
        return True


def _words(refusal: Refusal) -> str:
    message = _NOT_FOUND if refusal.code is Code.NOT_FOUND else refusal.message
    return message if refusal.hint is None else f"{message} {refusal.hint}"
