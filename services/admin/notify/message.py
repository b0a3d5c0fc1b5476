"""What a webhook is sent: a signed notice, or a Slack message."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from services.admin.notify.notice import Notice
from services.admin.notify.slack import render_slack
from shared.core.webhook import Webhook


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
