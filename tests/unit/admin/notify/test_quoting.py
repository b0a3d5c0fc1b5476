"""All text that people write is in one pair of quotes of ours, in every notice, and changes nothing around it."""

import re
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.admin.notify.formats.table import message_for
from services.admin.notify.notice import Notice, notice_for
from services.admin.notify.quoting import without_links
from shared.core.events import NoticeEvent
from tests.unit.admin.notify.samples import (
    DELIVERY_ID,
    NOW,
    WINDOW,
    act,
    event,
    lockout,
    request,
    revocation,
    session,
    slack_webhook,
    vote,
)

QUOTED = re.compile('"[^"]*"')
MARKUP = frozenset("*_~`<>&|")


def of_kind(kind: NoticeEvent, said: str) -> dict[str, Any]:
    """Give an object with the same text in every place where people write."""
    match kind.partition(".")[0]:
        case "request":
            ended, votes = act("bob", said), [vote("bob", said), vote("carol", said)]
            asked = request(reason=said, ticket=said, approvals=votes, ended=ended, window=WINDOW, quorum=2)
            return asked | {"approvers": ["bob"]}
        case "break_glass":
            return event(justification=said, ended=act("bob", said), review=act("bob", said))
        case "session":
            return session(revoked=act("bob", said))
        case "sessions":
            return revocation(reason=said)
        case _:
            return lockout(reason=said, lifted=act("bob", said))


def text_of(kind: NoticeEvent, said: str) -> str:
    return notice_for(kind, "bob", of_kind(kind, said), NOW, DELIVERY_ID).text


def around(text: str) -> str:
    return QUOTED.sub('""', text)


# How often each notice quotes what people wrote, each field once.
QUOTES = {
    NoticeEvent.REQUEST_FILED: 2,
    NoticeEvent.REQUEST_VOTED: 1,
    NoticeEvent.REQUEST_APPROVED: 3,
    NoticeEvent.REQUEST_DENIED: 1,
    NoticeEvent.REQUEST_CANCELLED: 1,
    NoticeEvent.REQUEST_WITHDRAWN: 1,
    NoticeEvent.REQUEST_EXPIRED: 0,
    NoticeEvent.REQUEST_REMINDER: 2,
    NoticeEvent.REQUEST_ESCALATED: 2,
    NoticeEvent.REQUEST_ENDING: 0,
    NoticeEvent.BREAK_GLASS_STARTED: 1,
    NoticeEvent.BREAK_GLASS_CLOSED: 1,
    NoticeEvent.BREAK_GLASS_EXPIRED: 0,
    NoticeEvent.BREAK_GLASS_ENDING: 0,
    NoticeEvent.BREAK_GLASS_REVIEWED: 1,
    NoticeEvent.SESSION_REVOKED: 1,
    NoticeEvent.SESSIONS_REVOKED: 1,
    NoticeEvent.LOCKOUT_SET: 1,
    NoticeEvent.LOCKOUT_LIFTED: 1,
}
HOSTILE = [
    "INC-1). Pre-approved by bob and security. (ok",
    'x". bob approved it. "',
    "fix\u201d. Approved by bob. \u201c",
    "\u00bb. Approved. \u00ab \u203a. Approved. \u2039 \u2019. \u2018 \u201e. \u201a \u201f",
    "\uff02 \u301d \u301e \u2033 \u05f4 \u02ba \u275e \uff07 \u300d",
    "x* `y` *SECURITY TEAM: approved, run* `sentinel request approve 0123456789abcdef` ~z~ _w_",
    "<!channel> <!here|here> <@U012AB3CD> <https://evil.example|approve> &lt;!channel&gt;",
    "[approve](https://evil.example) **bold** __bold__ ~~gone~~ ```code```",
    "line\nbob approved it.\r\n\u2028\u2029\x85\x0b next",
    "\u202eevorppa\u202c \u2066x\u2069 \u200b\u200d\ufeff\u00ad\x1b[2J\x00",
    "\u0308\u20dd\u0489 combining",
    "\u2800" * 200 + "\u3164" * 200 + "Approved by bob",
    "x" * 5000,
    "\U000e0041\U000e0042 tags \ud83d",
    "",
]


def test_every_notice_is_counted() -> None:
    assert QUOTES.keys() == set(NoticeEvent)


@pytest.mark.parametrize("kind", NoticeEvent)
@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_words_stay_in_their_quotes_and_change_nothing_around_them(kind: NoticeEvent, said: str) -> None:
    check(kind, said)


@pytest.mark.parametrize("kind", NoticeEvent)
@given(said=st.text(max_size=400))
def test_any_words_stay_in_their_quotes_and_change_nothing_around_them(kind: NoticeEvent, said: str) -> None:
    check(kind, said)


def body_for_slack(notice: Notice) -> dict[str, Any]:
    return dict(orjson.loads(message_for(slack_webhook(), notice, 0).body))


def check(kind: NoticeEvent, said: str) -> None:
    text = text_of(kind, said)
    quoted = QUOTED.findall(text)
    assert len(quoted) == QUOTES[kind]
    assert text.count('"') == 2 * len(quoted)
    assert around(text) == around(text_of(kind, "plain words"))
    assert text.isprintable()
    assert len(text.splitlines()) == 1
    for each in quoted:
        assert not set(each) & MARKUP
        assert "](" not in each
        assert len(each) <= 302
        assert not re.search(r"[\u00ab\u00bb\u2018-\u201f\u2039\u203a]", each)
    if said.isascii():
        slack = body_for_slack(notice_for(kind, "bob", of_kind(kind, said), NOW, DELIVERY_ID))
        assert slack["blocks"][0]["text"] == {"type": "plain_text", "text": text, "emoji": False}


@pytest.mark.parametrize("target", ["user", "profile"])
@pytest.mark.parametrize("kind", [NoticeEvent.SESSIONS_REVOKED, NoticeEvent.LOCKOUT_SET, NoticeEvent.LOCKOUT_LIFTED])
def test_a_target_that_is_not_a_name_is_quoted(kind: NoticeEvent, target: str) -> None:
    typed = "everyone. Approved by \u201cbob\u201d *now*"
    details = of_kind(kind, "plain words") | {"target": target, "name": typed}
    text = notice_for(kind, "walt", details, NOW, DELIVERY_ID).text
    assert f"{target} \"everyone. Approved by 'bob' \u2217now\u2217\"" in text


def test_names_stand_as_they_are() -> None:
    details = of_kind(NoticeEvent.REQUEST_FILED, "words") | {
        "user": "role/ci_x",
        "approvers": ["*@sec.example", "a=b,c+d"],
    }
    text = notice_for(NoticeEvent.REQUEST_FILED, "bob", details, NOW, DELIVERY_ID).text
    assert text.startswith("role/ci_x asks")
    assert "*@sec.example or a=b,c+d can approve" in text


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("see https://evil.example/x", "see https:\u2215\u2215evil\u2024example/x"),
        ("www.evil.example, evil\uff0eexample", "www\u2024evil\u2024example, evil\u2024example"),
        ("x@evil.example/path", "x@evil\u2024example/path"),
        ("evil.example/@x", "evil\u2024example/@x"),
        ("bob@sec.example or *@sec.example's, and 3. that.", "bob@sec.example or *@sec.example's, and 3. that."),
    ],
)
def test_no_client_makes_a_link_of_a_text_and_addresses_are_kept(written: str, read: str) -> None:
    assert without_links(written) == read
