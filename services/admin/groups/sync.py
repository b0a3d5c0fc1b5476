"""The sync of memberships, which a schedule starts: from documents and Identity Center into the users' partitions.

Everything is read before anything is written, and each user's groups are one row: a membership is never half written.
What a failed sync leaves is believed until it ends, and the age of the last complete sync is a metric.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.aws.concurrency import gather_all
from shared.aws.dynamodb.memberships import MembershipTable, SyncedRow
from shared.aws.errors import UnreadableError
from shared.aws.identity_store import Directory, IdentityStore
from shared.aws.ssm.document_cache import settled
from shared.aws.ssm.documents import SsmDocuments
from shared.core.group_sync import Found, UserGroups, collect
from shared.core.membership import GROUPS_FOLDER, GroupDocument
from shared.documents.document import DocumentError
from shared.documents.load import load_document
from shared.edge.lambda_app import InvocationContext

SYNC_GROUPS: Final = "sync-groups"
"""The name of the task, which the schedule's event has."""
_AT_ONCE: Final = 8
OpenDirectory = Callable[[], AbstractAsyncContextManager[IdentityStore]]


@dataclass(frozen=True, slots=True)
class GroupSync:
    """Synchronizes memberships. `directory` opens the identity store, if there is one; `clock` gives UTC."""

    documents: SsmDocuments
    directory: OpenDirectory | None
    table: MembershipTable
    believed_for: timedelta
    clock: Callable[[], datetime]

    async def run(self, ctx: InvocationContext) -> None:
        """Read every source, and write what has changed or would soon no longer be believed.

        Raises:
            AwsError: a source could not be read, or a row not be written.

        """
        audit, now = ctx.audit, self.clock()
        audit.groups_age_s = await self._age_s(now)
        with audit.step("read"):
            found, written = await self._read()
        audit.members, audit.unreadable = len(found.users), list(found.left_out)
        with audit.step("write"):
            await self._write(self._changes(found, written, now))
        await self.table.note_sync(now)
        audit.groups_age_s = 0

    async def _age_s(self, now: datetime) -> int:
        """Give the age of the last complete sync; without one, the time for which it would be believed."""
        last = await self.table.last_sync()
        return int((self.believed_for if last is None else now - last).total_seconds())

    async def _read(self) -> tuple[Found, Mapping[str, SyncedRow]]:
        async with asyncio.TaskGroup() as reads:
            documents = reads.create_task(self._read_documents())
            directory = reads.create_task(self._read_directory())
            written = reads.create_task(self.table.load_synced())
        return collect(documents.result(), directory.result()), written.result()

    async def _read_documents(self) -> Mapping[str, tuple[str, ...]]:
        texts = await self.documents.load_folder(GROUPS_FOLDER)
        return {name: _members(name, settled(each).value) for name, each in texts.items()}

    async def _read_directory(self) -> Mapping[str, frozenset[str]] | None:
        if self.directory is None:
            return None
        async with self.directory() as store:
            found: Directory = await store.read()
        return {user: found.groups_of.get(user, frozenset()) for user in found.users}

    def _changes(self, found: Found, written: Mapping[str, SyncedRow], now: datetime) -> list[SyncedRow]:
        """Give the rows to write: new and changed ones, those that end soon, and the ends of those not found."""
        rows = [_row(user, groups, now, now + self.believed_for) for user, groups in found.users.items()]
        ended = [
            _row(user, UserGroups(), now, now)
            for user, row in written.items()
            if user not in found.users and row.ends_at > now
        ]
        return [*(row for row in rows if not self._lasts(written.get(row.user), row, now)), *ended]

    def _lasts(self, written: SyncedRow | None, row: SyncedRow, now: datetime) -> bool:
        return written is not None and written.says(row) and written.ends_at - now > self.believed_for / 2

    async def _write(self, rows: list[SyncedRow]) -> None:
        turns = asyncio.Semaphore(_AT_ONCE)

        async def write(row: SyncedRow) -> None:
            async with turns:
                await self.table.write_synced(row)

        await gather_all(map(write, rows))


def _members(name: str, text: str) -> tuple[str, ...]:
    try:
        return load_document(text, GroupDocument).members
    except DocumentError as error:
        raise UnreadableError("ssm", f"{GROUPS_FOLDER}/{name}: {error}") from None


def _row(user: str, groups: UserGroups, at: datetime, ends_at: datetime) -> SyncedRow:
    return SyncedRow(user, groups.in_documents, groups.in_identity_center, groups.is_complete, at, ends_at)
