"""Who is notified, and how failed notifications are reported."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest

from services.admin.notify.notice import Failure, Notice, notice_for
from services.admin.notify.notifier import Notifier, Webhooks
from services.admin.notify.sender import WebhookSender
from shared.aws.errors import UnavailableError
from shared.aws.sns import Topic
from shared.core.events import NoticeEvent
from shared.core.webhook import Webhook
from shared.documents import DocumentError
from shared.documents.document import Problem
from tests.unit.admin.notify.samples import NOW, SECRET, lockout, notice, slack_webhook, webhook

TOPIC = "arn:aws:sns:eu-central-1:123456789012:sentinel-events"
AWAY = UnavailableError("ssm", "ConnectTimeoutError")
INVALID = DocumentError([Problem("url", 1, "must begin with https://")])


class Sns:
    """A topic's client that takes everything, or fails as configured."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.published: list[dict[str, Any]] = []

    async def publish(self, **request: Any) -> None:
        if self.failure is not None:
            raise self.failure
        self.published.append(request)


class Sender(WebhookSender):
    """A sender that does as configured instead of sending; `sent` is what it was given."""

    def __init__(self, behave: Callable[[], Awaitable[Failure | None]] | None = None) -> None:
        super().__init__(lambda: NOW)
        self._behave = behave
        self.sent: list[Webhook] = []

    async def send(self, webhook: Webhook, notice: Notice) -> Failure | None:  # noqa: ARG002 - the sender's signature
        self.sent.append(webhook)
        return None if self._behave is None else await self._behave()


async def hang() -> Failure | None:
    await asyncio.Event().wait()
    raise AssertionError("waited for nothing")


async def break_down() -> Failure | None:
    raise RuntimeError(SECRET)


def notifier(
    webhooks: Webhooks | Exception,
    sender: Sender | None = None,
    sns: Sns | None = None,
) -> Notifier:
    async def load() -> Webhooks:
        if isinstance(webhooks, Exception):
            raise webhooks
        return webhooks

    return Notifier(None if sns is None else Topic(sns, TOPIC), load, sender or Sender())


async def test_where_nothing_is_configured_no_one_is_notified() -> None:
    assert await notifier({}).notify(notice()) == {}


async def test_topic_and_webhooks_are_notified() -> None:
    sns, sender = Sns(), Sender()
    notified = await notifier({"ops": webhook(), "chat": slack_webhook()}, sender, sns).notify(notice())
    assert notified == {"sns": True, "webhook:ops": True, "webhook:chat": True}
    assert len(sender.sent) == 2
    texts = orjson.loads(sns.published[0]["Message"])
    assert sns.published[0]["MessageStructure"] == "json"
    assert texts["default"].encode() == notice().body()
    assert texts.keys() == {"default", "email", "sms"}


async def test_a_publication_can_be_filtered_by_event_user_and_profile() -> None:
    sns = Sns()
    await notifier({}, sns=sns).notify(notice())
    assert sns.published[0]["TopicArn"] == TOPIC
    assert sns.published[0]["Subject"] == "Sentinel: request.filed alice prod"
    attributes = {name: value["StringValue"] for name, value in sns.published[0]["MessageAttributes"].items()}
    assert attributes == {"event": "request.filed", "user": "alice", "profile": "prod"}


async def test_a_webhook_is_notified_only_of_the_events_it_selects() -> None:
    webhooks = {
        "break-glass": webhook(more="events: ['break_glass.*']"),
        "off": webhook(more="enabled: false"),
        "all": webhook(),
    }
    sender = Sender()
    assert await notifier(webhooks, sender).notify(notice()) == {"webhook:all": True}
    assert sender.sent == [webhooks["all"]]


async def test_one_targets_failure_is_not_anothers() -> None:
    sender = Sender(break_down)
    notified = await notifier({"ops": webhook()}, sender, Sns()).notify(notice())
    assert notified == {"sns": True, "webhook:ops": False}


async def test_a_topic_that_fails_is_reported_and_webhooks_are_notified() -> None:
    outcomes = await notifier({"ops": webhook()}, sns=Sns(OSError("no route"))).deliver(notice())
    assert outcomes == {"sns": Failure("sns: OSError"), "webhook:ops": None}


async def test_webhooks_that_cannot_be_read_are_one_failure() -> None:
    notifying = notifier(AWAY, sns=Sns())
    assert await notifying.notify(notice()) == {"sns": True, "webhooks": False}
    assert (await notifying.deliver(notice()))["webhooks"] == Failure("ssm: ConnectTimeoutError")


async def test_a_webhook_whose_document_is_not_valid_does_not_hide_the_others() -> None:
    outcomes = await notifier({"bad": INVALID, "good": webhook()}).deliver(notice())
    assert outcomes == {
        "webhook:bad": Failure("its document is not valid: line 1: url: must begin with https://"),
        "webhook:good": None,
    }


async def test_a_webhook_that_hangs_is_given_up_at_the_limit() -> None:
    outcomes = await notifier({"ops": webhook()}, Sender(hang), Sns()).deliver(notice(), limit_s=0.01)
    assert outcomes == {"sns": None, "webhook:ops": Failure("no answer in time")}


@pytest.mark.parametrize("limit_s", [0, -1])
async def test_without_any_time_left_everyone_is_a_failure(limit_s: float) -> None:
    notified = await notifier({"ops": webhook()}, Sender(hang)).notify(notice(), limit_s)
    assert set(notified.values()) == {False}


async def test_webhooks_are_notified_concurrently() -> None:
    everyone = asyncio.Barrier(3)

    async def meet() -> None:
        await everyone.wait()

    webhooks = {name: webhook() for name in ("one", "two", "three")}
    assert all((await notifier(webhooks, Sender(meet)).notify(notice())).values())


async def test_an_unforeseen_failure_is_named_by_its_kind_only() -> None:
    outcomes = await notifier({"ops": webhook()}, Sender(break_down)).deliver(notice())
    assert outcomes == {"webhook:ops": Failure("RuntimeError")}


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "sentinel-events",
        "arn:aws:sqs:eu-central-1:123456789012:sentinel-events",
        "arn:aws:sns:eu-central-1:123456789012:sentinel-events.fifo",
        "arn:aws:sns:eu-central-1:123456789012:sentinel-events:0f2c",
        "arn:aws:sns::123456789012:sentinel-events",
    ],
)
def test_only_the_arn_of_a_standard_topic_is_one(arn: str) -> None:
    with pytest.raises(ValueError, match="not the ARN of a standard SNS topic"):
        Topic(Sns(), arn)


async def test_a_subject_is_one_short_line_of_ascii() -> None:
    sns = Sns()
    await Topic(sns, TOPIC).publish(
        {"default": "{}"}, subject="é\n" + "x" * 200, attributes={"empty": "", "user": "alice"}
    )
    assert sns.published[0]["Subject"] == "??" + "x" * 97
    assert set(sns.published[0]["MessageAttributes"]) == {"user"}


async def test_a_target_that_is_not_a_name_is_quoted_in_the_subject_too() -> None:
    sns = Sns()
    typed = notice_for(NoticeEvent.LOCKOUT_SET, "walt", lockout(name="alice. <b>Approved</b>"), NOW, "fedcba9876543210")
    await Notifier(Topic(sns, TOPIC), no_webhooks, Sender()).notify(typed)
    assert sns.published[0]["Subject"] == 'Sentinel: lockout.set "alice. ?b?Approved?/b?"'


async def no_webhooks() -> Webhooks:
    return {}
