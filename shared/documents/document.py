"""A document as read: its value, the line of every place in it, and what is wrong with it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Final

# Keys and list positions from the document's root: ("rules", 2, "conditions").
Path = tuple[str | int, ...]
_PLAIN_KEY: Final = re.compile(r"[A-Za-z0-9_:/@-]+")


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem. `place` is like `rules[2].conditions.profiles`, empty for the document itself.

    `line` counts from 1; None if no line is the cause. `message` includes the remedy.
    """

    place: str
    line: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class DocumentError(ValueError):
    """The document is invalid; `problems` has every problem found, in the order of the text."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line or 0))
        super().__init__("; ".join(map(_with_line, self.problems)))


def _with_line(problem: Problem) -> str:
    return str(problem) if problem.line is None else f"line {problem.line}: {problem}"


def format_place(path: Path) -> str:
    """Format a path like `rules[2].conditions.profiles`; an unusual key is quoted."""
    place = ""
    for step in path:
        if isinstance(step, int):
            place += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            place += f".{step}" if place else step
        else:
            place += f"[{step!r}]"
    return place


def suggest(word: str, known: Iterable[str]) -> str:
    """Give `; did you mean "profiles"?` if a known word is close, else an empty string."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""


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
