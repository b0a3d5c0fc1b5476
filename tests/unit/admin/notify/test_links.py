"""Notifications link to the console: the configured URL and an id, regardless of what people write."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.admin.notify.formats.table import message_for
from services.admin.notify.links import link_to
from services.admin.notify.notice import notice_for
from shared.core.events import NoticeEvent
from tests.unit.admin.notify.samples import (
    DELIVERY_ID,
    GRANT_ID,
    NOW,
    WINDOW,
    act,
    event,
    lockout,
    request,
    revocation,
    session,
    slack_webhook,
    webhook,
)

CONSOLE = "https://sentinel.example/console"
PAGES = {
    "request": f"{CONSOLE}/#/approvals/{GRANT_ID}",
    "break_glass": f"{CONSOLE}/#/emergencies/{GRANT_ID}",
    "session": f"{CONSOLE}/#/sessions/{GRANT_ID}",
    "sessions": f"{CONSOLE}/#/incident",
    "lockout": f"{CONSOLE}/#/incident",
}
HOSTILE = "x https://evil.example/#/approvals/1 <https://evil.example|Open> \u202e\n](https://evil.example)"


def details_of(kind: NoticeEvent, said: str = "fix INC-1") -> dict[str, Any]:
    """Give what an event is about, with the same words in everything that people write."""
    match kind.partition(".")[0]:
        case "request":
            return request(window=WINDOW, reason=said, ticket=said, user=said, ended=act("bob", said))
        case "break_glass":
            return event(justification=said, user=said, ended=act("bob", said), review=act("bob", said))
        case "session":
            return session(user=said, revoked=act("bob", said))
        case "sessions":
            return revocation(name=said, reason=said)
        case _:
            return lockout(name=said, reason=said, lifted=act("bob", said))


def body_of(kind: NoticeEvent, said: str = "fix INC-1", console: str | None = CONSOLE) -> dict[str, Any]:
    notice = notice_for(kind, "bob", details_of(kind, said), NOW, DELIVERY_ID, console)
    return dict(orjson.loads(message_for(webhook(), notice, 0).body))


@pytest.mark.parametrize("kind", NoticeEvent)
def test_every_notification_links_to_the_page_of_what_it_is_about(kind: NoticeEvent) -> None:
    body, link = body_of(kind), PAGES[kind.partition(".")[0]]
    assert body["link"] == link
    assert body["text"].endswith((f". Console: {link}", f"{GRANT_ID} or {link}"))


@pytest.mark.parametrize("kind", NoticeEvent)
def test_without_a_console_nothing_changes(kind: NoticeEvent) -> None:
    linked, plain = body_of(kind), body_of(kind, console=None)
    assert "link" not in plain
    assert linked["text"].startswith(plain["text"])
    assert "http" not in plain["text"]
    notice = notice_for(kind, "bob", details_of(kind), NOW, DELIVERY_ID)
    assert [block["type"] for block in orjson.loads(message_for(slack_webhook(), notice, 0).body)["blocks"]] == [
        "section",
        "context",
    ]


@pytest.mark.parametrize("kind", NoticeEvent)
def test_what_people_write_changes_no_link(kind: NoticeEvent) -> None:
    notice = notice_for(kind, "bob", details_of(kind, HOSTILE), NOW, DELIVERY_ID, CONSOLE)
    link = PAGES[kind.partition(".")[0]]
    assert notice.link == link
    blocks = orjson.loads(message_for(slack_webhook(), notice, 0).body)["blocks"]
    (section,) = blocks[1]["elements"]
    assert section["elements"] == [{"type": "link", "url": link, "text": "Open in the console"}]
    assert body_of(kind, HOSTILE)["text"].endswith(link)


@given(st.text(max_size=64).filter(lambda text: text != GRANT_ID))
@pytest.mark.parametrize("kind", ["request.filed", "break_glass.started", "session.revoked"])
def test_only_an_id_is_put_into_a_link(kind: str, row_id: str) -> None:
    assert link_to(CONSOLE, NoticeEvent(kind), row_id) is None


@pytest.mark.parametrize(
    "row_id", ["../incident", f"{GRANT_ID}/..", f"{GRANT_ID}#x", f"{GRANT_ID}\n", "javascript:0", ""]
)
def test_what_is_no_id_gives_no_link_and_a_notification_all_the_same(row_id: str) -> None:
    notice = notice_for(NoticeEvent.REQUEST_FILED, "alice", request(id=row_id), NOW, DELIVERY_ID, CONSOLE)
    assert notice.link is None
    assert CONSOLE not in notice.body().decode()
