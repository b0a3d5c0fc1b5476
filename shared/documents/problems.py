"""What is wrong with a document: where, and what to do about it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

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
