"""What a check of the audit log finds."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What happened to a line, or which of line and row is missing."""

    REMOVED = "removed"
    ALTERED = "altered"
    INSERTED = "inserted"
    REORDERED = "reordered"
    DUPLICATED = "duplicated"
    NO_LINE = "row without line"
    NO_ROW = "line without row"
    DIFFERS = "row and line differ"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: what it is, where, and why it is known."""

    kind: Kind
    place: str
    why: str


def place_of(process: str, sequence: int) -> str:
    """Name a line by its process and its number in it."""
    return f"line {sequence} of process {process}"
