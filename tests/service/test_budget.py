from datetime import timedelta

import pytest

from shared.aws.clients import Clients
from shared.aws.dynamodb.rate_limit import Allowed, Limited, RateLimiter
from tests.service.emulator import table_name
from tests.service.rows import NOW

MINUTE = timedelta(minutes=1)


def budget(clients: Clients, limit: int) -> RateLimiter:
    return RateLimiter(clients.dynamodb, table_name("budget"), name="vend", limit=limit, window=MINUTE)


async def test_a_budget_lasts_exactly_its_limit_and_then_says_when_to_return(clients: Clients) -> None:
    vends = budget(clients, limit=3)
    instant = NOW + timedelta(seconds=20)
    assert [await vends.spend("alice", instant) for _ in range(4)] == [Allowed(), Allowed(), Allowed(), Limited(40)]


async def test_the_next_window_has_a_budget_of_its_own(clients: Clients) -> None:
    vends = budget(clients, limit=1)
    await vends.spend("alice", NOW)
    assert await vends.spend("alice", NOW + timedelta(seconds=59)) == Limited(1)
    assert await vends.spend("alice", NOW + MINUTE) == Allowed()


async def test_users_do_not_spend_each_others_budget(clients: Clients) -> None:
    vends = budget(clients, limit=1)
    await vends.spend("alice", NOW)
    assert await vends.spend("bob", NOW) == Allowed()


@pytest.mark.parametrize(("limit", "window"), [(0, MINUTE), (-1, MINUTE), (1, timedelta(0))])
def test_a_budget_without_calls_or_time_is_refused_at_once(limit: int, window: timedelta) -> None:
    with pytest.raises(ValueError, match="budget"):
        RateLimiter(None, "budgets", name="vend", limit=limit, window=window)
