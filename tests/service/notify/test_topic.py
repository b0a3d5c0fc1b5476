"""Publishing, and reading it back through a subscription, from the emulator."""

from collections.abc import Callable
from contextlib import aclosing, closing
from typing import Any

import boto3
import orjson
import pytest

from services.admin.notify.notifier import Notifier, WebhookDocuments
from services.admin.notify.sender import WebhookSender
from shared.aws.clients import Clients, Service, open_clients
from shared.aws.errors import RefusedError, UnavailableError
from shared.aws.sns import Topic
from shared.aws.ssm.documents import SsmDocuments
from shared.clock import utc_now
from shared.core.events import NoticeEvent
from tests.service.conftest import REGION
from tests.unit.admin.notify.samples import SECRET, notice

Subscribe = Callable[[dict[str, list[Any]]], Callable[[], list[dict[str, Any]]]]


@pytest.fixture
async def topic_arn(clients: Clients) -> str:
    return str((await clients.sns.create_topic(Name="sentinel-events"))["TopicArn"])


@pytest.fixture
def subscribe(topic_arn: str, aws_url: str) -> Subscribe:
    """Subscribe a queue under a filter policy; what that gives reads the messages it got."""

    def subscribe(filter_policy: dict[str, list[Any]]) -> Callable[[], list[dict[str, Any]]]:
        with closing(boto3.client("sns", REGION, endpoint_url=aws_url)) as sns:
            queue_url = _call(aws_url, "create_queue", QueueName="listener")["QueueUrl"]
            sns.subscribe(
                TopicArn=topic_arn,
                Protocol="sqs",
                Endpoint=f"arn:aws:sqs:{REGION}:123456789012:listener",
                Attributes={"FilterPolicy": orjson.dumps(filter_policy).decode()},
            )

        def read() -> list[dict[str, Any]]:
            answer = _call(aws_url, "receive_message", QueueUrl=queue_url, MaxNumberOfMessages=10)
            return [orjson.loads(message["Body"]) for message in answer.get("Messages", [])]

        return read

    return subscribe


def _call(aws_url: str, operation: str, **request: Any) -> dict[str, Any]:
    with closing(boto3.client("sqs", REGION, endpoint_url=aws_url)) as sqs:
        answer: dict[str, Any] = getattr(sqs, operation)(**request)
        return answer


def notifier(clients: Clients, topic_arn: str | None) -> Notifier:
    topic = None if topic_arn is None else Topic(clients.sns, topic_arn)
    documents = WebhookDocuments(SsmDocuments(clients.ssm, "/sentinel"))
    return Notifier(topic, documents.load, WebhookSender(utc_now))


async def put_webhook(clients: Clients, name: str, text: str) -> None:
    await clients.ssm.put_parameter(Name=f"/sentinel/webhooks/{name}", Value=text, Type="SecureString")


async def test_a_subscriber_gets_the_notice(clients: Clients, topic_arn: str, subscribe: Subscribe) -> None:
    read = subscribe({"profile": ["prod"]})
    assert await notifier(clients, topic_arn).notify(notice()) == {"sns": True}
    (message,) = read()
    assert message["Subject"] == "Sentinel: request.filed alice prod"
    assert message["Message"].encode() == notice().body()


async def test_a_subscription_filters_by_event(clients: Clients, topic_arn: str, subscribe: Subscribe) -> None:
    read = subscribe({"event": [{"prefix": "break_glass."}], "profile": ["prod"]})
    for event in (NoticeEvent.REQUEST_FILED, NoticeEvent.BREAK_GLASS_STARTED):
        await notifier(clients, topic_arn).notify(notice(event))
    assert [orjson.loads(message["Message"])["event"] for message in read()] == ["break_glass.started"]


async def test_the_longest_of_everything_is_taken(clients: Clients, topic_arn: str) -> None:
    long = notice(user="u" * 256, profile="p" * 64, reason="é" * 1000, approvers=["g" * 256] * 200)
    assert await notifier(clients, topic_arn).notify(long) == {"sns": True}


async def test_a_topic_that_is_gone_is_a_refusal(clients: Clients, topic_arn: str) -> None:
    await clients.sns.delete_topic(TopicArn=topic_arn)
    with pytest.raises(RefusedError, match="NotFound"):
        await Topic(clients.sns, topic_arn).publish({"default": "{}"}, subject="s", attributes={})
    assert await notifier(clients, topic_arn).notify(notice()) == {"sns": False}


@pytest.mark.usefixtures("dummy_credentials")
async def test_an_sns_that_is_away_is_unavailable(monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{unused_tcp_port}")
    async with aclosing(await open_clients(REGION, services=[Service.SNS])) as clients:
        topic = Topic(clients.sns, f"arn:aws:sns:{REGION}:123456789012:sentinel-events")
        with pytest.raises(UnavailableError):
            await topic.publish({"default": "{}"}, subject="s", attributes={})


async def test_webhooks_are_read_from_their_folder_to_its_end(clients: Clients) -> None:
    for number in range(12):
        await put_webhook(clients, f"hook-{number}", f'{{"url": "https://hooks.example/", "secret": "{SECRET}"}}')
    loaded = await WebhookDocuments(SsmDocuments(clients.ssm, "/sentinel")).load()
    assert set(loaded) == {f"hook-{number}" for number in range(12)}


async def test_a_webhook_that_cannot_be_used_is_a_failure_that_repeats_nothing(clients: Clients) -> None:
    await put_webhook(clients, "bad", f"url: http://{SECRET}/\nsecret: *{SECRET}\n")
    outcomes = await notifier(clients, None).deliver(notice())
    failure = outcomes["webhook:bad"]
    assert failure is not None
    assert "must begin with https://" in failure.cause
    assert SECRET not in failure.cause


async def test_a_webhook_that_was_switched_off_is_not_notified_any_more(clients: Clients) -> None:
    await put_webhook(clients, "ops", f'{{"url": "https://10.0.0.1/", "secret": "{SECRET}"}}')
    notifying = notifier(clients, None)
    assert await notifying.notify(notice()) == {"webhook:ops": False}
    await clients.ssm.put_parameter(
        Name="/sentinel/webhooks/ops",
        Value=f'{{"url": "https://10.0.0.1/", "secret": "{SECRET}", "enabled": false}}',
        Type="SecureString",
        Overwrite=True,
    )
    assert await notifying.notify(notice()) == {}
