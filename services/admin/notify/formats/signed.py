"""Sentinel's own format: the notice as JSON, with an HMAC over time and body."""

import hmac

from pydantic import SecretStr

from services.admin.notify.formats.message import HEADERS, Message
from services.admin.notify.notice import Notice
from shared.core.webhook import Webhook


def render(webhook: Webhook, notice: Notice, timestamp: int) -> Message:
    """Write a signed notice. `timestamp` is the present, in seconds since 1970."""
    assert webhook.secret is not None, "a sentinel webhook has a secret"
    body = notice.body()
    signed = {
        "X-Sentinel-Timestamp": str(timestamp),
        "X-Sentinel-Signature": sign(webhook.secret, timestamp, body),
        "X-Sentinel-Event": notice.event.value,
        "X-Sentinel-Delivery": notice.id,
    }
    return Message(webhook.url, {**HEADERS, **signed}, body)


def sign(secret: SecretStr, timestamp: int, body: bytes) -> str:
    """Sign time and body together, so that neither can be replaced: `v1=` and the HMAC-SHA256 in hex."""
    signed = str(timestamp).encode() + b"." + body
    return "v1=" + hmac.digest(secret.get_secret_value().encode(), signed, "sha256").hex()
