"""Audit lines as bytes: JSON of at most 16 KB, linked with the line before, and written whole."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final, TextIO

import orjson

from shared.edge.audit.line import KIND, SCHEMA_VERSION, AuditLine
from shared.evidence.chain import DECIDED, NO_LINE, digest_of_decision, digest_of_value, hash_of

# Text that a caller chose is cut to this many characters.
MAX_CALLER_TEXT: Final = 512
MAX_LINE_BYTES: Final = 16 * 1024
_PROCESS_BYTES: Final = 16
_NAMES: Final = tuple(each.name for each in fields(AuditLine))
_FOR_DIGEST: Final = (*DECIDED, "facts")
_EMPTY: Final[tuple[object, ...]] = ((), [], {})
# Without these a line is of no use: each is short.
_KEPT: Final = frozenset(
    {"kind", "schema_version", "time", "service", "request_id", "process", "sequence", "previous", "outcome"}
)


class AuditError(Exception):
    """The audit line could not be written, so the request must not succeed."""


class Chain:
    """The lines of one process, each linked with the one before.

    A number that was given to a line which is never written leaves a gap: then an invocation has no line.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Begin a chain of its own, as a copy of a process must that Lambda restored from a snapshot."""
        self._process = secrets.token_hex(_PROCESS_BYTES)
        self._sequence = 0
        self._previous = NO_LINE

    def open_line(self, time: datetime, service: str, request_id: str, deployment: str | None) -> AuditLine:
        """Give the next line of the process, to be filled in and sealed before the one after it."""
        self._sequence += 1
        return AuditLine(time, service, request_id, deployment, self._process, self._sequence, self._previous)

    def seal(self, line: AuditLine) -> bytes:
        """Render a finished line; the next one holds its hash."""
        rendered = render(line)
        self._previous = hash_of(rendered)
        return rendered


def render(line: AuditLine) -> bytes:
    """Render a line as JSON without unknown fields: one line of at most 16 KB, control characters escaped."""
    known = {"kind": KIND, "schema_version": SCHEMA_VERSION, **_known(line)}
    rendered = _dump(known)
    while len(rendered) > MAX_LINE_BYTES:
        longest = max(known.keys() - _KEPT - {"shortened"}, key=lambda name: len(_dump(known[name])))
        left_out = orjson.loads(_dump(known.pop(longest)))
        known["shortened"] = {**known.get("shortened", {}), longest: digest_of_value(left_out)}
        rendered = _dump(known)
    return rendered


def decision_digest(line: AuditLine) -> str:
    """Give the digest of what is decided by now, which the session's row keeps."""
    return digest_of_decision(_known(line, _FOR_DIGEST))


def _known(line: AuditLine, names: Sequence[str] = _NAMES) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for name in names:
        value = getattr(line, name)
        if isinstance(value, str):
            known[name] = _clean(value[:MAX_CALLER_TEXT])
        elif value is not None and value not in _EMPTY:
            known[name] = _clean_within(value)
    return known


def _dump(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_UTC_Z)


def _clean(text: str) -> str:
    """Replace lone surrogates, which UTF-8 cannot encode."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _clean_within(value: Any) -> Any:
    try:
        orjson.dumps(value)
    except TypeError:
        return _cleaned(value)
    return value


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return _clean(value)
        case Mapping():
            return {_clean(name): _cleaned(each) for name, each in value.items()}
        case Sequence():
            return [_cleaned(each) for each in value]
        case _:
            return value


def write_lines(stream: TextIO, lines: Sequence[bytes]) -> None:
    """Write whole lines and flush them.

    Raises:
        AuditError: the lines could not be written.

    """
    text = "".join(f"{line.decode()}\n" for line in lines)
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError) as error:
        raise AuditError(f"the audit line could not be written: {type(error).__name__}") from error
