"""Messages for Slack."""

import html

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.admin.notify.slack import escape, render_slack
from tests.unit.admin.notify.samples import GRANT_ID, notice


def test_a_message_has_the_sentence_and_what_it_is_about() -> None:
    message = orjson.loads(render_slack(notice(reason="a < b & c")))
    section, context = message["blocks"]
    assert message["text"] == section["text"]["text"]
    assert message["text"].startswith('alice asks for prod for 1h: "a &lt; b &amp; c". bob or *@sec.example')
    assert context["elements"][0]["text"] == f"request.filed · {GRANT_ID} · 2026-11-02 12:00 UTC"


@pytest.mark.parametrize(
    "forged",
    ["<!channel>", "<!here|here>", "<@U012AB3CD>", "<#C123>", "<https://evil.example|approve>", "&lt;!channel&gt;"],
)
def test_a_reason_can_neither_forge_a_link_nor_call_anyone(forged: str) -> None:
    message = orjson.loads(render_slack(notice(reason=forged)))
    assert "<" not in message["text"]
    assert html.unescape(message["text"]).count(forged) == 1


def test_slack_makes_no_links_or_mentions_of_plain_words() -> None:
    blocks = orjson.loads(render_slack(notice(reason="@channel #general")))["blocks"]
    texts = [blocks[0]["text"], *blocks[1]["elements"]]
    assert all(text["type"] == "mrkdwn" and text["verbatim"] is True for text in texts)


@given(st.text(alphabet="<>&a…", max_size=4000))
def test_an_escaped_text_fits_a_block_and_reads_as_it_was_written(text: str) -> None:
    escaped = escape(text)
    assert len(escaped) <= 3000
    assert not set(escaped) & set("<>")
    read = html.unescape(escaped)
    assert read == text or text.startswith(read.removesuffix("…"))
