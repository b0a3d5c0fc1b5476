"""Slack's Web API: the few methods that are used, each within a limit of time, each failure by its kind.

slack_sdk's own errors hold the request with its token, and its logger writes what is sent. Neither leaves this module.
The module is imported where Slack is on and first needed: the SDK and its HTTP library are a third of a cold start.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from ssl import SSLContext
from types import TracebackType
from typing import Any, Final, Self, TypeAlias

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from services.admin.outbound.authorities import trusted_authorities

# An object of JSON, and of Block Kit.
Json: TypeAlias = dict[str, Any]
_CODE: Final = re.compile(r"[a-z0-9_]{1,64}")
_SECONDS: Final = re.compile(r"[0-9]{1,6}")
# Attached to no handler, regardless of what the process logs.
_SILENT: Final = logging.Logger("slack", level=logging.CRITICAL)  # noqa: LOG001 - attached to nothing is the point


class SlackError(Exception):
    """A call that did nothing, or whose outcome is unknown: `cause` names its kind, no token and nothing that was sent.

    `code` is Slack's own word where Slack answered with one (Slack's reference, "Errors" of each method), else None.
    """

    def __init__(self, cause: str, code: str | None = None) -> None:
        super().__init__(cause)
        self.cause = cause
        self.code = code


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message is: `ts` names it within its channel."""

    channel: str
    ts: str


class SlackClient:
    """The Web API with a bot's token. An async context manager: its calls share connections, which end with it.

    Every method takes `limit_s`, the seconds the whole call may take, and raises `SlackError`. A rate limit is waited
    for where Slack's `Retry-After` ends within the limit.
    """

    def __init__(self, token: SecretStr, base_url: str, tls: SSLContext | None = None) -> None:
        """`tls` takes the place of the system's trust store, where given."""
        self._token = token
        self._base_url = base_url
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(use_dns_cache=False),
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def users_info(self, user: str, *, limit_s: float) -> Json:
        """Give the profile of a workspace's user, by id."""
        return _object(await self._call(lambda api: api.users_info(user=user), limit_s), "user")

    async def lookup_by_email(self, email: str, *, limit_s: float) -> Json:
        """Give the profile of the user with an e-mail address; `users_not_found` where the workspace has none."""
        return _object(await self._call(lambda api: api.users_lookupByEmail(email=email), limit_s), "user")

    async def open_direct(self, user: str, *, limit_s: float) -> str:
        """Give the id of the channel between the bot and one user."""
        return _text(
            _object(await self._call(lambda api: api.conversations_open(users=[user]), limit_s), "channel"), "id"
        )

    async def open_view(self, trigger_id: str, view: Json, *, limit_s: float) -> Json:
        """Open a modal for the person whose action had the trigger, within 3 s of that action."""
        return _object(await self._call(lambda api: api.views_open(trigger_id=trigger_id, view=view), limit_s), "view")

    async def post_message(
        self, channel: str, text: str, blocks: Sequence[Json], *, thread_ts: str | None = None, limit_s: float
    ) -> Posted:
        """Post a message, in a thread where one is named. `text` is what notifications show, escaped already."""
        answer = await self._call(
            lambda api: api.chat_postMessage(
                channel=channel, text=text, blocks=blocks, thread_ts=thread_ts, **_AS_WRITTEN, **_NO_MARKUP
            ),
            limit_s,
        )
        return Posted(_text(answer, "channel"), _text(answer, "ts"))

    async def update_message(self, posted: Posted, text: str, blocks: Sequence[Json], *, limit_s: float) -> None:
        """Replace a message. What is left out is removed."""
        await self._call(
            lambda api: api.chat_update(channel=posted.channel, ts=posted.ts, text=text, blocks=blocks, **_AS_WRITTEN),
            limit_s,
        )

    async def post_ephemeral(
        self, channel: str, user: str, text: str, blocks: Sequence[Json] = (), *, limit_s: float
    ) -> None:
        """Show a message to one user of a channel. `text` is escaped already."""
        await self._call(
            lambda api: api.chat_postEphemeral(
                channel=channel, user=user, text=text, blocks=blocks or None, **_AS_WRITTEN
            ),
            limit_s,
        )

    async def _call(self, method: Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]], limit_s: float) -> Json:
        if self._session is None:
            raise RuntimeError("a SlackClient is used inside `async with`")
        api = AsyncWebClient(
            token=self._token.get_secret_value(),
            base_url=self._base_url,
            ssl=self._tls or trusted_authorities(),
            session=self._session,
            logger=_SILENT,
            retry_handlers=[],
        )
        api.proxy = None  # the SDK takes one from the environment
        deadline = asyncio.get_running_loop().time() + limit_s
        answer: Json | SlackError
        try:
            async with asyncio.timeout_at(deadline):
                answer = await _answer(lambda: method(api), deadline)
        except TimeoutError:
            answer = SlackError("no answer in time")
        # Not inside `except`: the SDK's error, with the token in it, would be this one's context.
        if isinstance(answer, SlackError):
            raise answer
        return answer


# Of the text: no names or links are searched for in it, and of a new message no markup is read and no page shown.
_AS_WRITTEN: Final[Mapping[str, Any]] = {"parse": "none", "link_names": False}
_NO_MARKUP: Final[Mapping[str, Any]] = {"mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


async def _answer(call: Callable[[], Awaitable[AsyncSlackResponse]], deadline: float) -> Json | SlackError:
    """Call until it is answered by something else than a rate limit that ends before the deadline."""
    while True:
        outcome = await _try(call)
        if not isinstance(outcome, _RateLimited):
            return outcome
        if asyncio.get_running_loop().time() + outcome.retry_after_s >= deadline:
            return SlackError(f"rate limited for {outcome.retry_after_s} s", "ratelimited")
        await asyncio.sleep(outcome.retry_after_s)


@dataclass(frozen=True, slots=True)
class _RateLimited:
    retry_after_s: int


async def _try(call: Callable[[], Awaitable[AsyncSlackResponse]]) -> Json | SlackError | _RateLimited:
    try:
        answer = (await call()).data
    except SlackApiError as error:
        return _judge(error.response)
    except aiohttp.ClientSSLError:
        return SlackError("its certificate is not trusted, or TLS failed")
    except aiohttp.ClientConnectorError:
        return SlackError("no connection")
    except (aiohttp.ClientError, OSError, ValueError, AttributeError):  # the last is the SDK's, for a body of text
        return SlackError("the connection broke, or what answered was not Slack's API")
    return answer if isinstance(answer, dict) else SlackError("what answered was not Slack's API")


def _judge(response: Any) -> SlackError | _RateLimited:
    """Say what an answer that is no success means: `response` is the SDK's, or of no JSON the HTTP library's."""
    status = getattr(response, "status_code", None)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        after = str(response.headers.get("Retry-After", ""))
        return _RateLimited(int(after) if _SECONDS.fullmatch(after) else 1)
    data = getattr(response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    if isinstance(code, str) and _CODE.fullmatch(code):
        return SlackError(f"Slack answered {code}", code)
    is_none_of_slacks = status in (None, HTTPStatus.OK)
    return SlackError("what answered was not Slack's API" if is_none_of_slacks else f"it answered {status}")


def _object(answer: Json, key: str) -> Json:
    found = answer.get(key)
    if not isinstance(found, dict):
        raise SlackError(f"Slack's answer has no {key}")
    return found


def _text(answer: Json, key: str) -> str:
    found = answer.get(key)
    if not isinstance(found, str):
        raise SlackError(f"Slack's answer has no {key}")
    return found
