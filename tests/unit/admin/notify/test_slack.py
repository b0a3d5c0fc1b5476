"""Messages for Slack."""

import html
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.admin.notify.formats.slack import escape
from services.admin.notify.formats.table import message_for
from services.admin.notify.notice import Notice
from tests.unit.admin.notify.samples import GRANT_ID, notice, slack_webhook


def body_of(notice: Notice) -> dict[str, Any]:
    return dict(orjson.loads(message_for(slack_webhook(), notice, 0).body))


def test_a_message_has_the_sentence_and_what_it_is_about() -> None:
    message = body_of(notice(reason="a, b"))
    section, context = message["blocks"]
    assert message["text"] == section["text"]["text"]
    assert message["text"].startswith('alice asks for prod for 1h: "a, b". bob or *@sec.example')
    assert context["elements"][0]["text"] == f"request.filed · {GRANT_ID} · 2026-11-02 12:00 UTC"


@pytest.mark.parametrize(
    "forged",
    ["<!channel>", "<!here|here>", "<@U012AB3CD>", "<#C123>", "<https://evil.example|approve>", "&lt;!channel&gt;"],
)
def test_a_reason_can_neither_forge_a_link_nor_call_anyone(forged: str) -> None:
    message = body_of(notice(reason=forged))
    for text in (message["text"], message["blocks"][0]["text"]["text"]):
        assert not set(text) & set("<>&|")


def test_slack_reads_no_markup_out_of_a_notice() -> None:
    message = body_of(notice(reason="*bold* @channel #general :warning: https://evil.example"))
    blocks = message["blocks"]
    texts = [blocks[0]["text"], *blocks[1]["elements"]]
    assert all(text["type"] == "plain_text" and text["emoji"] is False for text in texts)
    assert (message["mrkdwn"], message["unfurl_links"], message["unfurl_media"]) == (False, False, False)


def test_a_text_of_any_length_fits_its_block() -> None:
    many = [f"{number:02}{'x' * 250}" for number in range(5)]
    message = body_of(notice(reason="x" * 1000, ticket="y" * 1000, approvers=many))
    assert len(message["blocks"][0]["text"]["text"]) <= 3000


@given(st.text(alphabet="<>&a…", max_size=4000))
def test_an_escaped_text_fits_a_block_and_reads_as_it_was_written(text: str) -> None:
    escaped = escape(text)
    assert len(escaped) <= 3000
    assert not set(escaped) & set("<>")
    read = html.unescape(escaped)
    assert read == text or text.startswith(read.removesuffix("…"))
