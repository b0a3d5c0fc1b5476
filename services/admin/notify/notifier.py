"""Notifications of a committed change, to topic, event bus, chat and webhooks, concurrently.

A failure never undoes the change.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, TypeAlias, TypeVar

from services.admin.notify.bus import put_on_bus
from services.admin.notify.formats.topic import subject_of, texts_of
from services.admin.notify.notice import Failure, Notice, notice_for
from shared.aws.concurrency import gather_all
from shared.aws.errors import AwsError, UnreadableError
from shared.aws.event_bus import EventBus
from shared.aws.sns import Topic
from shared.aws.ssm.documents import Document, SsmDocuments
from shared.core.events import NoticeEvent
from shared.core.webhook import Webhook
from shared.documents import DocumentError, Problem, load_webhook
from shared.edge.lambda_app import InvocationContext, RequestContext

# By name; an error in the place of a document that cannot be used.
Webhooks: TypeAlias = Mapping[str, Webhook | DocumentError]
Outcome = TypeVar("Outcome")
LIMIT_S: Final = 5.0
_TOPIC: Final = "sns"
_BUS: Final = "event_bus"
_CHAT: Final = "slack"
_ALL_WEBHOOKS: Final = "webhooks"
WEBHOOKS_FOLDER: Final = "webhooks"
# Seconds of the request's time that are left for the response itself.
_FOR_THE_RESPONSE_S: Final = 0.5


class Sender(Protocol):
    """What calls a webhook."""

    async def send(self, webhook: Webhook, notice: Notice) -> Failure | None:
        """Send a notice. None means it was taken."""
        ...


class Chat(Protocol):
    """What shows notices in a chat, where one is configured."""

    async def show(self, notice: Notice, limit_s: float) -> Mapping[str, Failure | None]:
        """Show a notice within `limit_s` seconds, and say of the target whether it took it; empty for none of its."""
        ...


class Notifier:
    """Notifies a topic, an event bus and a chat, where configured, and every webhook that wants the event."""

    def __init__(
        self,
        topic: Topic | None,
        load_webhooks: Callable[[], Awaitable[Webhooks]],
        sender: Sender,
        chat: Chat | None = None,
        bus: EventBus | None = None,
    ) -> None:
        """Where `load_webhooks` raises AwsError, no webhook is called, and the result says so."""
        self._topic = topic
        self._load_webhooks = load_webhooks
        self._sender = sender
        self._chat = chat
        self._bus = bus

    async def notify(self, notice: Notice, limit_s: float = LIMIT_S) -> Mapping[str, bool]:
        """Notify everyone within `limit_s` seconds, and say of each target whether it was notified.

        A target is `sns`, `event_bus`, `slack`, `webhook:<name>`, or `webhooks` where they could not even be read. No
        target's failure is raised.
        """
        return {target: failure is None for target, failure in (await self.deliver(notice, limit_s)).items()}

    async def deliver(self, notice: Notice, limit_s: float = LIMIT_S) -> Mapping[str, Failure | None]:
        """Do the same as `notify`, and say why a target was not notified."""
        deadline = asyncio.get_running_loop().time() + limit_s
        outcomes = await gather_all(
            each(notice, deadline) for each in (self._publish, self._put, self._show, self._send_all)
        )
        return {target: failure for outcome in outcomes for target, failure in outcome.items()}

    async def _publish(self, notice: Notice, deadline: float) -> Mapping[str, Failure | None]:
        if self._topic is None:
            return {}
        return {_TOPIC: await _outcome(_publish(self._topic, notice), deadline)}

    async def _put(self, notice: Notice, deadline: float) -> Mapping[str, Failure | None]:
        if self._bus is None:
            return {}
        return {_BUS: await _outcome(put_on_bus(self._bus, notice), deadline)}

    async def _show(self, notice: Notice, deadline: float) -> Mapping[str, Failure | None]:
        if self._chat is None:
            return {}
        limit_s = deadline - asyncio.get_running_loop().time()
        shown = await _outcome(self._chat.show(notice, limit_s), deadline)
        return {_CHAT: shown} if isinstance(shown, Failure) else shown

    async def _send_all(self, notice: Notice, deadline: float) -> Mapping[str, Failure | None]:
        webhooks = await _outcome(self._load_webhooks(), deadline)
        if isinstance(webhooks, Failure):
            return {_ALL_WEBHOOKS: webhooks}
        receivers = {name: hook for name, hook in webhooks.items() if _wants(hook, notice)}
        outcomes = await gather_all(self._send(hook, notice, deadline) for hook in receivers.values())
        return {f"webhook:{name}": outcome for name, outcome in zip(receivers, outcomes, strict=True)}

    async def _send(self, webhook: Webhook | DocumentError, notice: Notice, deadline: float) -> Failure | None:
        if isinstance(webhook, DocumentError):
            return Failure(f"its document is not valid: {webhook}")
        return await _outcome(self._sender.send(webhook, notice), deadline)


async def _publish(topic: Topic, notice: Notice) -> None:
    attributes = {"event": notice.event, "user": notice.user, "profile": notice.profile}
    await topic.publish(
        texts_of(notice),
        subject=subject_of(notice),
        attributes={key: text for key, text in attributes.items() if text is not None},
    )


def _wants(webhook: Webhook | DocumentError, notice: Notice) -> bool:
    return isinstance(webhook, DocumentError) or webhook.wants(notice.event)


async def _outcome(delivery: Awaitable[Outcome], deadline: float) -> Outcome | Failure:
    """Await until the deadline, on the loop's clock; any error is a failure."""
    try:
        async with asyncio.timeout_at(deadline):
            return await delivery
    except TimeoutError:
        return Failure("no answer in time")
    except AwsError as error:
        return Failure(str(error))
    except Exception as error:  # noqa: BLE001 - the action is done; no defect of a notification may make it look undone
        return Failure(type(error).__name__)


class WebhookDocuments:
    """Reads every webhook for each notice: notices are few, and one that was switched off gets nothing more."""

    def __init__(self, documents: SsmDocuments) -> None:
        self._documents = documents

    async def load(self) -> Webhooks:
        """Load all webhooks by name, with an error in the place of one that cannot be used.

        Raises:
            AwsError: the folder could not be read to its end.

        """
        texts = await self._documents.load_folder(WEBHOOKS_FOLDER)
        return {name: _load(text) for name, text in texts.items()}


def _load(text: Document[str] | UnreadableError) -> Webhook | DocumentError:
    if isinstance(text, UnreadableError):
        return DocumentError([Problem("", None, str(text))])
    try:
        return load_webhook(text.value)
    except DocumentError as error:
        return error


@dataclass(frozen=True, slots=True)
class Announcer:
    """Sends an invocation's notifications. `ids` makes the ids of deliveries; `console_url` is where they link to."""

    notifier: Notifier
    ids: Callable[[], str]
    console_url: str | None = None

    async def announce(
        self,
        ctx: RequestContext,
        event: NoticeEvent,
        about: Mapping[str, Any],
        at: datetime,
    ) -> Mapping[str, bool]:
        """Notify of one change by the caller, within what is left of the time; the audit line says who was notified."""
        return await self._announce(ctx, event, ctx.principal.user, about, at)

    async def announce_by_time(
        self, ctx: InvocationContext, event: NoticeEvent, about: Mapping[str, Any], at: datetime
    ) -> Mapping[str, bool]:
        """Do the same for a change by time. Of several in one invocation, the audit line says what failed at all."""
        return await self._announce(ctx, event, None, about, at)

    async def _announce(
        self, ctx: InvocationContext, event: NoticeEvent, actor: str | None, about: Mapping[str, Any], at: datetime
    ) -> Mapping[str, bool]:
        notice = notice_for(event, actor, about, at, self.ids(), self.console_url)
        with ctx.audit.step("notify"):
            limit_s = max(0.0, min(LIMIT_S, ctx.time_left_s - _FOR_THE_RESPONSE_S))
            outcomes = await self.notifier.deliver(notice, limit_s)
        notified = {target: failure is None for target, failure in outcomes.items()}
        before = ctx.audit.notified or {}
        ctx.audit.notified = {**before, **{target: ok and before.get(target, True) for target, ok in notified.items()}}
        causes = {target: failure.cause for target, failure in outcomes.items() if failure is not None}
        ctx.audit.not_notified_because = {**(ctx.audit.not_notified_because or {}), **causes}
        return notified
