"""What every authorization reads lies in copies, and a copy never says less than the row."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.aws.clients import Clients
from shared.aws.dynamodb.copies import COPIES, copy_subject
from shared.aws.dynamodb.items import text_value
from shared.aws.dynamodb.lockouts import LockoutTable
from shared.aws.dynamodb.revocation_rows import RevocationRow
from shared.aws.dynamodb.revocations import RevocationTable
from shared.aws.dynamodb.session_status import SessionStandings, cutoff_item
from shared.aws.dynamodb.sessions import session_item
from shared.core.ids import ALPHABET
from shared.core.lockout import LockoutChange, LockoutRecord
from shared.core.people import Action
from shared.core.revocation import Revocation, Target
from shared.core.session import Cutoff, SessionStanding
from shared.core.stamp import Via, parse_stamp, stamp_for
from tests.grants import a_session
from tests.service.emulator import table_name
from tests.service.rows import NOW, lockout_row, plant

# One session for each copy, the row itself first.
IDS = [ALPHABET[number] + "0" * 15 for number in range(COPIES)]
ENDING = Action("walt", NOW, "laptop stolen")
SUBJECTS = {Target.ALL: "", Target.PROFILE: "prod"}
every_session = pytest.mark.parametrize("session_id", IDS)
every_subject = pytest.mark.parametrize("target", SUBJECTS)


@pytest.fixture
def standings(clients: Clients) -> SessionStandings:
    return SessionStandings(clients.dynamodb, table_name("session"), table_name("grant"))


async def vend(clients: Clients, session_id: str) -> None:
    row = a_session(session_id, issued_at=NOW, stamp=f"sentinel-direct-{session_id}-alice")
    await clients.dynamodb.put_item(TableName=table_name("session"), Item=session_item(row))


async def load(standings: SessionStandings, session_id: str, **after: float) -> SessionStanding:
    stamp = parse_stamp(a_session(session_id).stamp)
    assert stamp is not None
    found = await standings.load(stamp, ["prod"], NOW + timedelta(**after))
    assert found is not None
    return found


def a_lockout(target: Target, **changes: Any) -> LockoutRecord:
    facts: dict[str, Any] = {"reason": "drill", "by": "walt", "at": NOW, "ends_at": None}
    return LockoutRecord("l" * 16, target, SUBJECTS[target], **(facts | changes))


@every_session
@every_subject
async def test_a_lockout_acts_on_the_next_request_of_every_session_and_so_does_its_lifting(
    clients: Clients, standings: SessionStandings, session_id: str, target: Target
) -> None:
    await vend(clients, session_id)
    assert (await load(standings, session_id)).is_unopposed
    lockouts, lockout = LockoutTable(clients.dynamodb, table_name("grant")), a_lockout(target)
    assert await lockouts.change(LockoutChange(None, lockout))
    assert (await load(standings, session_id, seconds=1)).is_locked_out
    lifted = a_lockout(target, lifted=ENDING)
    assert await lockouts.change(LockoutChange(lockout, lifted))
    assert (await load(standings, session_id, seconds=2)).is_unopposed


@every_session
@every_subject
async def test_a_revocation_acts_on_the_next_request_of_every_session(
    clients: Clients, standings: SessionStandings, session_id: str, target: Target
) -> None:
    await vend(clients, session_id)
    assert (await load(standings, session_id)).is_unopposed
    revocations = RevocationTable(clients.dynamodb, table_name("session"), table_name("grant"))
    row = RevocationRow("r" * 16, Revocation(target, SUBJECTS[target], NOW), ENDING)
    bridge = a_lockout(target, ends_at=NOW + timedelta(seconds=30))
    assert await revocations.cut_off(row, LockoutChange(None, bridge))
    standing = await load(standings, session_id, seconds=31)
    assert (standing.is_cut_off, standing.is_locked_out) == (True, False)


@every_session
async def test_what_a_version_without_copies_wrote_holds_too(
    clients: Clients, standings: SessionStandings, session_id: str
) -> None:
    await vend(clients, session_id)
    await plant(clients, lockout_row("all"))
    for second in range(3):
        assert (await load(standings, session_id, seconds=second)).is_locked_out


@every_session
async def test_what_it_writes_while_both_are_deployed_holds_within_a_minute(
    clients: Clients, standings: SessionStandings, session_id: str
) -> None:
    await vend(clients, session_id)
    assert (await load(standings, session_id)).is_unopposed
    await plant(clients, cutoff_item(Cutoff("profile#prod", NOW, ENDING)))
    assert (await load(standings, session_id, minutes=1)).is_cut_off


@every_session
async def test_a_lifting_by_it_is_seen_at_once_where_only_the_remembered_row_still_refuses(
    clients: Clients, standings: SessionStandings, session_id: str
) -> None:
    await vend(clients, session_id)
    await plant(clients, lockout_row("all"))
    assert (await load(standings, session_id)).is_locked_out
    await plant(clients, lockout_row("all", status=text_value("lifted")))
    assert (await load(standings, session_id, seconds=1)).is_unopposed


@every_subject
async def test_a_change_that_lost_a_race_changes_no_copy(clients: Clients, target: Target) -> None:
    lockouts = LockoutTable(clients.dynamodb, table_name("grant"))
    await lockouts.change(LockoutChange(None, a_lockout(target, reason="first")))
    assert not await lockouts.change(LockoutChange(None, a_lockout(target, reason="second")))
    rows = (await clients.dynamodb.call("Scan", {"TableName": table_name("grant")}))["Items"]
    assert len(rows) == COPIES
    assert {row["reason"]["S"] for row in rows} == {"first"}


async def test_copies_are_in_no_list_and_a_users_rows_have_none(clients: Clients) -> None:
    lockouts = LockoutTable(clients.dynamodb, table_name("grant"))
    await lockouts.change(LockoutChange(None, a_lockout(Target.ALL)))
    records, unreadable = await lockouts.list_open()
    assert ([record.target for record in records], unreadable) == ([Target.ALL], [])
    assert copy_subject("user#alice", 3) == "user#alice"


class Counting:
    """A DynamoDB that has nothing but sessions, each of another user, and counts the reads of each partition."""

    def __init__(self) -> None:
        self.reads: Counter[str] = Counter()

    async def batch_get_item(self, RequestItems: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N803 - AWS's word
        [session] = RequestItems["sessions"]["Keys"]
        found = a_session(session["session_id"]["S"], user=f"user-{session['session_id']['S']}")
        for wanted in RequestItems.values():
            assert wanted["ConsistentRead"]
            self.reads.update(next(iter(key.values()))["S"] for key in wanted["Keys"])
        return {"Responses": {"sessions": [session_item(found)], "grants": []}, "UnprocessedKeys": {}}


async def test_five_thousand_authorizations_a_second_of_one_profile_fit_every_partition() -> None:
    """docs/capacity.md: 3,000 read units a second and partition, one for each small row that is read consistently."""
    wanted, partition, processes, requests = 5000, 3000, 20, 600
    dynamodb = Counting()
    for process in range(processes):
        standings = SessionStandings(dynamodb, "sessions", "grants")
        for number in range(requests):
            session_id = ALPHABET[number % 32] + f"{process:07d}{number:08d}"
            stamp = stamp_for(Via.DIRECT, session_id, f"user-{session_id}")
            # Ten a second: a process that is asked more often reads the rows themselves the more rarely.
            assert await standings.load(stamp, ["prod"], NOW + timedelta(seconds=number / 10)) is not None
    share = {subject: count / (processes * requests) for subject, count in dynamodb.reads.items()}
    assert {"all", "profile#prod", "copy#1#all", f"copy#{COPIES - 1}#profile#prod"} <= share.keys()
    # Less than half a partition each, so that two of them may lie in one.
    assert max(share.values()) * wanted < partition / 2
    assert share["all"] * wanted < 2 * wanted / COPIES * 1.05
