"""Strict JSON with the standard library: what that accepts beyond RFC 8259 (§4, §6) is an error."""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from shared.documents.document import (
    HALF_CHARACTER,
    MAX_DEPTH,
    MAX_NUMBER_LENGTH,
    NULL,
    TOO_DEEP,
    Document,
    DocumentError,
    Path,
    Problem,
    format_place,
    is_half_written,
)

_TOKEN: Final = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")\s*:|(?P<open>[{\[])|(?P<close>[}\]])|(?P<comma>,)|(?P<scalar>"(?:[^"\\]|\\.)*"|[^\s,}\]]+)',
)


class NotJsonError(ValueError):
    """The text is not JSON; it may be YAML. `problem` is the error to report if it is not YAML either."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def read_json(text: str) -> Document:
    """Parse JSON text.

    Raises:
        NotJsonError: the text is not JSON.
        DocumentError: it is JSON that no document may have: NaN, an infinite or huge number, a lone surrogate, too deep
            nesting.

    """
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_int=_read_int,
            parse_float=_read_float,
        )
    except json.JSONDecodeError as error:
        raise NotJsonError(Problem("", error.lineno, f"not JSON: {error.msg} (column {error.colno})")) from None
    except RecursionError:
        raise DocumentError([Problem("", None, TOO_DEEP)]) from None
    return Document(value, lambda: _find_lines(text), dict(_find_faults(text)))


def _refuse_constant(word: str) -> Any:
    raise DocumentError([Problem("", None, f"{word} is not a number JSON knows")])


def _read_int(digits: str) -> int:
    if len(digits) > MAX_NUMBER_LENGTH:
        raise DocumentError([Problem("", None, f"a number of {len(digits)} digits: if it is a name, put it in quotes")])
    return int(digits)


def _read_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise DocumentError([Problem("", None, f"the number {digits[:MAX_NUMBER_LENGTH]} is out of range")])
    return number


def _find_lines(text: str) -> Mapping[Path, int]:
    lines: dict[Path, int] = {}
    for path, line, _ in _walk(text):
        lines.setdefault(path, line)  # a key's own line, where its value begins further down
    return lines


def _find_faults(text: str) -> Iterator[tuple[Path, str]]:
    seen: set[Path] = set()
    for path, line, scalar in _walk(text):
        if len(path) > MAX_DEPTH:
            raise DocumentError([Problem("", line, TOO_DEEP)])
        if path and is_half_written(path[-1] if scalar is None else json.loads(scalar)):
            raise DocumentError([Problem(format_place(path), line, HALF_CHARACTER)])
        if scalar is None and path in seen:
            yield path, "written twice: keep one"
        elif scalar == "null":
            yield path, NULL
        if scalar is None:
            seen.add(path)


def _walk(text: str) -> Iterator[tuple[Path, int, str | None]]:
    """Yield path and line of every key (without a scalar) and of every value that is a scalar or in a list."""
    path: list[str | int] = []
    line = 1
    position = 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        kind, written = match.lastgroup, match[0]
        if kind == "key":
            path[-1] = json.loads(match["key"])
            yield tuple(path), line, None
        elif kind == "scalar":
            yield tuple(path), line, written
        elif kind == "open":
            if path and isinstance(path[-1], int):
                yield tuple(path), line, None
            path.append(0 if written == "[" else "")
        elif kind == "close":
            path.pop()
        elif isinstance(path[-1], int):
            path[-1] += 1
