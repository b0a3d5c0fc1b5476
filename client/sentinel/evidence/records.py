"""One audit line out of the text that a log, or an export of one, holds for it.

A line may follow the instant that an export puts before each, or be the `message` of an event, alone or in the envelope
of a subscription. Other text of the same log is passed over. Text that names the kind of an audit line and is not
whole is reported, never guessed at: an auditor has to know what was not read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import orjson

from sentinel.errors import printable

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
# An audit line as a part of something else, perhaps as a text in which quotes are escaped.
_WITHIN: Final = re.compile(rb'kind[\\"\s:]+sentinel\.audit[\\"]')
_ENVELOPES: Final = ("logEvents", "events")
_SHOWN: Final = 20
_MOST_DEPLOYMENTS: Final = 10
_DAY: Final = timedelta(days=1)


class Record(NamedTuple):
    """An audit line: its exact bytes, without the end of the line, and its fields."""

    raw: bytes
    fields: dict[str, Any]


@dataclass(slots=True)
class Unread:
    """What of a source could not be read: how many records, and where and why for the first of them.

    `oldest` is the instant of the oldest line that was, and `deployments` are those whose lines were read, at most ten.
    """

    count: int = 0
    places: list[str] = field(default_factory=list)
    oldest: datetime | None = None
    deployments: set[str] = field(default_factory=set)

    def add(self, place: str, why: str, count: int = 1) -> None:
        """Count records that cannot be read."""
        self.count += count
        if len(self.places) < _SHOWN:
            self.places.append(f"{place}: {why}")

    def note(self, at: datetime, deployment: Any) -> None:
        """Note of a line that was read when it was written and by which deployment."""
        if self.oldest is None or at < self.oldest:
            self.oldest = at
        if isinstance(deployment, str) and len(self.deployments) < _MOST_DEPLOYMENTS:
            self.deployments.add(deployment)

    def remarks(self, begin: datetime) -> Iterator[str]:
        """Say what the lines that were read, of the time from `begin` on, do not show by themselves."""
        if self.oldest is not None and self.oldest - begin >= _DAY:
            yield f"There is no line from before {self.oldest:%Y-%m-%d}: nothing is known of the days before."
        if len(self.deployments) > 1:
            names = ", ".join(map(printable, sorted(self.deployments)))
            yield f"Lines of several deployments are counted together: {names}. --name NAME reads those of one."


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
        case dict() if any(isinstance(value.get(name), list) for name in _ENVELOPES):
            yield from _find_in_envelope(value, place, unread)
        case dict() if _WITHIN.search(text):
            unread.add(place, "an audit line within something else: write the line alone, as the function did")
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
