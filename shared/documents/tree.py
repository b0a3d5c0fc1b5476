"""A document as read: its value, the line of every place in it, and the faults that the reader found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from shared.documents.problems import Path, Problem, format_place

# No schema is half as deep; a deeper text is an attack on the parser.
MAX_DEPTH: Final = 32
_HALF_A_MESSAGE: Final = 250
TOO_DEEP: Final = f"nested more than {MAX_DEPTH} deep"
# A float has no more digits, and no field needs more.
MAX_NUMBER_LENGTH: Final = 18
# JSON and YAML can both have one as an escape; no encoding can represent it.
HALF_CHARACTER: Final = "lone surrogate escape: write the complete character"
NULL: Final = "null where a value belongs: write one ({} is an empty mapping), or remove the key"


def is_half_written(value: object) -> bool:
    """Whether a text has a lone surrogate."""
    return isinstance(value, str) and not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value)


def _shorten(message: str) -> str:
    """Leave out the middle of a long message: it begins with the fault and ends with the remedy."""
    return (
        message if len(message) <= 2 * _HALF_A_MESSAGE else f"{message[:_HALF_A_MESSAGE]}…{message[-_HALF_A_MESSAGE:]}"
    )


@dataclass(frozen=True)
class Document:
    """A parsed document. `find_lines` gives the 1-based line of each path; it is called only to report problems."""

    value: Any
    find_lines: Callable[[], Mapping[Path, int]]
    faults: Mapping[Path, str] = field(default_factory=dict)

    @cached_property
    def lines(self) -> Mapping[Path, int]:
        return self.find_lines()

    def problem(self, path: Path, message: str) -> Problem:
        """Make a problem at a path; its line is that of the nearest part in the text."""
        return Problem(format_place(path), self.line_at(path), _shorten(message))

    def line_at(self, path: Path) -> int:
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1

    def allowing_null(self, is_nullable: Callable[[Path], bool]) -> "Document":
        """Give the document without the faults of nulls at places where null is allowed."""
        kept = {path: text for path, text in self.faults.items() if text != NULL or not is_nullable(path)}
        return replace(self, faults=kept)

    def line_of(self, place: str) -> int:
        """Give the line of a place (`rules[2].max_duration`), or of the nearest part of the text around it."""
        lines = {format_place(path): line for path, line in self.lines.items()}
        while place not in lines:
            place = place[: max(place.rfind("."), place.rfind("["), 0)]
            if not place:
                return 1
        return lines[place]
