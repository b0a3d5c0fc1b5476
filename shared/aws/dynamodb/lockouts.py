"""Setting and lifting lockouts: one in force per subject; every earlier one is kept as evidence.

Lockouts of a user have the person as subject: every spelling of the name finds them. Lockouts for vends in progress
during a revocation, and those of versions without persons, have the exact name as subject.
"""

from typing import Any, Final

from shared.aws.dynamodb.copies import copy_writes
from shared.aws.dynamodb.grant_rows import action_value, optional_instant, read_action
from shared.aws.dynamodb.items import Item, ItemReader, drop_none, instant_value, read_readable, text_value
from shared.aws.dynamodb.reads import load_items
from shared.aws.dynamodb.schema import EVIDENCE, LOCKOUT_ITEM, LOCKOUT_LIFTED, TTL_ATTRIBUTE, GrantIndex, ItemKind
from shared.aws.dynamodb.transactions import Committed, transact
from shared.aws.errors import translate_errors
from shared.core.lockout import LockoutChange, LockoutRecord
from shared.core.revocation import Target
from shared.core.subjects import lockout_subjects, person_subject, target_subject

_ACTIVE: Final = "active"
_PAGE: Final = 100


class LockoutTable:
    """The lockouts of the grant table."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    async def find(self, target: Target, name: str) -> list[LockoutRecord]:
        """Find the latest lockouts of a user, a profile or everyone, in force or not, strongly consistently.

        A user may have two: of every name of the person, and of the exact name.

        Raises:
            AwsError: they could not be read, or not be understood.

        """
        subjects = lockout_subjects(target, name)
        keys = [{"subject": text_value(subject), "item": text_value(LOCKOUT_ITEM)} for subject in subjects]
        return [_read(item) for item in (await load_items(self._dynamodb, {self._table: keys}))[self._table]]

    async def change(self, *changes: LockoutChange) -> bool:
        """Set or lift lockouts; False, with nothing written, if another call changed one in between.

        Raises:
            AwsError: the write may or may not have happened.

        """
        writes = [write for change in changes for write in lockout_writes(change, self._table)]
        if not writes:
            return True
        return isinstance(await transact(self._dynamodb, writes), Committed)

    async def list_open(self) -> tuple[list[LockoutRecord], list[str]]:
        """List lockouts that were never lifted, newest first, and the names of invalid ones. Some may have ended.

        Raises:
            AwsError: a page could not be read.

        """
        request: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": GrantIndex.OPEN_BY_KIND,
            "KeyConditionExpression": "open_kind = :kind",
            "ExpressionAttributeValues": {":kind": text_value(ItemKind.LOCKOUT)},
            "ScanIndexForward": False,
            "Limit": _PAGE,
        }
        items: list[Item] = []
        while True:
            with translate_errors("dynamodb"):
                page = await self._dynamodb.query(**request)
            items.extend(page["Items"])
            if not page.get("LastEvaluatedKey"):
                return read_readable(items, _read)
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def lockout_writes(change: LockoutChange, table: str) -> list[dict[str, Any]]:
    """Make the writes of a change, on condition that the lockout is unchanged; a replaced lockout is kept."""
    if change.is_none:
        return []
    put: dict[str, Any] = {"TableName": table, "Item": _item(change.after)}
    copies = copy_writes(table, put["Item"])
    if change.before is None:
        return [{"Put": put | {"ConditionExpression": "attribute_not_exists(subject)"}}, *copies]
    condition = {
        "ConditionExpression": f"lockout_id = :id AND #status = :status AND {_same_end(change.before)}",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": drop_none(
            {
                ":id": text_value(change.before.lockout_id),
                ":status": _status(change.before),
                ":ends_at": optional_instant(change.before.ends_at),
            },
        ),
    }
    writes = [{"Put": put | condition}, *copies]
    if change.before.lockout_id != change.after.lockout_id:
        writes.append({"Put": {"TableName": table, "Item": _evidence(change.before)}})
    return writes


def _item(record: LockoutRecord) -> Item:
    ended = record.ends_at if record.lifted is None else record.lifted.at
    return drop_none(
        {
            "subject": text_value(_subject(record)),
            "item": text_value(LOCKOUT_ITEM),
            "lockout_id": text_value(record.lockout_id),
            "target": text_value(record.target),
            "name": text_value(record.name) if record.name else None,
            "person": text_value(record.person) if record.person else None,
            "reason": text_value(record.reason),
            "locked_by": text_value(record.by),
            "created_at": instant_value(record.at),
            "ends_at": optional_instant(record.ends_at),
            "status": _status(record),
            "lifted": action_value(record.lifted),
            "open_kind": text_value(ItemKind.LOCKOUT) if record.lifted is None else None,
            TTL_ATTRIBUTE: None if ended is None else instant_value(ended + EVIDENCE),
        },
    )


def _subject(record: LockoutRecord) -> str:
    return person_subject(record.person) if record.person else target_subject(record.target, record.name)


def _same_end(record: LockoutRecord) -> str:
    return "attribute_not_exists(ends_at)" if record.ends_at is None else "ends_at = :ends_at"


def _evidence(record: LockoutRecord) -> Item:
    """Keep a replaced lockout under a key that no decision reads."""
    item = _item(record)
    item.pop("open_kind", None)
    return item | {"item": text_value(f"{LOCKOUT_ITEM}{record.lockout_id}")}


def _status(record: LockoutRecord) -> dict[str, str]:
    return text_value(_ACTIVE if record.lifted is None else LOCKOUT_LIFTED)


def _read(item: Item) -> LockoutRecord:
    reader = ItemReader("a lockout of the grant table", item)
    record = LockoutRecord(
        lockout_id=reader.text("lockout_id"),
        target=reader.word("target", Target),
        name=reader.optional_text("name") or "",
        reason=reader.text("reason"),
        by=reader.text("locked_by"),
        at=reader.instant("created_at"),
        ends_at=reader.optional_instant("ends_at"),
        lifted=read_action(reader.optional_map("lifted")),
        person=reader.optional_text("person") or "",
    )
    if record.target is Target.SESSION or reader.text("subject") not in lockout_subjects(record.target, record.name):
        raise reader.unreadable("subject", "must agree with the row's target and name")
    if reader.text("subject") != _subject(record):
        raise reader.unreadable("subject", "must agree with the row's person")
    if reader.text("status") != _status(record)["S"]:
        raise reader.unreadable("status", "must agree with whether it was lifted")
    return record
