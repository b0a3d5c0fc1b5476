"""The formats of webhooks, by the word for each in a webhook's document."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from services.admin.notify.formats import pagerduty, signed, slack, teams
from services.admin.notify.formats.message import Message
from services.admin.notify.notice import Notice
from shared.core.webhook import Format, Webhook

# What writes a notice for a webhook; the last argument is the present, in seconds since 1970.
Render: TypeAlias = Callable[[Webhook, Notice, int], Message]
FORMATS: Final[Mapping[Format, Render]] = {
    "sentinel": signed.render,
    "slack": slack.render,
    "pagerduty": pagerduty.render,
    "teams": teams.render,
}


def message_for(webhook: Webhook, notice: Notice, timestamp: int) -> Message:
    """Write what a webhook is sent. `timestamp` is the present, in seconds since 1970."""
    return FORMATS[webhook.format](webhook, notice, timestamp)
