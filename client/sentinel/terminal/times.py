"""Instants as people read and write them."""

from datetime import UTC, datetime, timedelta
from typing import Final

from sentinel.errors import UsageError
from shared.core.durations import MalformedDurationError, format_duration, parse_duration

WIRE: Final = "%Y-%m-%dT%H:%M:%SZ"
_DAY: Final = timedelta(days=1)


def absolute(at: datetime) -> str:
    """Write an instant as people read it: `2026-03-01 12:00 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def relative(at: datetime, now: datetime) -> str:
    """Say how far an instant is: `in 45m`, `2h10m ago`, `3 days ago`."""
    distance = abs(at - now)
    if distance >= 2 * _DAY:
        words = f"{distance // _DAY} days"
    elif distance >= timedelta(minutes=1):
        words = format_duration(timedelta(minutes=distance // timedelta(minutes=1)))
    else:
        words = format_duration(timedelta(seconds=int(distance.total_seconds())))
    return f"in {words}" if at > now else f"{words} ago"


def parse_instant(text: str, option: str) -> datetime:
    """Read an instant with its offset, such as `2026-03-01T12:00:00Z` or `…+01:00`.

    Raises:
        UsageError: not an instant, or without an offset and so ambiguous.

    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise UsageError(f"{option}: {text!r} is not an instant", "write it like 2026-03-01T12:00:00Z, with its offset")
    return instant.astimezone(UTC)


def parse_instant_or_ago(text: str, option: str, now: datetime) -> datetime:
    """Read an instant, or how long ago it was: `24h`, `30m`.

    Raises:
        UsageError: it is neither.

    """
    try:
        return now - parse_duration(text)
    except MalformedDurationError:
        return parse_instant(text, option)
