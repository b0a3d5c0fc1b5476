from datetime import timedelta
from typing import Any

import pytest

from shared.aws.clients import Clients
from shared.aws.dynamodb.sessions import Recording, SessionTable, session_item
from shared.aws.errors import UnavailableError, UnreadableError
from shared.core.session import SessionStatus
from tests.grants import a_session
from tests.service.emulator import table_name
from tests.service.rows import NOW, a_grant, grant_row, grant_status, plant

OTHER_ID = "fedcba9876543210"


@pytest.fixture
def sessions(clients: Clients) -> SessionTable:
    return SessionTable(clients.dynamodb, table_name("session"), table_name("grant"))


async def raw_session(clients: Clients, session_id: str) -> dict[str, Any]:
    key = {"session_id": {"S": session_id}}
    answer = await clients.dynamodb.get_item(TableName=table_name("session"), Key=key, ConsistentRead=True)
    item: dict[str, Any] = answer["Item"]
    return item


async def test_what_was_recorded_is_found_again(sessions: SessionTable) -> None:
    row = a_session()
    await sessions.record_session(row)
    assert await sessions.find_session(row.session_id) == row


async def test_facts_that_are_not_known_stay_unknown(sessions: SessionTable) -> None:
    row = a_session(source_ip=None, grant_id=None, rule=None, policy_version=None)
    await sessions.record_session(row)
    assert await sessions.find_session(row.session_id) == row


async def test_a_session_that_was_not_recorded_is_not_found(sessions: SessionTable) -> None:
    assert await sessions.find_session(OTHER_ID) is None


async def test_the_row_outlives_the_credentials_by_90_days(clients: Clients, sessions: SessionTable) -> None:
    row = a_session()
    await sessions.record_session(row)
    kept_until = int((row.ends_at + timedelta(days=90)).timestamp())
    assert (await raw_session(clients, row.session_id))["expires_at"] == {"N": str(kept_until)}


async def test_recording_twice_what_was_lost_on_the_way_back_succeeds(sessions: SessionTable) -> None:
    await sessions.record_session(a_session())
    await sessions.record_session(a_session())


async def test_another_session_under_the_same_id_is_never_overwritten(sessions: SessionTable) -> None:
    await sessions.record_session(a_session())
    with pytest.raises(UnavailableError, match="session id"):
        await sessions.record_session(a_session(user="mallory"))
    found = await sessions.find_session(a_session().session_id)
    assert found is not None
    assert found.user == "alice"


async def test_an_active_session_is_marked_failed_once(sessions: SessionTable) -> None:
    row = a_session()
    await sessions.record_session(row)
    assert await sessions.mark_failed(row.session_id)
    assert not await sessions.mark_failed(row.session_id)
    found = await sessions.find_session(row.session_id)
    assert found is not None
    assert found.status is SessionStatus.FAILED


async def test_a_revoked_session_stays_revoked(sessions: SessionTable) -> None:
    row = a_session(status=SessionStatus.REVOKED)
    await sessions.record_session(row)
    assert not await sessions.mark_failed(row.session_id)
    assert await sessions.find_session(row.session_id) == row


async def test_marking_a_session_that_was_never_recorded_makes_none(sessions: SessionTable) -> None:
    assert not await sessions.mark_failed(OTHER_ID)
    assert await sessions.find_session(OTHER_ID) is None


async def test_a_row_with_an_unknown_state_cannot_be_read(clients: Clients, sessions: SessionTable) -> None:
    item = session_item(a_session()) | {"status": {"S": "asleep"}}
    await clients.dynamodb.put_item(TableName=table_name("session"), Item=item)
    with pytest.raises(UnreadableError, match="status"):
        await sessions.find_session(a_session().session_id)


async def test_a_once_grant_is_used_up_with_the_session_it_served(clients: Clients, sessions: SessionTable) -> None:
    await plant(clients, grant_row(a_grant()))
    assert await sessions.record_session_consuming(a_session(), a_grant()) is Recording.RECORDED
    assert await grant_status(clients, a_grant()) == "consumed"
    assert await sessions.find_session(a_session().session_id) == a_session()


async def test_a_once_grant_serves_no_second_session(clients: Clients, sessions: SessionTable) -> None:
    await plant(clients, grant_row(a_grant()))
    await sessions.record_session_consuming(a_session(), a_grant())
    assert await sessions.record_session_consuming(a_session(OTHER_ID), a_grant()) is Recording.GRANT_ALREADY_USED
    assert await sessions.find_session(OTHER_ID) is None


async def test_consuming_a_grant_that_is_not_there_records_nothing(sessions: SessionTable) -> None:
    assert await sessions.record_session_consuming(a_session(), a_grant()) is Recording.GRANT_ALREADY_USED
    assert await sessions.find_session(a_session().session_id) is None


async def test_consuming_again_for_the_same_session_repeats_a_lost_response(
    clients: Clients,
    sessions: SessionTable,
) -> None:
    await plant(clients, grant_row(a_grant()))
    await sessions.record_session_consuming(a_session(), a_grant())
    assert await sessions.record_session_consuming(a_session(), a_grant()) is Recording.RECORDED


async def test_a_grant_given_back_serves_again_and_its_session_failed(clients: Clients, sessions: SessionTable) -> None:
    await plant(clients, grant_row(a_grant()))
    await sessions.record_session_consuming(a_session(), a_grant())
    assert await sessions.give_back(a_session(), a_grant())
    assert await grant_status(clients, a_grant()) == "approved"
    found = await sessions.find_session(a_session().session_id)
    assert found is not None
    assert found.status is SessionStatus.FAILED
    again = a_session(OTHER_ID, issued_at=NOW + timedelta(seconds=5))
    assert await sessions.record_session_consuming(again, a_grant()) is Recording.RECORDED


async def test_a_grant_that_another_session_used_is_not_given_back(clients: Clients, sessions: SessionTable) -> None:
    await plant(clients, grant_row(a_grant()))
    await sessions.record_session_consuming(a_session(), a_grant())
    await sessions.record_session(a_session(OTHER_ID))
    assert not await sessions.give_back(a_session(OTHER_ID), a_grant())
    assert await grant_status(clients, a_grant()) == "consumed"
    found = await sessions.find_session(OTHER_ID)
    assert found is not None
    assert found.status is SessionStatus.ACTIVE
