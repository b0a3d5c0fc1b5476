"""Sending to a webhook that behaves, and to one that does not."""

from collections.abc import Callable

import pytest

from services.admin.notify.notice import Failure
from services.admin.notify.sender import WebhookSender
from services.admin.notify.tries import Tries
from shared.core.webhook import Webhook
from tests.patience import LIMIT_S
from tests.service.notify.receiver import Names, Receiver, answers, hangs
from tests.unit.admin.notify.samples import NOW, notice, pagerduty_webhook, slack_webhook, teams_webhook, webhook

QUICK = Tries(each_s=LIMIT_S, pauses_s=(0, 0))


def sender(receiver: Receiver, tries: Tries = QUICK) -> WebhookSender:
    return WebhookSender(lambda: NOW, tries=tries, tls=receiver.trusting, resolver=Names())


def hook(receiver: Receiver) -> Webhook:
    return webhook(receiver.url, "allow_private: true")


async def test_a_notice_arrives_as_it_was_written(receiver: Receiver) -> None:
    assert await sender(receiver).send(hook(receiver), notice()) is None
    (received,) = receiver.received
    assert (received.path, received.body) == ("/hook", notice().body())
    assert received.headers["Content-Type"] == "application/json"
    assert received.headers["X-Sentinel-Timestamp"] == str(int(NOW.timestamp()))


@pytest.mark.parametrize(
    ("make", "begins"),
    [
        (slack_webhook, b'{"text":"alice asks for prod'),
        (pagerduty_webhook, b'{"routing_key":"R0uting'),
        (teams_webhook, b'{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive"'),
    ],
)
async def test_a_message_of_another_format_arrives(
    receiver: Receiver, make: Callable[[str, str], Webhook], begins: bytes
) -> None:
    assert await sender(receiver).send(make(receiver.url, "allow_private: true"), notice()) is None
    [received] = receiver.received
    assert received.body.startswith(begins)
    assert not [name for name in received.headers if name.startswith("X-Sentinel")]


async def test_an_escaped_path_is_not_rewritten(receiver: Receiver) -> None:
    odd = webhook(receiver.url + "/a%2Fb", "allow_private: true")
    assert await sender(receiver).send(odd, notice()) is None
    assert receiver.received[0].path == "/hook/a/b"  # decoded by the receiver, once


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_success_is_a_success(receiver: Receiver, status: int) -> None:
    receiver.behaviours = [answers(status)]
    assert await sender(receiver).send(hook(receiver), notice()) is None
    assert len(receiver.received) == 1


@pytest.mark.parametrize("status", [500, 503, 429])
async def test_a_failure_that_may_pass_is_tried_again(receiver: Receiver, status: int) -> None:
    receiver.behaviours = [answers(status), answers(200)]
    assert await sender(receiver).send(hook(receiver), notice()) is None
    first, second = receiver.received
    assert first == second


async def test_two_more_tries_are_made_and_no_third(receiver: Receiver) -> None:
    receiver.behaviours = [answers(500)]
    assert await sender(receiver).send(hook(receiver), notice()) == Failure("it answered 500", may_pass=True)
    assert len(receiver.received) == 3


@pytest.mark.parametrize("status", [400, 401, 404, 410])
async def test_a_refusal_is_not_tried_again(receiver: Receiver, status: int) -> None:
    receiver.behaviours = [answers(status), answers(200)]
    assert await sender(receiver).send(hook(receiver), notice()) == Failure(f"it answered {status}")
    assert len(receiver.received) == 1


async def test_a_webhook_that_hangs_is_given_up(receiver: Receiver) -> None:
    receiver.behaviours = [hangs]
    impatient = sender(receiver, Tries(each_s=0.2, pauses_s=(0,)))
    assert await impatient.send(hook(receiver), notice()) == Failure("no answer in time", may_pass=True)


async def test_a_webhook_that_is_away_is_a_failure(receiver: Receiver, unused_tcp_port: int) -> None:
    away = webhook(f"https://hooks.example:{unused_tcp_port}/", "allow_private: true")
    assert await sender(receiver).send(away, notice()) == Failure("no connection", may_pass=True)


async def test_a_name_that_does_not_resolve_is_a_failure(receiver: Receiver) -> None:
    lost = WebhookSender(lambda: NOW, tries=QUICK, tls=receiver.trusting, resolver=Names(()))
    assert await lost.send(hook(receiver), notice()) == Failure("no connection", may_pass=True)


@pytest.mark.parametrize("url", ["https://hooks.example:99999/", "https://hooks..example/", "https://./"])
async def test_an_unusable_url_is_a_failure(url: str) -> None:
    assert await WebhookSender(lambda: NOW, tries=QUICK).send(webhook(url), notice()) == Failure(
        "its URL cannot be used"
    )
