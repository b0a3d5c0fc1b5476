"""One writer at a time, and no one waits for one that is gone."""

import asyncio
from datetime import datetime, timedelta

import pytest

from shared.aws.clients import Clients
from shared.aws.dynamodb.lease import LEASE, Lease
from shared.aws.errors import ThrottledError, UnavailableError
from tests.service.emulator import table_name
from tests.service.rows import NOW


class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def lease(atomic_clients: Clients, clock: Clock) -> Lease:
    return Lease(atomic_clients.dynamodb, table_name("grant"), "kill-switch", clock)


async def test_of_many_who_want_it_each_has_it_alone(lease: Lease) -> None:
    inside: list[str] = []
    most = 0

    async def work(name: str) -> None:
        nonlocal most
        async with lease.held(name, 10):
            inside.append(name)
            most = max(most, len(inside))
            await asyncio.sleep(0)
            inside.remove(name)

    await asyncio.gather(*(work(f"writer{number}") for number in range(5)))
    assert most == 1


async def test_a_wait_that_is_too_long_fails_with_the_lease_held(lease: Lease) -> None:
    async with lease.held("one", 1):
        with pytest.raises(ThrottledError, match="another holder"):
            async with lease.held("other", 0):
                raise AssertionError("it was held")


async def test_a_holder_that_is_gone_is_waited_for_no_longer_than_the_lease(lease: Lease, clock: Clock) -> None:
    async def be_gone_for_too_long() -> None:
        async with lease.held("one", 0):
            clock.now += LEASE + timedelta(seconds=1)
            async with lease.held("other", 0):
                pass

    with pytest.raises(UnavailableError, match="lost"):
        await be_gone_for_too_long()


async def test_a_failure_inside_gives_it_back(lease: Lease) -> None:
    with pytest.raises(ValueError, match="inside"):
        async with lease.held("one", 0):
            raise ValueError("inside")
    async with lease.held("other", 0):
        pass


async def test_a_lease_is_not_lost_because_an_answer_was(lease: Lease) -> None:
    async with lease.held("one", 0):
        assert await lease._take("one") == NOW + LEASE
        assert await lease._give_back("one", NOW + LEASE)
