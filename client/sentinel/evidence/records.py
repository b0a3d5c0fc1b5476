"""One audit line out of the text that a log, or an export of one, holds for it.

A line may follow the instant that an export puts before each, or be the `message` of an event, alone or in the envelope
of a subscription. Other text of the same log is passed over. Text that names the kind of an audit line and is not
whole is reported, never guessed at: an auditor has to know what was not read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

KIND: Final = "sentinel.audit"
# What `sources.session_lines` writes of a row.
SESSION_KIND: Final = "sentinel.session"
_KIND: Final = KIND.encode()
# As the functions write it.
_BEGIN: Final = b'{"kind":"%b"' % _KIND
# `aws logs tail` and an export task: the instant, perhaps the name of the stream, the line.
_STAMPED: Final = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^\s{]*\s+(?:[^\s{]+\s+)?(?=\{)")
# A line of the indented JSON that `aws logs filter-log-events` prints.
_MESSAGE: Final = re.compile(rb'"message":\s*("(?:[^"\\]|\\.)*"),?')
_ENVELOPES: Final = ("logEvents", "events")
_SHOWN: Final = 20


class Record(NamedTuple):
    """An audit line: its exact bytes, without the end of the line, and its fields."""

    raw: bytes
    fields: dict[str, Any]


@dataclass(slots=True)
class Unread:
    """What of a source could not be read: how many records, and where and why for the first of them."""

    count: int = 0
    places: list[str] = field(default_factory=list)

    def add(self, place: str, why: str, count: int = 1) -> None:
        """Count records that cannot be read."""
        self.count += count
        if len(self.places) < _SHOWN:
            self.places.append(f"{place}: {why}")


def find_records(text: bytes, place: str, unread: Unread) -> Iterator[Record]:
    """Give the audit lines that one record of a log holds: mostly one, none in text that is something else."""
    text = text.strip()
    if not text.startswith(_BEGIN):
        if _KIND not in text:
            return
        text = _bare(text)
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        unread.add(place, "an audit line that is not whole")
        return
    match value:
        case {"kind": "sentinel.audit"}:
            yield Record(text, value)
        case {"message": str(message)}:
            yield from find_records(message.encode(), place, unread)
        case dict():
            yield from _find_in_envelope(value, place, unread)
        case list():
            unread.add(place, "an array: write one audit line a line, as `jq -c '.[]'` does")
        case _:
            pass


def _bare(text: bytes) -> bytes:
    """Take away what an export puts around a line."""
    if stamped := _STAMPED.match(text):
        return text[stamped.end() :]
    if quoted := _MESSAGE.fullmatch(text):
        return b'{"message":%b}' % quoted[1]
    return text


def _find_in_envelope(envelope: dict[str, Any], place: str, unread: Unread) -> Iterator[Record]:
    for name in _ENVELOPES:
        events = envelope.get(name)
        for number, event in enumerate(events if isinstance(events, list) else (), 1):
            message = event.get("message") if isinstance(event, dict) else None
            if isinstance(message, str):
                yield from find_records(message.encode(), f"{place}, event {number}", unread)
