"""What a webhook is sent."""

import json
from typing import Any

import orjson
import pytest
from jsonschema_rs import Draft202012Validator
from pydantic import SecretStr

from deploy.docs.pages import PAGES
from services.admin.notify.formats.signed import sign
from services.admin.notify.formats.table import message_for
from services.admin.notify.notice import notice_for
from shared.core.events import NoticeEvent
from tests.unit.admin.notify.samples import (
    DELIVERY_ID,
    GRANT_ID,
    NOW,
    SECRET,
    WINDOW,
    act,
    event,
    lockout,
    notice,
    request,
    revocation,
    session,
    slack_webhook,
    vote,
    webhook,
)

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


@pytest.mark.parametrize("event_", NoticeEvent)
@pytest.mark.parametrize("console_url", [None, "https://sentinel.example/console"])
def test_every_notice_fits_the_published_schema(event_: NoticeEvent, console_url: str | None) -> None:
    schema = json.loads(PAGES["schemas/notice.schema.json"]())
    made = json.loads(notice_for(event_, "bob", details_of(event_), NOW, DELIVERY_ID, console_url).body())
    assert list(Draft202012Validator(schema).iter_errors(made)) == []
    assert made.keys() | {"link"} == schema["properties"].keys()
    for changed in ({"event": "request.forged"}, {"details": None}, {"id": 1}):
        assert list(Draft202012Validator(schema).iter_errors(made | changed)) != []


def details_of(event_: NoticeEvent) -> dict[str, Any]:
    """Give an object of the API as it is after each event."""
    match event_.partition("."):
        case ("request", _, "approved" | "ending"):
            return request(window=WINDOW, approvals=[vote("bob")])
        case ("request", _, _):
            return request(ended=act("bob"), approvals=[vote("bob")])
        case ("break_glass", _, _):
            return event(ended=act("bob"), review=act("bob"))
        case ("session", _, _):
            return session()
        case ("sessions", _, _):
            return revocation()
        case _:
            return lockout(lifted=act("bob"))


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
