from datetime import timedelta

import pytest

from shared.aws.clients import Clients
from shared.aws.dynamodb.grants import GrantsAndLockouts, GrantTable
from shared.aws.dynamodb.items import Item, instant_value, text_value
from shared.aws.errors import AwsError, RefusedError, UnreadableError
from shared.core.grants import GrantUses
from shared.core.people import Person
from shared.core.stamp import Via
from tests.service.emulator import table_name
from tests.service.rows import HOUR, NOW, a_grant, grant_row, lockout_row, plant

SECOND = timedelta(seconds=1)


async def standing(clients: Clients, *rows: Item) -> GrantsAndLockouts:
    await plant(clients, *rows)
    return await GrantTable(clients.dynamodb, table_name("grant")).load(Person("alice"), "prod", NOW)


async def test_a_new_user_has_no_grants_or_lockouts(clients: Clients) -> None:
    assert await standing(clients) == GrantsAndLockouts((), ())


async def test_approvals_and_break_glass_events_of_any_profile_are_found(clients: Clients) -> None:
    grants = (
        a_grant(),
        a_grant(grant_id="g2", profile="dev", uses=GrantUses.WINDOW),
        a_grant(via=Via.BREAK_GLASS, grant_id="b1", uses=GrantUses.WINDOW),
    )
    found = await standing(clients, *(grant_row(grant) for grant in grants))
    assert set(found.grants) == set(grants)


async def test_a_grant_without_a_word_on_its_uses_serves_its_window(clients: Clients) -> None:
    row = grant_row(a_grant())
    del row["uses"]
    assert (await standing(clients, row)).grants == (a_grant(uses=GrantUses.WINDOW),)


async def test_another_users_grants_are_not_mine(clients: Clients) -> None:
    assert (await standing(clients, grant_row(a_grant(), user="bob"))).grants == ()


@pytest.mark.parametrize("status", ["pending", "denied", "cancelled", "consumed", "active", "APPROVED"])
@pytest.mark.parametrize("via", [Via.APPROVAL, Via.BREAK_GLASS])
async def test_a_grant_in_any_other_state_is_not_in_the_index(clients: Clients, status: str, via: Via) -> None:
    row = grant_row(a_grant(via=via, uses=GrantUses.WINDOW), status=text_value(status))
    del row["serves_until"]
    assert (await standing(clients, row)).grants == ()


@pytest.mark.parametrize("status", ["pending", "denied", "cancelled", "consumed", "active", "APPROVED"])
async def test_an_indexed_row_whose_state_does_not_serve_could_be_anything(clients: Clients, status: str) -> None:
    with pytest.raises(UnreadableError, match="status"):
        await standing(clients, grant_row(a_grant(), status=text_value(status)))


async def test_evidence_costs_a_vend_nothing(clients: Clients) -> None:
    rows = [grant_row(a_grant(grant_id=f"g{number}"), note=text_value("x" * 300_000)) for number in range(5)]
    for row in rows:
        del row["serves_until"]
    await plant(clients, *rows, grant_row(a_grant(grant_id="live")))
    answer = await clients.dynamodb.query(
        TableName=table_name("grant"),
        IndexName="serving",
        ConsistentRead=True,
        KeyConditionExpression="subject = :subject",
        ExpressionAttributeValues={":subject": text_value("user#alice")},
    )
    assert (answer["ScannedCount"], [item["grant_id"]["S"] for item in answer["Items"]]) == (1, ["live"])


async def test_a_grant_that_ended_is_gone_though_its_row_stays(clients: Clients) -> None:
    ended, ending = a_grant(ends_at=NOW), a_grant(grant_id="g2", ends_at=NOW + SECOND)
    assert (await standing(clients, grant_row(ended), grant_row(ending))).grants == (ending,)


async def test_many_pages_are_read_to_the_last(clients: Clients) -> None:
    filler = text_value("x" * 300_000)
    rows = [grant_row(a_grant(grant_id=f"g{number}"), note=filler) for number in range(9)]
    assert len((await standing(clients, *rows)).grants) == 9


@pytest.mark.parametrize("subject", ["user#alice", "profile#prod", "all"])
async def test_a_lockout_of_user_profile_or_all_is_found(clients: Clients, subject: str) -> None:
    found = await standing(clients, lockout_row(subject))
    assert found.is_locked_out
    assert [lockout.subject for lockout in found.lockouts] == [subject]


@pytest.mark.parametrize("subject", ["user#bob", "profile#dev"])
async def test_a_lockout_of_someone_or_something_else_is_not_mine(clients: Clients, subject: str) -> None:
    assert not (await standing(clients, lockout_row(subject))).is_locked_out


@pytest.mark.parametrize("subject", ["user#alice", "profile#prod", "all"])
async def test_a_lockout_ends_when_it_says(clients: Clients, subject: str) -> None:
    over = lockout_row(subject, ends_at=instant_value(NOW))
    assert not (await standing(clients, over)).is_locked_out
    assert (await standing(clients, lockout_row(subject, ends_at=instant_value(NOW + SECOND)))).is_locked_out


async def test_only_a_lifted_lockout_is_none(clients: Clients) -> None:
    assert not (await standing(clients, lockout_row("all", status=text_value("lifted")))).is_locked_out
    assert (await standing(clients, lockout_row("all", status=text_value("something else")))).is_locked_out


@pytest.mark.parametrize(
    "damage",
    [
        {"ends_at": text_value("tomorrow")},
        {"ends_at": {"NULL": True}},
        {"starts_at": text_value("yesterday")},
        {"uses": text_value("twice")},
        {"profile": text_value("dev")},
        {"status": {"BOOL": True}},
        {"item": text_value("pardon#prod#g1")},
        {"item": text_value("budget#prod#g1")},
    ],
    ids=str,
)
async def test_a_row_that_cannot_be_understood_decides_nothing(clients: Clients, damage: Item) -> None:
    with pytest.raises(AwsError):
        await standing(clients, grant_row(a_grant()) | damage)


@pytest.mark.parametrize("missing", ["status", "profile", "grant_id", "starts_at", "ends_at"])
async def test_a_row_that_lacks_a_fact_decides_nothing(clients: Clients, missing: str) -> None:
    row = grant_row(a_grant())
    del row[missing]
    with pytest.raises(UnreadableError, match=missing):
        await standing(clients, row)


async def test_a_missing_table_is_a_refusal_to_decide(clients: Clients) -> None:
    with pytest.raises(RefusedError, match="ResourceNotFoundException"):
        await GrantTable(clients.dynamodb, "no-such-table").load(Person("alice"), "prod", NOW + HOUR)
