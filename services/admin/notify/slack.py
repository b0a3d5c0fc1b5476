"""A notice as a message for a Slack incoming webhook (Slack: "Sending messages using incoming webhooks").

Slack reads `&`, `<` and `>` as the beginnings of links, mentions and entities, so they are escaped: nobody's reason can
forge a link or call a whole channel ("Formatting text for app surfaces", "Escaping text"). `verbatim` keeps Slack from
making links and mentions of plain words.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson

from services.admin.notify.notice import Notice

_ENTITIES: Final[Mapping[str, str]] = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# Block Kit reference, "Section block": at most 3000 characters of text.
_MAX_TEXT: Final = 3000
_ELLIPSIS: Final = "…"


def render_slack(notice: Notice) -> bytes:
    """Give the message's JSON: the sentence, and below it the event, the grant's id and the time."""
    text = escape(notice.text)
    below = escape(f"{notice.event} · {notice.details['id']} · {notice.at:%Y-%m-%d %H:%M UTC}")
    return orjson.dumps(
        {
            "text": text,
            "blocks": [
                {"type": "section", "text": _mrkdwn(text)},
                {"type": "context", "elements": [_mrkdwn(below)]},
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


def _mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
