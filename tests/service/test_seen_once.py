"""What may happen once is taken by one holder, and by that one as often as an answer was lost."""

from datetime import timedelta

from shared.aws.clients import Clients
from shared.aws.dynamodb.seen_once import SeenOnce
from tests.service.emulator import table_name
from tests.service.rows import NOW


async def test_a_name_is_taken_by_the_first_holder_alone(clients: Clients) -> None:
    seen = SeenOnce(clients.dynamodb, table_name("budget"), "slack")
    assert await seen.take("a", "first", NOW)
    assert await seen.take("a", "first", NOW)
    assert not await seen.take("a", "second", NOW + timedelta(minutes=5))
    assert await seen.take("b", "second", NOW)
    assert await SeenOnce(clients.dynamodb, table_name("budget"), "other").take("a", "second", NOW)


async def test_a_row_outlasts_what_it_refuses(clients: Clients) -> None:
    await SeenOnce(clients.dynamodb, table_name("budget"), "slack").take("a", "first", NOW)
    [row] = (await clients.dynamodb.scan(TableName=table_name("budget")))["Items"]
    assert int(row["expires_at"]["N"]) - NOW.timestamp() >= timedelta(minutes=10).total_seconds()
