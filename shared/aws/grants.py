"""Standing: what was decided about a user and a profile before this request, read consistently in two calls."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.aws.errors import ThrottledError, speaking_to
from shared.aws.items import Item, ItemReader, instant_value, text_value
from shared.aws.tables import (
    ALL_SUBJECT,
    LOCKOUT_ITEM,
    LOCKOUT_LIFTED,
    GrantStatus,
    ItemKind,
    profile_subject,
    user_subject,
)
from shared.core.grants import Grant, GrantUses, Lockout
from shared.core.stamp import Via

_VIA: Final = {ItemKind.APPROVAL: Via.APPROVAL, ItemKind.BREAK_GLASS: Via.BREAK_GLASS}
_SERVING: Final = {ItemKind.APPROVAL: GrantStatus.APPROVED, ItemKind.BREAK_GLASS: GrantStatus.ACTIVE}
_BATCH_ATTEMPTS: Final = 3
_BATCH_PAUSE_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Standing:
    """The grants of one user that have time left, for any profile, and every lockout in force for user or profile."""

    grants: tuple[Grant, ...]
    lockouts: tuple[Lockout, ...]

    @property
    def is_locked_out(self) -> bool:
        return bool(self.lockouts)


class GrantTable:
    """The grant table as a vend reads it."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    async def load_standing(self, user: str, profile: str, now: datetime) -> Standing:
        """Read the user's partition, and the lockouts of the profile and of all, side by side.

        Both reads are strongly consistent and finish before this returns or raises. Expiry is decided here, by `now`
        (UTC): DynamoDB's TTL deletes days late.

        Raises:
            AwsError: a read failed, or a row cannot be understood. There is no partial standing.

        """
        own, shared = await asyncio.gather(
            self._user_items(user, now),
            self._shared_lockouts(profile),
            return_exceptions=True,
        )
        if isinstance(own, BaseException):
            raise own
        if isinstance(shared, BaseException):
            raise shared
        grants: list[Grant] = []
        lockouts = [_lockout(item) for item in shared]
        for item in own:
            kind = _kind(item)
            if kind is ItemKind.LOCKOUT:
                lockouts.append(_lockout(item))
            elif (grant := _grant(kind, item)) is not None:
                grants.append(grant)
        return Standing(
            grants=tuple(grant for grant in grants if now < grant.ends_at),
            lockouts=tuple(lockout for lockout in lockouts if lockout is not None and lockout.is_active(now)),
        )

    async def _user_items(self, user: str, now: datetime) -> list[Item]:
        request: dict[str, Any] = {
            "TableName": self._table,
            "ConsistentRead": True,
            "KeyConditionExpression": "subject = :subject",
            # Ended rows stay 90 days as evidence and are not worth carrying. A row whose end is absent or is no number
            # passes the filter, so that it is seen to be unreadable.
            "FilterExpression": "NOT (ends_at <= :now)",
            "ExpressionAttributeValues": {":subject": text_value(user_subject(user)), ":now": instant_value(now)},
        }
        items: list[Item] = []
        while True:
            with speaking_to("dynamodb"):
                page = await self._dynamodb.query(**request)
            items.extend(page["Items"])
            if not page.get("LastEvaluatedKey"):
                return items
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    async def _shared_lockouts(self, profile: str) -> list[Item]:
        wanted = _batch(self._table, [profile_subject(profile), ALL_SUBJECT])
        items: list[Item] = []
        for attempt in range(_BATCH_ATTEMPTS):
            if attempt:
                await asyncio.sleep(_BATCH_PAUSE_S * attempt)
            with speaking_to("dynamodb"):
                answer = await self._dynamodb.batch_get_item(RequestItems=wanted)
            items.extend(answer["Responses"].get(self._table, []))
            # What a throttled table leaves out comes back here (DynamoDB API reference, BatchGetItem).
            wanted = answer.get("UnprocessedKeys") or {}
            if not wanted:
                return items
        raise ThrottledError("dynamodb", "BatchGetItem kept leaving lockouts unread")


def _batch(table: str, subjects: Iterable[str]) -> Mapping[str, Any]:
    keys = [{"subject": text_value(subject), "item": text_value(LOCKOUT_ITEM)} for subject in subjects]
    return {table: {"Keys": keys, "ConsistentRead": True}}


def _reader(item: Item) -> ItemReader:
    return ItemReader("a row of the grant table", item)


def _kind(item: Item) -> ItemKind:
    """Tell what a row is; a kind this version does not know could be a refusal, so it is an error."""
    reader = _reader(item)
    try:
        return ItemKind(reader.text("item").partition("#")[0])
    except ValueError:
        raise reader.unreadable("item", "must begin with a kind this version knows") from None


def _grant(kind: ItemKind, item: Item) -> Grant | None:
    """Read a grant that serves; None for one that is asked for, refused, used up or closed."""
    reader = _reader(item)
    if kind not in _VIA:
        raise reader.unreadable("item", "must be an approval, a break-glass event or a lockout in a user's partition")
    if reader.text("status") != _SERVING[kind]:
        return None
    profile = reader.text("profile")
    grant_id = reader.text("grant_id")
    if reader.text("item") != f"{kind}#{profile}#{grant_id}":
        raise reader.unreadable("item", "must agree with the row's profile and grant id")
    return Grant(
        via=_VIA[kind],
        grant_id=grant_id,
        profile=profile,
        starts_at=reader.instant("starts_at"),
        ends_at=reader.instant("ends_at"),
        uses=reader.word("uses", GrantUses) if "uses" in item else GrantUses.WINDOW,
    )


def _lockout(item: Item) -> Lockout | None:
    """Read a lockout. Only one marked as lifted is none; any other status locks."""
    reader = _reader(item)
    if reader.optional_text("status") == LOCKOUT_LIFTED:
        return None
    return Lockout(
        subject=reader.text("subject"),
        reason=reader.text("reason"),
        ends_at=reader.optional_instant("ends_at"),
    )
