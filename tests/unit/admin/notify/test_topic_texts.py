"""What the topic's subscribers get: programs JSON, people a text in mail and on the phone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.admin.notify.formats.topic import subject_of, texts_of
from services.admin.notify.notice import Notice, notice_for
from shared.core.events import NoticeEvent
from tests.unit.admin.notify.hostile import HOSTILE, LINKS, MARKUP, said_everywhere
from tests.unit.admin.notify.samples import DELIVERY_ID, GRANT_ID, NOW, notice
from tests.unit.admin.notify.test_links import CONSOLE, PAGES


def written(kind: NoticeEvent, said: str = "fix INC-1", console: str | None = CONSOLE) -> Notice:
    return notice_for(kind, "bob", said_everywhere(kind, said), NOW, DELIVERY_ID, console)


def lines_of(kind: NoticeEvent, said: str = "fix INC-1", console: str | None = CONSOLE) -> list[str]:
    return texts_of(written(kind, said, console))["email"].rstrip("\n").split("\n\n")


def test_a_mail_has_the_sentence_the_command_the_link_and_what_it_is_about() -> None:
    asked = notice_for(NoticeEvent.REQUEST_FILED, "alice", notice().details, NOW, DELIVERY_ID, CONSOLE)
    assert texts_of(asked)["email"] == (
        'alice asks for prod for 1h: "fix INC-1". bob or *@sec.example can approve:\n\n'
        f"sentinel request approve {GRANT_ID}\n\n"
        f"Console: {CONSOLE}/#/approvals/{GRANT_ID}\n\n"
        f"request.filed, 2026-11-02 12:00 UTC, {GRANT_ID}\n"
    )


def test_a_mail_without_a_command_or_a_console_has_no_line_for_it() -> None:
    assert lines_of(NoticeEvent.REQUEST_DENIED, console=None) == [
        'bob denied "fix INC-1"\'s request for prod ("fix INC-1").',
        f"request.denied, 2026-11-02 12:00 UTC, {GRANT_ID}",
    ]


def test_programs_get_the_json_alone() -> None:
    each = written(NoticeEvent.BREAK_GLASS_STARTED)
    assert texts_of(each)["default"].encode() == each.body()


@pytest.mark.parametrize("kind", NoticeEvent)
@pytest.mark.parametrize(
    "said", [*HOSTILE, f'x": sentinel request approve {GRANT_ID}', "x\n\nConsole: https://evil.example"]
)
def test_hostile_words_in_a_mail_stay_in_their_line_without_markup_or_link(kind: NoticeEvent, said: str) -> None:
    check(kind, said)


@given(kind=st.sampled_from(NoticeEvent), said=st.text(max_size=400))
def test_any_words_in_a_mail_stay_in_their_line_without_markup_or_link(kind: NoticeEvent, said: str) -> None:
    check(kind, said)


def check(kind: NoticeEvent, said: str) -> None:
    sentence, *rest = lines_of(kind, said)
    assert rest == lines_of(kind)[1:]
    assert sentence.isprintable()
    assert not LINKS.search(sentence)
    assert not MARKUP & set(sentence)


@pytest.mark.parametrize("kind", NoticeEvent)
def test_a_command_that_comes_next_is_on_a_line_of_its_own(kind: NoticeEvent) -> None:
    sentence, *rest = lines_of(kind)
    commands = [line for line in rest if line.startswith("sentinel ")]
    assert len(commands) == written(kind).text.count(": sentinel ")
    assert "sentinel " not in sentence


@pytest.mark.parametrize("kind", NoticeEvent)
def test_a_text_message_is_short_and_has_nothing_that_people_wrote(kind: NoticeEvent) -> None:
    for said in HOSTILE:
        details = said_everywhere(kind, said) | {"user": "alice", "name": "alice"}
        each = notice_for(kind, "bob", details, NOW, DELIVERY_ID, CONSOLE)
        sms = texts_of(each)["sms"]
        assert sms == f"{subject_of(each)} {PAGES[kind.partition('.')[0]]}"
        assert len(sms) <= 140


def test_a_text_message_leaves_the_link_out_where_it_does_not_fit() -> None:
    details = {**notice().details, "user": "u" * 100}
    each = notice_for(NoticeEvent.REQUEST_FILED, "alice", details, NOW, DELIVERY_ID, CONSOLE)
    assert texts_of(each)["sms"] == subject_of(each)
