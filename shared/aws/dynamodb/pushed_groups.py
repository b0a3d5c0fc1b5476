"""Groups whose members are pushed: one row for the group, one for each member, all changed in one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from shared.aws.dynamodb.grant_rows import action_value, read_action
from shared.aws.dynamodb.items import Item, ItemReader, instant_value, text_value, texts_value
from shared.aws.dynamodb.memberships import pushed_item
from shared.aws.dynamodb.schema import EVIDENCE, TTL_ATTRIBUTE
from shared.aws.dynamodb.transactions import Committed, transact
from shared.aws.errors import translate_errors
from shared.core.people import Action

_PUSH_ITEM: Final = "push##"
# A transaction has at most 100 writes (DynamoDB Developer Guide, "Quotas"): the group, its evidence, and every member
# before and after.
MOST_PUSHED: Final = 49


@dataclass(frozen=True, slots=True)
class PushedGroup:
    """The members of a group, who pushed them, and until when (UTC) they are in it."""

    push_id: str
    group: str
    members: tuple[str, ...]
    pushed: Action
    ends_at: datetime

    def is_in_force(self, now: datetime) -> bool:
        return self.ends_at > now

    def ended(self, push_id: str, by: Action) -> "PushedGroup":
        """Give the group without members, from an action on."""
        return replace(self, push_id=push_id, members=(), pushed=by, ends_at=by.at)


class PushedGroups:
    """The pushed groups of the grant table."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    async def find(self, group: str) -> PushedGroup | None:
        """Find the latest push of a group, in force or not, strongly consistently; None if there was none.

        Raises:
            AwsError: it could not be read, or not be understood.

        """
        key = {"subject": text_value(_subject(group)), "item": text_value(_PUSH_ITEM)}
        with translate_errors("dynamodb"):
            answer = await self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return _read(answer["Item"]) if "Item" in answer else None

    async def change(self, before: PushedGroup | None, after: PushedGroup) -> bool:
        """Replace all members of a group; False, with nothing written, if another call changed it since `before`.

        Raises:
            AwsError: the change may or may not have happened.

        """
        put: dict[str, Any] = {"TableName": self._table, "Item": _item(after)}
        if before is None:
            put["ConditionExpression"] = "attribute_not_exists(subject)"
        else:
            put["ConditionExpression"] = "push_id = :id"
            put["ExpressionAttributeValues"] = {":id": text_value(before.push_id)}
        at = after.pushed.at
        rows = [pushed_item(each, after.group, at, after.ends_at) for each in after.members]
        if before is not None:
            rows.append(_item(before) | {"item": text_value(f"{_PUSH_ITEM}{before.push_id}")})
            left = sorted({*before.members} - {*after.members}) if before.is_in_force(at) else ()
            rows.extend(pushed_item(each, after.group, at, at) for each in left)
        writes = [{"Put": put}, *({"Put": {"TableName": self._table, "Item": row}} for row in rows)]
        return isinstance(await transact(self._dynamodb, writes), Committed)


def _subject(group: str) -> str:
    return f"group#{group}"


def _item(push: PushedGroup) -> Item:
    return {
        "subject": text_value(_subject(push.group)),
        "item": text_value(_PUSH_ITEM),
        "push_id": text_value(push.push_id),
        "group": text_value(push.group),
        "members": texts_value(push.members),
        "pushed": action_value(push.pushed) or {},
        "ends_at": instant_value(push.ends_at),
        TTL_ATTRIBUTE: instant_value(push.ends_at + EVIDENCE),
    }


def _read(item: Item) -> PushedGroup:
    reader = ItemReader("a pushed group of the grant table", item)
    pushed = read_action(reader.optional_map("pushed"))
    if pushed is None:
        raise reader.unreadable("pushed", "must say who pushed the group")
    if reader.text("subject") != _subject(reader.text("group")):
        raise reader.unreadable("subject", "must agree with the row's group")
    return PushedGroup(
        reader.text("push_id"), reader.text("group"), reader.texts("members"), pushed, reader.instant("ends_at")
    )
