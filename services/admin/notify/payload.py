"""What a webhook is sent: a signed notice, or a message for a Slack incoming webhook.

Signed: an HMAC over time and body. Slack ("Sending messages using incoming webhooks"): everything is `plain_text`, so
that Slack reads no emphasis, link, mention or emoji out of it (Block Kit reference, "Text object"); the link to the
console is an element of its own (Block Kit reference, "Rich text block"). The fallback text
next to the blocks, which notifications show, is markup by Slack's rules; so that is switched off, and `&`, `<` and `>`
are escaped there ("Formatting text for app surfaces", "Escaping text").
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from pydantic import SecretStr

from services.admin.notify.notice import Notice
from services.admin.notify.quoting import name
from shared.core.webhook import Webhook

_ENTITIES: Final[Mapping[str, str]] = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# Block Kit reference, "Section block": at most 3000 characters of text.
_MAX_TEXT: Final = 3000
_ELLIPSIS: Final = "…"


@dataclass(frozen=True, slots=True)
class Message:
    """One HTTP POST. Its URL may be a credential, and its body holds what people wrote."""

    url: SecretStr
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def message_for(webhook: Webhook, notice: Notice, timestamp: int) -> Message:
    """Write what a webhook is sent. `timestamp` is the present, in seconds since 1970."""
    headers = {"Content-Type": "application/json", "User-Agent": "Sentinel"}
    if webhook.secret is None:
        return Message(webhook.url, headers, render_slack(notice))
    body = notice.body()
    signed = {
        "X-Sentinel-Timestamp": str(timestamp),
        "X-Sentinel-Signature": sign(webhook.secret, timestamp, body),
        "X-Sentinel-Event": notice.event.value,
        "X-Sentinel-Delivery": notice.id,
    }
    return Message(webhook.url, headers | signed, body)


def sign(secret: SecretStr, timestamp: int, body: bytes) -> str:
    """Sign time and body together, so that neither can be replaced: `v1=` and the HMAC-SHA256 in hex."""
    signed = str(timestamp).encode() + b"." + body
    return "v1=" + hmac.digest(secret.get_secret_value().encode(), signed, "sha256").hex()


def render_slack(notice: Notice) -> bytes:
    """Give the message's JSON: the sentence, the link, and below them the event, the grant's id and the time."""
    page = [] if notice.link is None else [_link(notice.link)]
    below = f"{notice.event} · {name(notice.details['id'])} · {notice.at:%Y-%m-%d %H:%M UTC}"
    return orjson.dumps(
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
    shown = text if len(text) <= _MAX_TEXT else text[: _MAX_TEXT - len(_ELLIPSIS)] + _ELLIPSIS
    return {"type": "plain_text", "text": shown, "emoji": False}
