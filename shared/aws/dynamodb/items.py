"""DynamoDB items, typed on the way in and out. Every reader fails closed: a wrong type is an error, not a default.

Only lists that are shown leave invalid rows out, and name them. Decisions on access read each row by itself.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, TypeAlias, TypeVar

from shared.aws.errors import UnreadableError

Word = TypeVar("Word", bound=StrEnum)

# An item as DynamoDB's API writes it: {"name": {"S": "text"}, "at": {"N": "12"}}.
Item: TypeAlias = dict[str, dict[str, Any]]

# Later instants could be read but overflow in calculations: one such row would fail a whole list.
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
_NO_ACCOUNT: Final = "none"
_WHOLE: Final = re.compile(r"-?[0-9]{1,12}")


def text_value(text: str) -> dict[str, str]:
    return {"S": text}


def number_value(number: int) -> dict[str, str]:
    return {"N": str(number)}


def instant_value(instant: datetime) -> dict[str, str]:
    """Write an aware instant as UTC epoch seconds, rounded down."""
    return number_value(int(instant.timestamp()))


def texts_value(texts: Iterable[str]) -> dict[str, Any]:
    return {"L": [text_value(text) for text in texts]}


def flag_value(*, is_set: bool) -> dict[str, bool]:
    return {"BOOL": is_set}


def map_value(item: Item) -> dict[str, Any]:
    return {"M": item}


def maps_value(items: Iterable[Item]) -> dict[str, Any]:
    return {"L": [map_value(item) for item in items]}


def account_value(account: str) -> dict[str, str]:
    """Write the account of a caller; one who came with a token has none, which is written, too."""
    return text_value(account or _NO_ACCOUNT)


def drop_none(values: Mapping[str, dict[str, Any] | None]) -> Item:
    """Leave out unknown values: an absent attribute means not known."""
    return {name: value for name, value in values.items() if value is not None}


class ItemReader:
    """Reads the attributes of one item; an error names the table and the attribute, never a value.

    Raises:
        UnreadableError: from every method, where the attribute is absent or of another type.

    """

    def __init__(self, place: str, item: Mapping[str, Mapping[str, Any]]) -> None:
        self._place = place
        self._item = item

    def text(self, name: str) -> str:
        value = self._item.get(name, {}).get("S")
        if not isinstance(value, str) or not value:
            raise self.unreadable(name, "must be text")
        return value

    def optional_text(self, name: str) -> str | None:
        return self.text(name) if name in self._item else None

    def word(self, name: str, words: type[Word]) -> Word:
        """Read one of a closed set of words."""
        try:
            return words(self.text(name))
        except ValueError:
            raise self.unreadable(name, f"must be one of {', '.join(words)}") from None

    def instant(self, name: str) -> datetime:
        value = self._item.get(name, {}).get("N")
        try:
            instant = datetime.fromtimestamp(int(str(value)), UTC)
        except (ValueError, OverflowError, OSError):
            raise self.unreadable(name, "must be a number of epoch seconds") from None
        if not _EARLIEST <= instant <= _LATEST:
            raise self.unreadable(name, "must be between 1970 and 9000")
        return instant

    def optional_instant(self, name: str) -> datetime | None:
        return self.instant(name) if name in self._item else None

    def number(self, name: str) -> int:
        value = self._item.get(name, {}).get("N")
        if not isinstance(value, str) or not _WHOLE.fullmatch(value):
            raise self.unreadable(name, "must be a whole number of at most twelve digits")
        return int(value)

    def flag(self, name: str) -> bool:
        value = self._item.get(name, {}).get("BOOL")
        if not isinstance(value, bool):
            raise self.unreadable(name, "must be true or false")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(ItemReader(f"{self._place}: {name}", {"each": each}).text("each") for each in self._list(name))

    def account(self, name: str) -> str:
        """Read the account of a caller; empty for one who has none."""
        account = self.text(name)
        return "" if account == _NO_ACCOUNT else account

    def optional_texts(self, name: str) -> tuple[str, ...]:
        return self.texts(name) if name in self._item else ()

    def maps(self, name: str) -> "list[ItemReader]":
        """Give a reader for each map of a list."""
        return [self._nested(name, each) for each in self._list(name)]

    def optional_map(self, name: str) -> "ItemReader | None":
        return self._nested(name, self._item[name]) if name in self._item else None

    def _list(self, name: str) -> list[Mapping[str, Any]]:
        value = self._item.get(name, {}).get("L")
        if not isinstance(value, list):
            raise self.unreadable(name, "must be a list")
        return value

    def _nested(self, name: str, value: Mapping[str, Any]) -> "ItemReader":
        nested = value.get("M")
        if not isinstance(nested, dict):
            raise self.unreadable(name, "must be a map")
        return ItemReader(f"{self._place}: {name}", nested)

    def unreadable(self, name: str, must: str) -> UnreadableError:
        """Make the error for an attribute that is not what it must be."""
        return UnreadableError("dynamodb", f"{self._place}: attribute {name!r} {must}")


Row = TypeVar("Row")
_IDS: Final = ("session_id", "grant_id", "lockout_id", "subject")


def read_readable(items: Iterable[Item], read: Callable[[Item], Row]) -> tuple[list[Row], list[str]]:
    """Read the valid rows, in order; also give the names of the others, as far as they have one."""
    rows: list[Row] = []
    unreadable: list[str] = []
    for item in items:
        try:
            rows.append(read(item))
        except UnreadableError:
            unreadable.append(name_of(item))
    return rows, unreadable


def name_of(item: Item) -> str:
    """Name a row by its id, or by its key where it has none."""
    return next((text for name in _IDS if isinstance(text := item.get(name, {}).get("S"), str) and text), "?")
