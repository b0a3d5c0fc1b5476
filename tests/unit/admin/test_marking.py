"""Marking many rows: all of them, a few at a time."""

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

from services.admin.revocations.marking import SessionMarking
from shared.aws.dynamodb.grant_lists import Page
from shared.aws.dynamodb.revocation_rows import RevocationRow
from shared.aws.dynamodb.revocations import Marked, RevocationTable
from shared.aws.dynamodb.session_lists import SessionLists, SessionPosition
from shared.core.people import Action
from shared.core.revocation import Revocation, Target
from shared.core.session import Session
from tests.grants import a_session
from tests.service.rows import NOW

ROW = RevocationRow("id", Revocation(Target.USER, "alice", NOW), Action("olivia", NOW))


@dataclass
class Table:
    """Both tables: one page of fifty rows, and how many of them were under way at once."""

    busy: int = 0
    most: int = 0
    marked: list[str] = field(default_factory=list)

    async def page(self, *_: Any) -> Page[Session, SessionPosition]:
        return Page(tuple(a_session(f"{number:016}") for number in range(50)), None)

    async def mark_revoked(self, row: Session, _: Action) -> bool:
        self.busy += 1
        self.most = max(self.most, self.busy)
        await asyncio.sleep(0)
        self.busy -= 1
        self.marked.append(row.session_id)
        return True

    async def note_progress(self, row: RevocationRow, marked: Marked) -> RevocationRow:
        return replace(row, marked=marked.count, is_complete=marked.reached is None)


async def test_every_row_is_marked_and_eight_at_once_at_most() -> None:
    table = Table()
    audit = SimpleNamespace(step=lambda _: nullcontext(), unreadable=[])
    asked = cast("Any", SimpleNamespace(time_left_s=20.0, audit=audit))
    marking = SessionMarking(cast("RevocationTable", table), cast("SessionLists", table))
    row = await marking.mark_some(asked, ROW)
    assert (row.marked, row.is_complete) == (50, True)
    assert (len(set(table.marked)), table.most) == (50, 8)
