"""Revocations of many as they are written: a cutoff only ever moves on."""

from datetime import datetime, timedelta

from shared.aws.clients import Clients
from shared.aws.dynamodb.revocation_rows import RevocationRow
from shared.aws.dynamodb.revocations import RevocationTable
from shared.core.lockout import LockoutChange, LockoutRecord
from shared.core.people import Action
from shared.core.revocation import Revocation, Target
from tests.grants import NOW
from tests.service.emulator import table_name

LOCKOUT = LockoutRecord("0123456789abcdef", Target.USER, "alice", "stolen", "sam", NOW, None)
UNCHANGED = LockoutChange(LOCKOUT, LOCKOUT)


def revoking(revocation_id: str, until: datetime) -> RevocationRow:
    return RevocationRow(revocation_id, Revocation(Target.USER, "alice", until), Action("sam", NOW, "stolen"))


async def test_an_earlier_cutoff_never_takes_the_place_of_a_later_one(clients: Clients) -> None:
    table = RevocationTable(clients.dynamodb, table_name("session"), table_name("grant"))
    later = NOW + timedelta(minutes=1)
    assert await table.cut_off(revoking("r1", later), UNCHANGED)
    assert not await table.cut_off(revoking("r2", NOW), UNCHANGED)
    assert await table.find_cutoff(Target.USER, "alice") == later
    assert await table.cut_off(revoking("r3", later + timedelta(seconds=1)), UNCHANGED)
