"""Copies of the rows that every authorization reads: lockouts and cutoffs of everyone and of each profile.

A partition of DynamoDB serves 3,000 read units a second, and a table with a local index does not divide an item
collection. So these rows are written to several partitions in one transaction, and each session reads one of them; the
first is the row itself. docs/capacity.md computes the resulting capacity.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from shared.aws.dynamodb.items import Item, text_value
from shared.core.ids import ALPHABET
from shared.core.subjects import ALL_SUBJECT, profile_subject

# A row's subject and item.
RowKey: TypeAlias = tuple[str, str]

# A divisor of the alphabet's length, so that each copy is read by the same share of sessions.
COPIES: Final = 8
_PREFIX: Final = "copy#"
_PROFILE: Final = profile_subject("")
# How long a row itself is remembered in addition to its copy: only a version without copies changes it alone.
_REMEMBERED: Final = timedelta(minutes=1)
_MOST_REMEMBERED: Final = 1000
# Attributes of the indexes for lists, which copies are not in.
_LISTED_BY: Final = frozenset({"open_kind"})


def is_copied(subject: str) -> bool:
    """Whether rows of this subject have copies: everyone's and every profile's do; few sessions read a user's."""
    return subject == ALL_SUBJECT or subject.startswith(_PROFILE)


def copy_number(session_id: str) -> int:
    """Give the number of the copy that a session reads, 0 for the row itself. Ids are random, so the load is even."""
    return max(ALPHABET.find(session_id[:1]), 0) % COPIES


def copy_subject(subject: str, number: int) -> str:
    """Give the partition key of a copy."""
    return f"{_PREFIX}{number}#{subject}" if number and is_copied(subject) else subject


def copy_writes(table: str, item: Item) -> list[dict[str, Any]]:
    """Make the writes of a row's copies, for the transaction that writes the row; the row's condition guards them."""
    subject = item["subject"]["S"]
    if not is_copied(subject):
        return []
    kept = {name: value for name, value in item.items() if name not in _LISTED_BY}
    copies = (kept | {"subject": text_value(copy_subject(subject, number))} for number in range(1, COPIES))
    return [{"Put": {"TableName": table, "Item": copy}} for copy in copies]


@dataclass(frozen=True, slots=True)
class Gathered:
    """Rows under their own subjects: those just read, and the remembered rows of those read as copies."""

    items: Mapping[RowKey, Item]
    remembered: Mapping[RowKey, Item]


@dataclass(slots=True)
class CopiedRows:
    """Gives the keys to read for a session, and the rows from the results.

    A version without copies may have written a row, or may write it while both are deployed. So each process also reads
    each row itself once a minute, and remembers it.
    """

    _rows: dict[RowKey, tuple[Item | None, datetime]] = field(default_factory=dict)

    def places(self, keys: Iterable[RowKey], session_id: str, now: datetime) -> frozenset[RowKey]:
        """Give the keys of the rows to read for a session."""
        number, wanted = copy_number(session_id), frozenset(keys)
        copies = {(copy_subject(subject, number), item) for subject, item in wanted}
        return frozenset(copies | {key for key in wanted if number and is_copied(key[0]) and self._is_due(key, now)})

    def gather(
        self,
        keys: Iterable[RowKey],
        places: frozenset[RowKey],
        items: Iterable[Item],
        session_id: str,
        now: datetime,
    ) -> Gathered:
        """Give the rows of the keys from the rows read at `places`; missing rows are left out."""
        found = {(item["subject"]["S"], item["item"]["S"]): item for item in items}
        number, rows, remembered = copy_number(session_id), dict[RowKey, Item](), dict[RowKey, Item]()
        for key in frozenset(keys):
            if key in places:
                row = found.get(key)
                self._remember(key, row, now)
            else:
                row = found.get((copy_subject(key[0], number), key[1]))
                if (kept := self._rows.get(key, (None, now))[0]) is not None:
                    remembered[key] = kept
            if row is not None:
                rows[key] = row | {"subject": text_value(key[0])}
        return Gathered(rows, remembered)

    def _is_due(self, key: RowKey, now: datetime) -> bool:
        return key not in self._rows or not self._rows[key][1] - _REMEMBERED <= now < self._rows[key][1]

    def _remember(self, key: RowKey, row: Item | None, now: datetime) -> None:
        if not is_copied(key[0]):
            return
        if len(self._rows) >= _MOST_REMEMBERED:
            self._rows.clear()
        self._rows[key] = row, now + _REMEMBERED
