"""Events for PagerDuty, held to its published schema and to the limits of its reference."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft4Validator

from services.admin.notify.formats.pagerduty import ALERTS
from services.admin.notify.formats.table import message_for
from services.admin.notify.notice import notice_for
from shared.core.events import NoticeEvent
from tests.unit.admin.notify.hostile import HOSTILE, LINKS, MARKUP, said_everywhere
from tests.unit.admin.notify.samples import (
    DELIVERY_ID,
    GRANT_ID,
    NOW,
    ROUTING_KEY,
    lockout,
    notice,
    pagerduty_webhook,
    teams_webhook,
)
from tests.unit.admin.notify.test_links import CONSOLE, PAGES

PUBLISHED = Draft4Validator(json.loads((Path(__file__).parent / "published/pagerduty-event.json").read_text()))
PLAIN = "fix INC-1"


def event_of(kind: NoticeEvent, said: str = PLAIN, console: str | None = CONSOLE) -> dict[str, Any]:
    written = notice_for(kind, "bob", said_everywhere(kind, said), NOW, DELIVERY_ID, console)
    body = message_for(pagerduty_webhook(), written, 0).body
    event: dict[str, Any] = orjson.loads(body)
    PUBLISHED.validate(event)
    assert len(body) <= 512 * 1024
    assert len(event["dedup_key"]) <= 255
    assert len(event.get("payload", {"summary": ""})["summary"]) <= 1024
    return event


def about(event: dict[str, Any]) -> dict[str, Any]:
    """Give an event without what people write and name."""
    return event | {"payload": event.get("payload", {}) | {"summary": "", "custom_details": {}}, "dedup_key": ""}


def test_every_event_triggers_or_resolves_an_alert_but_for_warnings_of_holders() -> None:
    assert ALERTS.keys() == {event for event in NoticeEvent if pagerduty_webhook().wants(event)}
    assert set(NoticeEvent) - ALERTS.keys() == {NoticeEvent.REQUEST_ENDING, NoticeEvent.BREAK_GLASS_ENDING}
    assert teams_webhook().wants(NoticeEvent.REQUEST_ENDING)


def test_a_break_glass_event_is_critical_until_it_ends() -> None:
    started = event_of(NoticeEvent.BREAK_GLASS_STARTED)
    assert started == {
        "routing_key": ROUTING_KEY,
        "event_action": "trigger",
        "dedup_key": f"sentinel/break_glass/{GRANT_ID}",
        "client": "Sentinel",
        "client_url": PAGES["break_glass"],
        "links": [{"href": PAGES["break_glass"], "text": "Open in the console"}],
        "payload": {
            "summary": started["payload"]["summary"],
            "severity": "critical",
            "source": "sentinel",
            "timestamp": "2026-11-02T12:00:00Z",
            "class": "break_glass.started",
            "component": "prod",
            "custom_details": {
                "delivery": DELIVERY_ID,
                "user": '"fix INC-1"',
                "profile": "prod",
                "actor": "bob",
                "grant_id": GRANT_ID,
            },
        },
    }
    for ended in ("break_glass.closed", "break_glass.expired", "break_glass.reviewed"):
        resolved = event_of(NoticeEvent(ended))
        assert resolved == {
            "routing_key": ROUTING_KEY,
            "event_action": "resolve",
            "dedup_key": started["dedup_key"],
        }


@pytest.mark.parametrize("decided", ["approved", "denied", "cancelled", "withdrawn", "expired"])
def test_a_request_calls_no_one_at_night_and_is_resolved_by_its_decision(decided: str) -> None:
    filed, ended = event_of(NoticeEvent.REQUEST_FILED), event_of(NoticeEvent(f"request.{decided}"))
    assert (filed["event_action"], filed["payload"]["severity"]) == ("trigger", "info")
    assert (ended["event_action"], ended["dedup_key"]) == ("resolve", filed["dedup_key"])


def test_a_lockout_that_is_set_again_is_the_alert_that_its_lifting_resolves() -> None:
    kinds = [NoticeEvent.LOCKOUT_SET, NoticeEvent.LOCKOUT_SET, NoticeEvent.LOCKOUT_LIFTED]
    notices = [
        notice_for(kind, "walt", lockout(id=f"{number:016}", lifted=None), NOW, DELIVERY_ID)
        for number, kind in enumerate(kinds)
    ]
    events = [orjson.loads(message_for(pagerduty_webhook(), each, 0).body) for each in notices]
    assert [event["event_action"] for event in events] == ["trigger", "trigger", "resolve"]
    assert len({event["dedup_key"] for event in events}) == 1
    other = notice_for(kinds[0], "walt", lockout(name="bob"), NOW, DELIVERY_ID)
    assert orjson.loads(message_for(pagerduty_webhook(), other, 0).body)["dedup_key"] != events[0]["dedup_key"]


def test_without_a_console_an_event_has_no_link() -> None:
    assert not {"links", "client_url"} & event_of(NoticeEvent.REQUEST_FILED, console=None).keys()


@pytest.mark.parametrize("kind", ALERTS)
@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_words_are_no_markup_mention_or_link_and_change_no_other_field(kind: NoticeEvent, said: str) -> None:
    check(kind, said)


@given(kind=st.sampled_from(sorted(ALERTS)), said=st.text(max_size=400))
def test_any_words_are_no_markup_mention_or_link_and_change_no_other_field(kind: NoticeEvent, said: str) -> None:
    check(kind, said)


def check(kind: NoticeEvent, said: str) -> None:
    event = event_of(kind, said)
    assert about(event) == about(event_of(kind))
    payload = event.get("payload", {"summary": "", "custom_details": {}})
    for text in (payload["summary"], *payload["custom_details"].values()):
        assert text.isprintable()
        assert not LINKS.search(text)
        assert not MARKUP & set(text)


def test_a_message_shows_neither_its_routing_key_nor_its_body() -> None:
    message = message_for(pagerduty_webhook("https://events.example/v2/enqueue"), notice(), 0)
    assert ROUTING_KEY.encode() in message.body
    assert ROUTING_KEY not in f"{message!r}{message.headers}{message.url}"
