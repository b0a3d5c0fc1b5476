"""The webhook sender, brought when there is a webhook to call: its HTTP client is a quarter of a cold start."""

from collections.abc import Callable
from datetime import datetime

from services.admin.notify.failure import Failure
from services.admin.notify.notice import Notice
from shared.core.webhook import Webhook


class LateSender:
    """Sends as `WebhookSender` does."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    async def send(self, webhook: Webhook, notice: Notice) -> Failure | None:
        """Send a notice. None means it was taken."""
        from services.admin.notify.sender import WebhookSender  # noqa: PLC0415 - see the module's words

        return await WebhookSender(self._now).send(webhook, notice)
