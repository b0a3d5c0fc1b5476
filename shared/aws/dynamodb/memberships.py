"""Rows of memberships, in the partition of their user: one that a sync writes, and one for each group that is pushed.

They are in the index that a vend reads anyway, so that its user's groups cost it no call. A row says until when it is
believed in `ends_at`, which the vend Lambda's role cannot write; `serves_until` only decides what the index has.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.aws.client.protocol import ServiceError
from shared.aws.dynamodb.items import Item, ItemReader, drop_none, flag_value, instant_value, text_value, texts_value
from shared.aws.dynamodb.schema import EVIDENCE, TTL_ATTRIBUTE, GrantIndex, ItemKind
from shared.aws.errors import translate_errors
from shared.core.membership import Membership, Memberships, Source
from shared.core.subjects import user_subject

SYNCED_ITEM: Final = f"{ItemKind.MEMBERSHIP}#synced"
_PUSHED: Final = f"{ItemKind.MEMBERSHIP}#pushed#"
_SYNC_KEY: Final = {"subject": text_value("groups"), "item": text_value("sync##")}


@dataclass(frozen=True, slots=True)
class SyncedRow:
    """What a sync found of one user. `is_complete`: Identity Center lists the user, and all of their groups are here.

    `at` is when the sync began; it is believed until `ends_at`.
    """

    user: str
    in_documents: tuple[str, ...]
    in_identity_center: tuple[str, ...]
    is_complete: bool
    at: datetime
    ends_at: datetime

    def says(self, other: "SyncedRow") -> bool:
        """Whether another row has the same groups."""
        return (self.in_documents, self.in_identity_center, self.is_complete) == (
            other.in_documents,
            other.in_identity_center,
            other.is_complete,
        )


def read_memberships(items: Iterable[Item], now: datetime) -> Memberships:
    """Read those of a user's rows that are memberships and are believed at `now` (UTC).

    Raises:
        UnreadableError: a row contradicts itself.

    """
    found: list[Membership] = []
    is_complete = False
    for item in items:
        reader = ItemReader("a membership of the grant table", item)
        ends_at = reader.instant("ends_at")
        if ends_at <= now:
            continue
        if reader.text("item") == SYNCED_ITEM:
            row = _read_synced(reader)
            found.extend(Membership(each, Source.IDENTITY_CENTER, ends_at) for each in row.in_identity_center)
            found.extend(Membership(each, Source.DOCUMENT, ends_at) for each in row.in_documents)
            is_complete = row.is_complete
        elif reader.text("item") == f"{_PUSHED}{reader.text('group')}":
            _check_user(reader)
            found.append(Membership(reader.text("group"), Source.PUSH, ends_at))
        else:
            raise reader.unreadable("item", "must agree with the row's group")
    return Memberships(tuple(found), is_complete)


def pushed_item(user: str, group: str, at: datetime, ends_at: datetime) -> Item:
    """Write the membership of one user in a pushed group; one that has ended is evidence only."""
    return _item(user, f"{_PUSHED}{group}", at, ends_at) | {"group": text_value(group)}


class MembershipTable:
    """The memberships that syncs write."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    async def load_synced(self) -> dict[str, SyncedRow]:
        """Load what syncs have written, by user.

        An index has it, which may lack the newest rows: a sync then writes these again.

        Raises:
            AwsError: it could not be read, or a row is invalid.

        """
        request: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": GrantIndex.BY_KIND,
            "KeyConditionExpression": "kind = :kind",
            "ExpressionAttributeValues": {":kind": text_value(ItemKind.MEMBERSHIP)},
        }
        rows: dict[str, SyncedRow] = {}
        while True:
            with translate_errors("dynamodb"):
                page = await self._dynamodb.query(**request)
            for item in page["Items"]:
                row = _read_synced(ItemReader("a membership of the grant table", item))
                rows[row.user] = row
            if not page.get("LastEvaluatedKey"):
                return rows
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    async def write_synced(self, row: SyncedRow) -> bool:
        """Write a row whole; False, with nothing written, if a later sync has written it.

        Raises:
            AwsError: it may or may not be written.

        """
        item = _item(row.user, SYNCED_ITEM, row.at, row.ends_at) | {
            "kind": text_value(ItemKind.MEMBERSHIP),
            "documents": texts_value(row.in_documents),
            "identity_center": texts_value(row.in_identity_center),
            "is_complete": flag_value(is_set=row.is_complete),
        }
        return await self._put_later(item, row.at)

    async def last_sync(self) -> datetime | None:
        """Say when the last complete sync began, strongly consistently; None if there was none.

        Raises:
            AwsError: it could not be read.

        """
        with translate_errors("dynamodb"):
            found = await self._dynamodb.get_item(TableName=self._table, Key=_SYNC_KEY, ConsistentRead=True)
        return (
            ItemReader("the sync of the grant table", found["Item"]).instant("created_at") if "Item" in found else None
        )

    async def note_sync(self, at: datetime) -> None:
        """Write down that a sync that began at an instant is complete.

        Raises:
            AwsError: it may or may not be written.

        """
        await self._put_later(_SYNC_KEY | {"created_at": instant_value(at)}, at)

    async def _put_later(self, item: Item, at: datetime) -> bool:
        with translate_errors("dynamodb"):
            try:
                await self._dynamodb.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(subject) OR created_at <= :at",
                    ExpressionAttributeValues={":at": instant_value(at)},
                )
            except ServiceError as error:
                if error.code != "ConditionalCheckFailedException":
                    raise
                return False
        return True


def _item(user: str, item: str, at: datetime, ends_at: datetime) -> Item:
    return drop_none(
        {
            "subject": text_value(user_subject(user)),
            "item": text_value(item),
            "user": text_value(user),
            "created_at": instant_value(at),
            "ends_at": instant_value(ends_at),
            "serves_until": instant_value(ends_at) if ends_at > at else None,
            TTL_ATTRIBUTE: instant_value(ends_at + EVIDENCE),
        },
    )


def _read_synced(reader: ItemReader) -> SyncedRow:
    _check_user(reader)
    return SyncedRow(
        user=reader.text("user"),
        in_documents=reader.texts("documents"),
        in_identity_center=reader.texts("identity_center"),
        is_complete=reader.flag("is_complete"),
        at=reader.instant("created_at"),
        ends_at=reader.instant("ends_at"),
    )


def _check_user(reader: ItemReader) -> None:
    if reader.text("subject") != user_subject(reader.text("user")):
        raise reader.unreadable("subject", "must agree with the row's user")
