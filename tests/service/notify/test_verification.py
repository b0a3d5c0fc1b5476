"""What the documentation tells receivers to run, run on what is really sent."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import pytest

from deploy.docs.pages import DOCS
from services.admin.notify.sender import WebhookSender
from services.admin.notify.tries import Tries
from shared.clock import utc_now
from tests.patience import LIMIT_S
from tests.service.notify.receiver import Names, Received, Receiver
from tests.unit.admin.notify.samples import SECRET, notice, webhook

Verify = Callable[[str, Mapping[str, str], bytes], bool]


@pytest.fixture
def is_genuine() -> Verify:
    page = (DOCS / "notifications.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    names: dict[str, Verify] = {}
    exec(compile(snippet, "docs/notifications.md", "exec"), names)  # noqa: S102 - our own page, as a reader would run it
    return names["is_genuine"]


async def received_from(receiver: Receiver, now: Callable[[], datetime] = utc_now) -> Received:
    sender = WebhookSender(now, tries=Tries(each_s=LIMIT_S), tls=receiver.trusting, resolver=Names())
    assert await sender.send(webhook(receiver.url, "allow_private: true"), notice(reason="é")) is None
    return receiver.received[0]


async def test_what_was_sent_is_genuine(receiver: Receiver, is_genuine: Verify) -> None:
    sent = await received_from(receiver)
    assert is_genuine(SECRET, sent.headers, sent.body)


async def test_another_secret_body_or_signature_is_not(receiver: Receiver, is_genuine: Verify) -> None:
    sent = await received_from(receiver)
    signature = sent.headers["X-Sentinel-Signature"]
    assert not is_genuine(SECRET + "x", sent.headers, sent.body)
    assert not is_genuine(SECRET, sent.headers, sent.body + b" ")
    for forged in ("", "v1=", signature[:-1], signature.removeprefix("v1="), signature.replace("v1", "v2"), "é"):
        assert not is_genuine(SECRET, {**sent.headers, "X-Sentinel-Signature": forged}, sent.body)


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6)])
async def test_what_is_too_old_or_from_the_future_is_not(
    receiver: Receiver,
    is_genuine: Verify,
    age: timedelta,
) -> None:
    sent = await received_from(receiver, lambda: utc_now() - age)
    assert not is_genuine(SECRET, sent.headers, sent.body)


async def test_a_replay_under_a_newer_time_is_not(receiver: Receiver, is_genuine: Verify) -> None:
    sent = await received_from(receiver)
    newer = str(int(sent.headers["X-Sentinel-Timestamp"]) + 1)
    for timestamp in (newer, "", "now", "-1", "1e9"):
        assert not is_genuine(SECRET, {**sent.headers, "X-Sentinel-Timestamp": timestamp}, sent.body)
