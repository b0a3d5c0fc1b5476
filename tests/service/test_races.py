"""What must hold when many ask at once, on an emulator whose transactions are atomic."""

import asyncio
from collections import Counter
from datetime import timedelta

from shared.aws.clients import Clients
from shared.aws.dynamodb.rate_limit import Allowed, RateLimiter
from shared.aws.dynamodb.sessions import Recording, SessionTable
from shared.aws.errors import ThrottledError
from tests.grants import a_session
from tests.service.emulator import table_name
from tests.service.rows import NOW, a_grant, grant_row, grant_status, plant

RACERS = 10


async def test_of_many_vends_racing_for_one_once_grant_exactly_one_wins(atomic_clients: Clients) -> None:
    sessions = SessionTable(atomic_clients.dynamodb, table_name("session"), table_name("grant"))
    await plant(atomic_clients, grant_row(a_grant()))
    rows = [a_session(f"{number:016}") for number in range(RACERS)]
    outcomes = await asyncio.gather(
        *(sessions.record_session_consuming(row, a_grant()) for row in rows),
        return_exceptions=True,
    )
    assert outcomes.count(Recording.RECORDED) == 1
    # A loser learns that the grant is used, or that others were in its way; nothing else, and never a second session.
    assert all(isinstance(outcome, (Recording, ThrottledError)) for outcome in outcomes)
    found = [await sessions.find_session(row.session_id) for row in rows]
    assert sum(row is not None for row in found) == 1
    assert await grant_status(atomic_clients, a_grant()) == "consumed"


async def test_a_grant_given_back_while_others_race_for_it_still_serves_one(atomic_clients: Clients) -> None:
    sessions = SessionTable(atomic_clients.dynamodb, table_name("session"), table_name("grant"))
    await plant(atomic_clients, grant_row(a_grant()))
    failed = a_session("f" * 16)
    assert await sessions.record_session_consuming(failed, a_grant()) is Recording.RECORDED
    rows = [a_session(f"{number:016}") for number in range(RACERS)]
    given_back, *outcomes = await asyncio.gather(
        sessions.give_back(failed, a_grant()),
        *(sessions.record_session_consuming(row, a_grant()) for row in rows),
        return_exceptions=True,
    )
    assert given_back is True
    assert outcomes.count(Recording.RECORDED) <= 1


async def test_a_budget_is_spent_exactly_however_many_ask_at_once(atomic_clients: Clients) -> None:
    window = timedelta(minutes=1)
    vends = RateLimiter(atomic_clients.dynamodb, table_name("budget"), name="vend", limit=7, window=window)
    answers = await asyncio.gather(*(vends.spend("alice", NOW) for _ in range(20)))
    assert Counter(isinstance(answer, Allowed) for answer in answers) == {True: 7, False: 13}
