"""The grants, memberships and lockouts of a user and a profile, read consistently in two calls."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from shared.aws.concurrency import gather_both
from shared.aws.dynamodb.grant_rows import read_extended, read_person
from shared.aws.dynamodb.items import Item, ItemReader, instant_value, text_value
from shared.aws.dynamodb.memberships import read_memberships
from shared.aws.dynamodb.reads import load_items
from shared.aws.dynamodb.schema import CONSUMED_BY, LOCKOUT_ITEM, LOCKOUT_LIFTED, GrantIndex, ItemKind, grant_item
from shared.aws.errors import translate_errors
from shared.core.grants import Approver, EventStatus, Grant, GrantUses, Lockout, RequestStatus
from shared.core.membership import Memberships
from shared.core.people import Person
from shared.core.stamp import Via
from shared.core.subjects import person_subjects, user_subject, vend_subjects

_VIA: Final = {ItemKind.APPROVAL: Via.APPROVAL, ItemKind.BREAK_GLASS: Via.BREAK_GLASS}
_SERVING: Final = {ItemKind.APPROVAL: RequestStatus.APPROVED, ItemKind.BREAK_GLASS: EventStatus.ACTIVE}


@dataclass(frozen=True, slots=True)
class GrantsAndLockouts:
    """The user's grants with time left, for any profile, and every lockout in force for person or profile.

    `memberships` are the user's in groups.
    """

    grants: tuple[Grant, ...]
    lockouts: tuple[Lockout, ...]
    memberships: Memberships = field(default_factory=Memberships)

    @property
    def is_locked_out(self) -> bool:
        return bool(self.lockouts)


@dataclass(frozen=True, slots=True)
class Serving:
    """What one Query finds of a user: grants with time left, for any profile, and memberships in groups."""

    grants: tuple[Grant, ...]
    memberships: Memberships


class GrantTable:
    """The grant table as a vend reads it."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    async def load(self, person: Person, profile: str, now: datetime) -> GrantsAndLockouts:
        """Read the user's serving grants, and the lockouts of person, profile and everyone, concurrently.

        Both reads are strongly consistent and finish before this returns or raises. Expiry is decided by `now` (UTC),
        because DynamoDB's TTL may delete days late.

        Raises:
            AwsError: a read failed, or a row is invalid. There is no partial result.

        """
        serving, lockouts = await gather_both(
            self.load_serving(person.user, now),
            self.load_lockouts(vend_subjects(person, profile), now),
        )
        if isinstance(serving, Exception):
            raise serving
        if isinstance(lockouts, Exception):
            raise lockouts
        return GrantsAndLockouts(serving.grants, lockouts, serving.memberships)

    async def load_lockouts(self, subjects: Iterable[str], now: datetime) -> tuple[Lockout, ...]:
        """Load the lockouts in force for any of the subjects, strongly consistently.

        Raises:
            AwsError: they could not be read, or not be understood.

        """
        keys = [{"subject": text_value(subject), "item": text_value(LOCKOUT_ITEM)} for subject in sorted(subjects)]
        found = map(read_lockout, (await load_items(self._dynamodb, {self._table: keys}))[self._table])
        return tuple(lockout for lockout in found if lockout is not None and lockout.is_active(now))

    async def load_locked_out(self, people: Collection[Person], now: datetime) -> frozenset[Person]:
        """Find those of at most 30 people who are locked out, strongly consistently; for none, without a call.

        Raises:
            AwsError: it could not be read, or not be understood.

        """
        subjects = {person: person_subjects(person) for person in people}
        found = await self.load_lockouts(frozenset().union(*subjects.values()), now) if subjects else ()
        locked = {lockout.subject for lockout in found}
        return frozenset(person for person, own in subjects.items() if not own.isdisjoint(locked))

    async def load_serving(self, user: str, now: datetime) -> Serving:
        """Load the user's grants that have time left, and their memberships, strongly consistently.

        Raises:
            AwsError: they could not be read, or not be understood.

        """
        request: dict[str, Any] = {
            "TableName": self._table,
            # A local index, because only those can be read consistently. A row is in it only while it serves, so ninety
            # days of evidence in the same partition cost a vend nothing.
            "IndexName": GrantIndex.SERVING,
            "ConsistentRead": True,
            "KeyConditionExpression": "subject = :subject AND serves_until > :now",
            "ExpressionAttributeValues": {":subject": text_value(user_subject(user)), ":now": instant_value(now)},
        }
        items: list[Item] = []
        while True:
            with translate_errors("dynamodb"):
                page = await self._dynamodb.query(**request)
            items.extend(page["Items"])
            if not page.get("LastEvaluatedKey"):
                memberships = [each for each in items if _is_membership(each)]
                grants = tuple(_grant(each) for each in items if not _is_membership(each))
                return Serving(grants, read_memberships(memberships, now))
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _reader(item: Item) -> ItemReader:
    return ItemReader("a row of the grant table", item)


def _is_membership(item: Item) -> bool:
    return _reader(item).text("item").startswith(f"{ItemKind.MEMBERSHIP}#")


def _grant(item: Item) -> Grant:
    """Read a grant that serves. A row of the index that contradicts this is invalid, so it is an error."""
    reader = _reader(item)
    word = reader.text("item").partition("#")[0]
    if word not in _VIA:
        raise reader.unreadable("item", "must be an approval's or a break-glass event's")
    kind = ItemKind(word)
    if reader.text("status") != _SERVING[kind]:
        raise reader.unreadable("status", "must be the one in which it serves")
    if CONSUMED_BY in item:
        raise reader.unreadable(CONSUMED_BY, "must be absent while it serves")
    profile, grant_id = reader.text("profile"), reader.text("grant_id")
    filed_at = reader.optional_instant("created_at")
    if reader.text("item") != grant_item(kind, profile, grant_id):
        raise reader.unreadable("item", "must agree with the row's profile and grant id")
    return Grant(
        via=_VIA[kind],
        grant_id=grant_id,
        profile=profile,
        starts_at=reader.instant("starts_at"),
        ends_at=reader.instant("ends_at"),
        uses=reader.word("uses", GrantUses) if "uses" in item else GrantUses.WINDOW,
        # Absent means no votes; an approval without votes does not serve.
        approved_by=tuple(_approver(vote, filed_at) for vote in reader.maps("votes")) if "votes" in item else (),
        is_auto_approved=reader.flag("is_auto_approved") if "is_auto_approved" in item else False,
        extends=read_extended(reader),
    )


def _approver(vote: ItemReader, filed_at: datetime | None) -> Approver:
    voted_at = vote.optional_instant("at")
    waited = None if voted_at is None or filed_at is None else voted_at - filed_at
    return Approver(read_person(vote), waited)


def read_lockout(item: Item) -> Lockout | None:
    """Read a lockout; None only if it is marked as lifted. Any other status locks."""
    reader = _reader(item)
    if reader.optional_text("status") == LOCKOUT_LIFTED:
        return None
    return Lockout(
        subject=reader.text("subject"),
        reason=reader.text("reason"),
        ends_at=reader.optional_instant("ends_at"),
    )
