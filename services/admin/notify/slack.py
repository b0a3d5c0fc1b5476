"""A notice as a message for a Slack incoming webhook (Slack: "Sending messages using incoming webhooks").

Everything is `plain_text`: Slack reads no emphasis, link, mention or emoji out of it (Block Kit reference, "Text
object"). The fallback text beside the blocks, which notifications show, is markup by Slack's rules, so that is
switched off, and `&`, `<` and `>` are escaped there ("Formatting text for app surfaces", "Escaping text").
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from services.admin.notify.notice import Notice
from services.admin.notify.quoting import name

_ENTITIES: Final[Mapping[str, str]] = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# Block Kit reference, "Section block": at most 3000 characters of text.
_MAX_TEXT: Final = 3000
_ELLIPSIS: Final = "…"


def render_slack(notice: Notice) -> bytes:
    """Give the message's JSON: the sentence, and below it the event, the grant's id and the time."""
    below = f"{notice.event} · {name(notice.details['id'])} · {notice.at:%Y-%m-%d %H:%M UTC}"
    return orjson.dumps(
        {
            "text": escape(notice.text),
            "mrkdwn": False,
            "unfurl_links": False,
            "unfurl_media": False,
            "blocks": [
                {"type": "section", "text": _plain_text(notice.text)},
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


def _plain_text(text: str) -> dict[str, Any]:
    shown = text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - len(_ELLIPSIS)] + _ELLIPSIS
    return {"type": "plain_text", "text": shown, "emoji": False}
