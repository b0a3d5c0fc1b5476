"""Sending to webhooks."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from ssl import SSLContext

from services.admin.notify.formats.message import Message
from services.admin.notify.formats.table import message_for
from services.admin.notify.notice import Failure, Notice
from services.admin.notify.tries import TRIES, Tries
from services.admin.outbound.errors import CallError
from services.admin.outbound.session import Resolver, Session, as_written, naming_failures, open_session
from shared.core.webhook import Webhook


class WebhookSender:
    """Posts notices, each on a connection of its own."""

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        tries: Tries = TRIES,
        tls: SSLContext | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        """`tls` and `resolver` stand in for the system's trust store and name resolution, where given."""
        self._now = now
        self._tries = tries
        self._tls = tls
        self._resolver = resolver

    async def send(self, webhook: Webhook, notice: Notice) -> Failure | None:
        """Send a notice, again where a failure may pass. None means it was taken (any 2xx)."""
        message = message_for(webhook, notice, int(self._now().timestamp()))
        async with self._open_session(webhook) as session:
            return await self._tries.persist(lambda: _post(session, message))

    def _open_session(self, webhook: Webhook) -> Session:
        return open_session(
            self._tries.each_s, allow_private=webhook.allow_private, tls=self._tls, resolver=self._resolver
        )


async def _post(session: Session, message: Message) -> Failure | None:
    """Try once."""
    try:
        with naming_failures():
            url = as_written(message.url)
            async with session.post(url, data=message.body, headers=message.headers, allow_redirects=False) as response:
                return _judge(response.status)
    except CallError as error:
        return Failure(error.cause, error.may_pass)


def _judge(status: int) -> Failure | None:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    may_pass = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
    return Failure(f"it answered {status}", may_pass)
