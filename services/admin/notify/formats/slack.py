"""A message for a Slack incoming webhook ("Sending messages using incoming webhooks").

Everything is `plain_text`, so that Slack reads no emphasis, link, mention or emoji out of it (Block Kit reference,
"Text object"); the link to the console is an element of its own (Block Kit reference, "Rich text block"). The fallback
text next to the blocks, which notifications show, is markup by Slack's rules; so that is switched off, and `&`, `<` and
`>` are escaped there ("Formatting text for app surfaces", "Escaping text").
"""

from collections.abc import Mapping
from typing import Any, Final

from services.admin.notify.formats.message import Message, message_of
from services.admin.notify.notice import Notice
from services.admin.notify.quoting import cut, name
from shared.core.webhook import Webhook

_ENTITIES: Final[Mapping[str, str]] = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# Block Kit reference, "Section block": at most 3000 characters of text.
_MAX_TEXT: Final = 3000
_ELLIPSIS: Final = "…"


def render(webhook: Webhook, notice: Notice, _: int = 0) -> Message:
    """Write the sentence, the link, and below them the event, the grant's id and the time."""
    page = [] if notice.link is None else [_link(notice.link)]
    below = f"{notice.event} · {name(notice.details['id'])} · {notice.at:%Y-%m-%d %H:%M UTC}"
    return message_of(
        webhook.url,
        {
            "text": escape(notice.text_with_link),
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
            "blocks": [
                {"type": "section", "text": _plain_text(notice.text)},
                *page,
                {"type": "context", "elements": [_plain_text(below)]},
            ],
        },
    )


def escape(text: str) -> str:
    """Escape a text, cut so that what is left fits a block and no entity is torn."""
    pieces: list[str] = []
    room = _MAX_TEXT - len(_ELLIPSIS)
    for character in text:
        piece = _ENTITIES.get(character, character)
        room -= len(piece)
        if room < 0:
            return "".join([*pieces, _ELLIPSIS])
        pieces.append(piece)
    return "".join(pieces)


def _link(url: str) -> dict[str, Any]:
    """Give a block that is one link: an object of its own, so that it is no markup in a text."""
    link = {"type": "link", "url": url, "text": "Open in the console"}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]}


def _plain_text(text: str) -> dict[str, Any]:
    shown = cut(text, _MAX_TEXT)
    return {"type": "plain_text", "text": shown, "emoji": False}
