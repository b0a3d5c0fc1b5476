"""YAML by the core schema of YAML 1.2 (§10.3.2): `17:30`, `no` and dates are text.

Built from the parser's events, not by a loader: only plain values are constructed, aliases cannot expand a document,
and depth is checked before nesting.
"""

import math
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml

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

_NULL: Final = re.compile(r"null|Null|NULL|~|")
_BOOL: Final = re.compile(r"(true|True|TRUE)|false|False|FALSE")
_INT: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,3})?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MERGE_KEY: Final = "<<"


def read_yaml(text: str) -> Document:
    """Parse one YAML document.

    Raises:
        DocumentError: not YAML, empty, more than one document, a directive, or nested too deeply.

    """
    try:
        loader = yaml.SafeLoader(text)
        builder = _Builder(iter(loader.get_event, None))
        value = _build(loader, builder)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _refusal(line, f"character U+{ord(text[error.position]):04X} may not stand in YAML: remove it") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _refusal(mark.line + 1 if mark else None, f"not YAML: {error.problem or error.context}") from None
    return Document(value, lambda: builder.lines, builder.faults)


def _build(loader: yaml.SafeLoader, builder: "_Builder") -> Any:
    """Build the value. The parser converts escapes and a directive's version without a limit on their size."""
    try:
        return builder.build_document()
    except DocumentError:
        raise
    except (ValueError, OverflowError):
        mark = loader.get_mark()
        raise _refusal(mark.line + 1, "an escape is not a character, or a version is not a number") from None


def _refusal(line: int | None, message: str) -> DocumentError:
    return DocumentError([Problem("", line, message)])


class _Builder:
    """Builds values from events, and collects the line of every path and every fault that does not stop the parsing."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self.lines: dict[Path, int] = {}
        self.faults: dict[Path, str] = {}

    def build_document(self) -> Any:
        next(self._events)  # the stream's start
        start = next(self._events)
        if not isinstance(start, yaml.DocumentStartEvent):
            raise _refusal(None, "the document is empty")
        if start.version or start.tags:
            raise _refusal(_line(start), "directives (%) are not read: remove the line")
        value = self._build((), next(self._events))
        next(self._events)  # the document's end
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _refusal(_line(after), "a second document begins here: keep one per file")
        return value

    def _build(self, path: Path, event: yaml.Event) -> Any:
        if len(path) > MAX_DEPTH:
            raise _refusal(_line(event), TOO_DEEP)
        self.lines.setdefault(path, _line(event))
        if isinstance(event, yaml.AliasEvent):
            self.faults[path] = f"aliases are not read: write out the value of *{event.anchor}"
            return None
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent), "the parser yields one node here"
        if event.anchor is not None:
            self.faults[path] = f"anchors are not read: remove &{event.anchor}"
        if event.tag is not None:
            self.faults[path] = f"tags are not read: remove {event.tag}"
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(path, event)
        return self._build_mapping(path) if isinstance(event, yaml.MappingStartEvent) else self._build_sequence(path)

    def _build_mapping(self, path: Path) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._read_key(path, event)
            place = (*path, key)
            if key in mapping:
                self.faults[place] = f"written twice: keep one (the second is on line {_line(event)})"
            self.lines.setdefault(place, _line(event))
            mapping[key] = self._build(place, next(self._events))
        return mapping

    def _read_key(self, path: Path, event: yaml.Event) -> str:
        if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
            raise _refusal(_line(event), "a key is plain text, without anchor, alias or tag")
        self._refuse_half_characters(path, event)
        if event.style is None and event.value == _MERGE_KEY:
            self.faults[*path, _MERGE_KEY] = "merge keys are not read: write the keys out"
        elif event.style is None and not isinstance(_resolve(event.value), str):
            self.faults[*path, event.value] = "a key is text: put it in quotes"
        return str(event.value)

    def _refuse_half_characters(self, path: Path, event: yaml.ScalarEvent) -> None:
        if is_half_written(event.value):
            raise DocumentError([Problem(format_place(path), _line(event), HALF_CHARACTER)])

    def _build_sequence(self, path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._build((*path, len(items)), event))
        return items

    def _scalar(self, path: Path, event: yaml.ScalarEvent) -> Any:
        self._refuse_half_characters(path, event)
        if event.style is not None:
            return event.value
        value = _resolve(event.value)
        if value is None:
            self.faults.setdefault(path, NULL)
        elif isinstance(value, float) and not math.isfinite(value):
            self.faults[path] = (
                f"{event.value[:MAX_NUMBER_LENGTH]} is not a number a document may hold; put text in quotes"
            )
        elif isinstance(value, int | float) and len(event.value) > MAX_NUMBER_LENGTH:
            self.faults[path] = f"a number of {len(event.value)} digits: if it is a name, put it in quotes"
        return value


def _resolve(plain: str) -> Any:
    if _NULL.fullmatch(plain):
        return None
    if boolean := _BOOL.fullmatch(plain):
        return boolean[1] is not None
    if _NOT_FINITE.fullmatch(plain):
        return math.nan
    if _FLOAT.fullmatch(plain) and (len(plain) > MAX_NUMBER_LENGTH or not _INT.fullmatch(plain)):
        return float(plain)
    if _INT.fullmatch(plain):
        return int(plain, 0) if plain.startswith(("0o", "0x")) else int(plain)
    return plain


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
