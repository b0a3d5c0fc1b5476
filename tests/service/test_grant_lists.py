"""Lists: each a query of one index, newest first, paged to the end."""

from datetime import timedelta

import pytest

from shared.aws.clients import Clients
from shared.aws.dynamodb.approvals import ApprovalTable
from shared.aws.dynamodb.grant_lists import ForeignPositionError, ListQuery, Position
from shared.aws.dynamodb.schema import ItemKind
from shared.core.grants import RequestStatus
from tests.grants import NOW, a_request
from tests.service.emulator import table_name

KIND = ItemKind.APPROVAL


@pytest.fixture
async def requests(clients: Clients) -> ApprovalTable:
    """Twelve requests a minute apart, by two users for two profiles, every third denied."""
    table = ApprovalTable(clients.dynamodb, table_name("grant"))
    for number in range(12):
        await table.add(
            a_request(
                f"{number:016d}",
                user=("alice", "bob")[number % 2],
                profile=("prod", "staging")[number % 4 // 2],
                created_at=NOW + timedelta(minutes=number),
                status=RequestStatus.DENIED if number % 3 == 0 else RequestStatus.PENDING,
            ),
        )
    return table


async def listed(table: ApprovalTable, query: ListQuery, limit: int = 2) -> list[int]:
    found: list[int] = []
    start: Position | None = None
    while True:
        page = await table.page(query, start, limit)
        found.extend(int(row.request_id) for row in page.rows)
        if page.next is None:
            return found
        start = page.next


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (ListQuery(KIND), list(range(11, -1, -1))),
        (ListQuery(KIND, user="alice"), [10, 8, 6, 4, 2, 0]),
        (ListQuery(KIND, profile="staging"), [11, 10, 7, 6, 3, 2]),
        (ListQuery(KIND, is_open=True), [11, 10, 8, 7, 5, 4, 2, 1]),
        (ListQuery(KIND, since=NOW + timedelta(minutes=9)), [11, 10, 9]),
        (ListQuery(KIND, until=NOW + timedelta(minutes=2)), [2, 1, 0]),
        (ListQuery(KIND, user="bob", since=NOW + timedelta(minutes=3), until=NOW + timedelta(minutes=7)), [7, 5, 3]),
        (ListQuery(KIND, user="nobody"), []),  # codespell:ignore
        (ListQuery(ItemKind.BREAK_GLASS), []),
    ],
)
@pytest.mark.parametrize("limit", [1, 5, 100])
async def test_a_list_holds_everything_once_and_newest_first(
    requests: ApprovalTable, query: ListQuery, expected: list[int], limit: int
) -> None:
    assert await listed(requests, query, limit) == expected


@pytest.mark.parametrize(
    "query",
    [
        ListQuery(KIND, user="bob"),
        ListQuery(KIND, profile="staging"),
        ListQuery(ItemKind.BREAK_GLASS, user="alice"),
        ListQuery(KIND, user="alice", since=NOW + timedelta(hours=1)),
    ],
)
async def test_a_position_of_another_list_is_refused(requests: ApprovalTable, query: ListQuery) -> None:
    start = (await requests.page(ListQuery(KIND, user="alice"), None, 2)).next
    assert start is not None
    with pytest.raises(ForeignPositionError):
        await requests.page(query, start, 3)
