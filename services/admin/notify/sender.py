"""Sending to webhooks: addresses that other people chose, so nothing about them is trusted."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from ssl import SSLContext
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from services.admin.notify.authorities import trusted_authorities
from services.admin.notify.notice import Failure, Notice
from services.admin.notify.payload import Message, message_for
from services.admin.notify.ssrf_guard import InternalAddressError, open_public_socket, open_socket
from shared.core.webhook import Webhook

# As much of an answer as is buffered; none of it is ever read.
_READ_BUFFER: Final = 1024


@dataclass(frozen=True, slots=True)
class Tries:
    """`each_s` is the time of one try, `pauses_s` the pause before each further one, in seconds."""

    each_s: float = 2.0
    pauses_s: tuple[float, ...] = (0.2, 0.4)


class WebhookSender:
    """Posts notices. Each gets a new connection: none would survive Lambda's freezing of the process."""

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        tries: Tries = Tries(),
        tls: SSLContext | None = None,
        resolver: AbstractResolver | None = None,
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
            failure = await _post(session, message)
            for pause_s in self._tries.pauses_s:
                if failure is None or not failure.may_pass:
                    break
                await asyncio.sleep(pause_s)
                failure = await _post(session, message)
            return failure

    def _open_session(self, webhook: Webhook) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            ssl=self._tls or trusted_authorities(),
            resolver=self._resolver,
            use_dns_cache=False,
            force_close=True,
            socket_factory=open_socket if webhook.allow_private else open_public_socket,
        )
        return aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=self._tries.each_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            read_bufsize=_READ_BUFFER,
        )


async def _post(session: aiohttp.ClientSession, message: Message) -> Failure | None:
    """Try once. Errors are reported by their kind: the text of one may hold the URL."""
    try:
        # As written: quoting it again could turn it into another one.
        url = URL(message.url.get_secret_value(), encoded=True)
        async with session.post(url, data=message.body, headers=message.headers, allow_redirects=False) as response:
            return _judge(response.status)
    except TimeoutError:
        return Failure("no answer in time", may_pass=True)
    except aiohttp.ClientSSLError:
        return Failure("its certificate is not trusted, or TLS failed")
    except aiohttp.ClientConnectorError as error:
        if isinstance(error.os_error, InternalAddressError):
            return Failure("its address is internal; its document does not allow that")
        return Failure("no connection", may_pass=True)
    except ValueError:
        return Failure("its URL cannot be used")
    except (aiohttp.ClientError, OSError):
        return Failure("the connection broke, or what answered was not HTTP", may_pass=True)


def _judge(status: int) -> Failure | None:
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    may_pass = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS
    return Failure(f"it answered {status}", may_pass)
