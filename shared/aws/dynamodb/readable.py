"""Lists of rows of which some are invalid: these are left out and named, so that one does not hide the rest.

Only for lists that are shown. Decisions on access read each row by itself, and an invalid row is an error there.
"""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from shared.aws.dynamodb.items import Item
from shared.aws.errors import UnreadableError

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
