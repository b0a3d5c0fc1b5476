"""Break-glass events in the table: what they cost is counted in the transaction that begins them."""

import asyncio
from dataclasses import replace

import pytest

from shared.aws.clients import Clients
from shared.aws.dynamodb.break_glass import BreakGlassTable
from shared.aws.dynamodb.grant_store import Moved
from shared.aws.dynamodb.grants import GrantTable
from shared.aws.errors import ThrottledError
from shared.core.break_glass.event import Act, BreakGlassEvent, close
from shared.core.break_glass.policy import BreakGlassRule
from shared.core.break_glass.start import Begun, History, StartRejection, begin
from shared.core.grants import EventStatus
from shared.core.people import Person
from shared.core.stamp import Via
from tests.grants import CLOSED, HOUR, NOW, a_break_glass_rule, an_event, an_invocation
from tests.service.emulator import table_name


def table(clients: Clients) -> BreakGlassTable:
    return BreakGlassTable(clients.dynamodb, table_name("grant"))


async def invoke(
    events: BreakGlassTable, rule: BreakGlassRule, number: int, user: str = "alice"
) -> BreakGlassEvent | StartRejection:
    """Break glass as a service does: decide on what was read, and again where it moved meanwhile."""
    while True:
        history = await events.load_history(Person(user), "prod")
        begun = begin(
            an_invocation(user),
            decision=CLOSED,
            rule=rule,
            policy_version="v1",
            history=history,
            event_id=f"{number:016d}",
            now=NOW,
        )
        if isinstance(begun, StartRejection):
            return begun
        try:
            if await events.begin(begun, history):
                return begun.event
        except ThrottledError:
            await asyncio.sleep(0)


async def test_an_event_is_found_by_id_and_serves_until_it_is_closed(clients: Clients) -> None:
    events, grants = table(clients), GrantTable(clients.dynamodb, table_name("grant"))
    event = await invoke(events, a_break_glass_rule(), 1)
    assert isinstance(event, BreakGlassEvent)
    assert await events.find(event.event_id) == event
    assert [grant.via for grant in (await grants.load(Person("alice"), "prod", NOW)).grants] == [Via.BREAK_GLASS]
    closed = close(event, Act(Person("alice"), NOW, is_entitled=False))
    assert isinstance(closed, BreakGlassEvent)
    assert await events.change(event, closed) == closed
    assert (await grants.load(Person("alice"), "prod", NOW)).grants == ()


async def test_history_holds_the_users_events_of_every_profile_and_both_ledgers(clients: Clients) -> None:
    events = table(clients)
    await events.add(an_event("1" * 16, profile="staging"))
    await events.add(an_event("2" * 16, user="bob"))
    await invoke(events, a_break_glass_rule(), 3)
    history = await events.load_history(Person("alice"), "prod")
    assert {event.event_id for event in history.events} == {"1" * 16, f"{3:016d}"}
    assert (history.user_ledger.version, history.profile_ledger.version) == (1, 1)
    assert [spending.event_id for spending in history.user_ledger.spent] == [f"{3:016d}"]


async def test_a_beginning_whose_response_was_lost_is_a_success(clients: Clients) -> None:
    events = table(clients)
    history = await events.load_history(Person("alice"), "prod")
    begun = begin(
        an_invocation(),
        decision=CLOSED,
        rule=a_break_glass_rule(),
        policy_version="v1",
        history=history,
        event_id="1" * 16,
        now=NOW,
    )
    assert not isinstance(begun, StartRejection)
    assert [await events.begin(begun, history) for _ in range(2)] == [True, True]
    assert (await events.load_history(Person("alice"), "prod")).user_ledger == begun.user_ledger


@pytest.mark.parametrize("stored", list(EventStatus))
@pytest.mark.parametrize("assumed", list(EventStatus))
async def test_a_change_happens_only_from_the_state_it_was_decided_in(
    clients: Clients, stored: EventStatus, assumed: EventStatus
) -> None:
    row = replace(an_event(), status=stored)
    await table(clients).add(row)
    after = replace(row, status=EventStatus.REVIEWED, justification="x" * 30)
    outcome = await table(clients).change(replace(row, status=assumed), after)
    assert outcome == (after if stored is assumed else Moved(row))


async def test_an_approvals_id_is_no_events_id(clients: Clients) -> None:
    await table(clients).add(an_event())
    from shared.aws.dynamodb.approvals import ApprovalTable  # noqa: PLC0415 - only here do the two meet

    assert await ApprovalTable(clients.dynamodb, table_name("grant")).find(an_event().event_id) is None


async def test_a_second_attempt_after_the_ledger_moved_is_a_transaction_of_its_own(clients: Clients) -> None:
    events = table(clients)

    async def attempt(history: History) -> bool:
        begun = begin(
            an_invocation("bob"),
            decision=CLOSED,
            rule=a_break_glass_rule(),
            policy_version="v1",
            history=history,
            event_id="b" * 16,
            now=NOW,
        )
        assert isinstance(begun, Begun)
        return await events.begin(begun, history)

    outdated = await events.load_history(Person("bob"), "prod")
    await invoke(events, a_break_glass_rule(), 1, "alice")
    assert not await attempt(outdated)
    assert await attempt(await events.load_history(Person("bob"), "prod"))


class TestRaces:
    """On the emulator whose transactions are atomic, with real parallelism."""

    async def test_parallel_invocations_cannot_overspend_a_users_budget(self, atomic_clients: Clients) -> None:
        rule = a_break_glass_rule(budget={"per_user": 3, "window": "24h"})
        events = table(atomic_clients)
        outcomes = await asyncio.gather(*(invoke(events, rule, number) for number in range(10)))
        assert sum(isinstance(outcome, BreakGlassEvent) for outcome in outcomes) == 3
        assert outcomes.count(StartRejection.USER_BUDGET_SPENT) == 7
        history = await events.load_history(Person("alice"), "prod")
        assert len(history.events) == history.user_ledger.version == history.profile_ledger.version == 3

    async def test_different_people_cannot_overspend_a_profiles_budget(self, atomic_clients: Clients) -> None:
        rule = a_break_glass_rule(budget={"per_profile": 2, "window": "24h"})
        events = table(atomic_clients)
        outcomes = await asyncio.gather(*(invoke(events, rule, number, f"user-{number}") for number in range(6)))
        assert sum(isinstance(outcome, BreakGlassEvent) for outcome in outcomes) == 2

    async def test_a_cooldown_lets_one_of_many_parallel_invocations_through(self, atomic_clients: Clients) -> None:
        rule = a_break_glass_rule(cooldown="1h")
        events = table(atomic_clients)
        outcomes = await asyncio.gather(*(invoke(events, rule, number) for number in range(6)))
        assert sum(isinstance(outcome, BreakGlassEvent) for outcome in outcomes) == 1
        assert outcomes.count(StartRejection.COOLING_DOWN) == 5
        assert (await events.load_history(Person("alice"), "prod")).events[0].ends_at == NOW + HOUR
