"""The rows of what Slack shows: the newest state stays, and one caller at a time posts what is missing."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.aws.clients import Clients
from shared.aws.dynamodb.slack_messages import Place, SlackMessages
from shared.aws.errors import UnreadableError
from tests.service.emulator import table_name

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
GRANT = "0123456789abcdef"


@pytest.fixture
def rows(clients: Clients) -> SlackMessages:
    return SlackMessages(clients.dynamodb, table_name("grant"))


async def test_the_newest_state_stays(rows: SlackMessages) -> None:
    assert (await rows.note(GRANT, "001#", {"votes": 1}, "https://a.example/1", NOW)).details == {"votes": 1}
    older = await rows.note(GRANT, "000#", {"votes": 0}, None, NOW)
    assert (older.version, older.details, older.link) == ("001#", {"votes": 1}, "https://a.example/1")
    newer = await rows.note(GRANT, "100#", {"votes": 2}, None, NOW)
    assert (newer.version, newer.details, newer.link) == ("100#", {"votes": 2}, None)
    assert await rows.load(GRANT) == newer


async def test_one_at_a_time_posts_what_is_missing_and_keeps_what_is_there(rows: SlackMessages) -> None:
    await rows.note(GRANT, "000#", {}, None, NOW)
    assert await rows.claim(GRANT, NOW) is not None
    assert await rows.claim(GRANT, NOW + timedelta(seconds=29)) is None
    late = await rows.claim(GRANT, NOW + timedelta(seconds=31))
    assert late is not None, "who claimed it has ended without a word"
    posted = await rows.posted(GRANT, Place("C1", "1.1"), None)
    assert (posted.message, posted.direct) == (Place("C1", "1.1"), None)
    again = await rows.claim(GRANT, NOW)
    assert again == posted
    done = await rows.posted(GRANT, None, Place("D1", "1.2"))
    assert (done.message, done.direct) == (Place("C1", "1.1"), Place("D1", "1.2"))
    assert await rows.claim(GRANT, NOW + timedelta(days=1)) is None
    assert (await rows.note(GRANT, "100#", {}, None, NOW)).message == Place("C1", "1.1")


async def test_a_row_that_cannot_be_understood_is_an_error(rows: SlackMessages, clients: Clients) -> None:
    with pytest.raises(UnreadableError):
        await rows.load(GRANT)
    item = {"subject": {"S": f"chat#{GRANT}"}, "item": {"S": "slack##"}, "shown_version": {"S": "1"}}
    await clients.dynamodb.put_item(TableName=table_name("grant"), Item=item | {"shown_details": {"S": "{"}})
    with pytest.raises(UnreadableError, match="shown_details"):
        await rows.load(GRANT)
