"""A message for Microsoft Teams: an Adaptive Card for a webhook of the Workflows app (Teams guide, "Create incoming
webhooks with Workflows"; Adaptive Cards schema, https://adaptivecards.io/explorer).

All text is in `TextRun`s, which know no Markdown; a `TextBlock` would read it. The card has no `msteams` entities,
without which nothing in it is a mention. The link to the console is an action of its own.
"""

import re
from typing import Any, Final

from services.admin.notify.formats.message import HEADERS, Message, message_of
from services.admin.notify.notice import Notice
from services.admin.notify.quoting import cut, name, without_links
from shared.core.webhook import Webhook

# The version that brought TextRun.
_VERSION: Final = "1.2"
# Teams takes 28 KB a message, and a character has at most four bytes.
_MAX_TEXT: Final = 3000
# A body whose encoding is not named counts twice.
_HEADERS: Final = {**HEADERS, "Content-Type": "application/json; charset=utf-8"}
# Two braces would begin a function that formats a date (Adaptive Cards guide, "Text features").
_FUNCTION: Final = re.compile(r"\{(?=\{)")


def render(webhook: Webhook, notice: Notice, _: int = 0) -> Message:
    """Write the sentence, below it the event, the grant's id and the time, and a button that opens the console."""
    below = f"{notice.event} · {name(notice.details['id'])} · {notice.at:%Y-%m-%d %H:%M UTC}"
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": _VERSION,
        "body": [_text(notice.text), _text(below, isSubtle=True, size="small")],
    }
    if notice.link is not None:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open in the console", "url": notice.link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return message_of(webhook.url, {"type": "message", "attachments": [attachment]}, _HEADERS)


def _text(text: str, **style: Any) -> dict[str, Any]:
    shown = cut(_FUNCTION.sub("{ ", without_links(text)), _MAX_TEXT)
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": shown, **style}]}
