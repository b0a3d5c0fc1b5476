"""What a webhook is sent."""

import orjson
from pydantic import SecretStr

from services.admin.notify.formats.signed import sign
from services.admin.notify.formats.table import message_for
from shared.core.events import NoticeEvent
from tests.unit.admin.notify.samples import DELIVERY_ID, GRANT_ID, SECRET, notice, request, slack_webhook, webhook

TIMESTAMP = 1_793_620_800


def test_a_notice_is_canonical_json() -> None:
    body = notice(reason="é").body()
    read = orjson.loads(body)
    assert body == orjson.dumps(read, option=orjson.OPT_SORT_KEYS)
    text = read.pop("text")
    assert text.startswith("alice asks for prod")
    assert read == {
        "id": DELIVERY_ID,
        "event": "request.filed",
        "at": "2026-11-02T12:00:00Z",
        "actor": "alice",
        "user": "alice",
        "profile": "prod",
        "grant_id": GRANT_ID,
        "details": request(reason="é"),
    }


def test_what_time_did_has_no_actor() -> None:
    assert orjson.loads(notice(NoticeEvent.REQUEST_EXPIRED, None).body())["actor"] is None


def test_a_signature_covers_time_and_body() -> None:
    signature = sign(SecretStr("key"), 1, b"body")
    # printf '1.body' | openssl dgst -sha256 -hmac key
    assert signature == "v1=91b5374b153842ad05b2c4eab9349b8321b14703165bd3fb8b034dfb8be98ae5"
    assert len({signature, sign(SecretStr("key"), 2, b"body"), sign(SecretStr("key"), 1, b"bodx")}) == 3
    assert sign(SecretStr("kez"), 1, b"body") != signature


def test_a_sentinel_message_is_signed_and_named() -> None:
    message = message_for(webhook(), notice(), TIMESTAMP)
    assert message.body == notice().body()
    assert message.headers == {
        "Content-Type": "application/json",
        "User-Agent": "Sentinel",
        "X-Sentinel-Timestamp": str(TIMESTAMP),
        "X-Sentinel-Signature": sign(SecretStr(SECRET), TIMESTAMP, message.body),
        "X-Sentinel-Event": "request.filed",
        "X-Sentinel-Delivery": DELIVERY_ID,
    }


def test_a_slack_message_bears_no_signature() -> None:
    message = message_for(slack_webhook(), notice(), TIMESTAMP)
    assert not [name for name in message.headers if name.startswith("X-Sentinel")]
    assert not set(orjson.loads(message.body)) & {"id", "details", "actor"}


def test_a_message_shows_neither_its_url_nor_its_body() -> None:
    shown = repr(message_for(slack_webhook("https://hooks.example/T0/token"), notice(), TIMESTAMP))
    assert "hooks.example" not in shown
    assert "fix INC-1" not in shown
