"""Messages for Microsoft Teams, held to the published schema of Adaptive Cards."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft6Validator

from services.admin.notify.formats.table import message_for
from services.admin.notify.notice import notice_for
from shared.core.events import NoticeEvent
from tests.unit.admin.notify.hostile import HOSTILE, LINKS, MARKUP, said_everywhere
from tests.unit.admin.notify.samples import DELIVERY_ID, GRANT_ID, NOW, notice, teams_webhook
from tests.unit.admin.notify.test_links import CONSOLE, PAGES

PUBLISHED = Draft6Validator(json.loads((Path(__file__).parent / "published/adaptive-card.json").read_text()))
# What Teams takes; a body is counted twice where it is read as UTF-16.
LARGEST = 28 * 1024


def card_of(kind: NoticeEvent, said: str = "fix INC-1", console: str | None = CONSOLE) -> dict[str, Any]:
    written = notice_for(kind, "bob", said_everywhere(kind, said), NOW, DELIVERY_ID, console)
    message = message_for(teams_webhook(), written, 0)
    assert message.headers["Content-Type"] == "application/json; charset=utf-8"
    assert len(message.body) <= LARGEST
    body = orjson.loads(message.body)
    [attachment] = body["attachments"]
    assert (body["type"], body.keys()) == ("message", {"type", "attachments"})
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card: dict[str, Any] = attachment["content"]
    PUBLISHED.validate(card)
    return card


def texts_of(card: dict[str, Any]) -> list[str]:
    return [run["text"] for block in card["body"] for run in block["inlines"]]


def test_a_card_has_the_sentence_what_it_is_about_and_a_button() -> None:
    written = notice_for(
        NoticeEvent.REQUEST_FILED, "alice", said_everywhere(NoticeEvent.REQUEST_FILED, "fix INC-1"), NOW, DELIVERY_ID
    )
    card = card_of(NoticeEvent.REQUEST_FILED)
    said, below = texts_of(card)
    assert said == written.text
    assert below == f"request\u2024filed · {GRANT_ID} · 2026-11-02 12:00 UTC"
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open in the console", "url": PAGES["request"]}]
    assert "msteams" not in card


def test_without_a_console_a_card_has_no_button() -> None:
    assert "actions" not in card_of(NoticeEvent.REQUEST_FILED, console=None)


@pytest.mark.parametrize("kind", NoticeEvent)
@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_words_are_no_markup_mention_or_link_and_change_nothing_around_them(
    kind: NoticeEvent, said: str
) -> None:
    check(kind, said)


@given(kind=st.sampled_from(NoticeEvent), said=st.text(max_size=400))
def test_any_words_are_no_markup_mention_or_link_and_change_nothing_around_them(kind: NoticeEvent, said: str) -> None:
    check(kind, said)


def check(kind: NoticeEvent, said: str) -> None:
    card, plain = card_of(kind, said), card_of(kind)
    for text in texts_of(card):
        assert text.isprintable()
        assert not LINKS.search(text)
        assert not MARKUP & set(text.replace("break_glass", ""))
        assert "{{" not in text
    for each in (card, plain):
        each["body"][0]["inlines"][0]["text"] = ""
    assert card == plain


def test_the_longest_of_everything_fits() -> None:
    most = notice(user="\U0001f600" * 256, reason="\U0001f600" * 1000, approvers=["\U0001f600" * 256] * 9)
    assert len(message_for(teams_webhook(), most, 0).body) <= LARGEST // 2
