"""Copies of the rows that every authorization reads: of everyone's and of each profile's lockout and cutoff.

A partition of DynamoDB serves 3,000 read units a second, and a table with a local index does not divide an item
collection. So these rows lie in several partitions, written in one transaction, and each session reads one of them: the
first is the row itself. docs/capacity.md computes what that is good for.
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

# A divisor of the alphabet's length, so that as many sessions read each.
COPIES: Final = 8
_PREFIX: Final = "copy#"
_PROFILE: Final = profile_subject("")
# How long a row itself is remembered beside its copy: only a version without copies changes the one alone.
_REMEMBERED: Final = timedelta(minutes=1)
_MOST_REMEMBERED: Final = 1000
# Attributes by which lists find a row: a copy is in none.
_LISTED_BY: Final = frozenset({"open_kind"})


def is_copied(subject: str) -> bool:
    """Whether rows of this subject have copies: everyone's and every profile's. A user's are read by few."""
    return subject == ALL_SUBJECT or subject.startswith(_PROFILE)


def copy_number(session_id: str) -> int:
    """Tell which copy a session reads, 0 for the row itself. Ids are random, so each is read as often."""
    return max(ALPHABET.find(session_id[:1]), 0) % COPIES


def copy_subject(subject: str, number: int) -> str:
    """Name the partition of a copy."""
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
    """Rows under their own subjects: what was read just now, and what was remembered of those read as copies."""

    items: Mapping[RowKey, Item]
    remembered: Mapping[RowKey, Item]


@dataclass(slots=True)
class CopiedRows:
    """Says where to read rows, and what they are by what was read there.

    A version that made no copies may have written a row, or write it yet while two are deployed. So each row itself is
    read once a minute and process as well, and remembered.
    """

    _rows: dict[RowKey, tuple[Item | None, datetime]] = field(default_factory=dict)

    def places(self, keys: Iterable[RowKey], session_id: str, now: datetime) -> frozenset[RowKey]:
        """Say which rows to read for a session."""
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
        """Give the rows of the keys by what was read at `places`; a row that is not there is left out."""
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
