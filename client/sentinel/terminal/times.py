"""Instants as people read and write them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sentinel.errors import UsageError
from shared.core.durations import MalformedDurationError, format_duration, parse_duration

WIRE: Final = "%Y-%m-%dT%H:%M:%SZ"
_DAY: Final = timedelta(days=1)
_DAYS: Final = re.compile(r"[0-9]{1,4}d")
_YEARS: Final = range(1970, 3000)


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


def read_instant(value: Any) -> datetime:
    """Read ISO 8601 with an offset, such as `2026-03-01T12:00:00Z` or `…+01:00`.

    Raises:
        ValueError: anything else; without an offset the instant is ambiguous.

    """
    remedy = "an instant is written in ISO 8601 with an offset, such as 2026-01-05T09:30:00+01:00 or …Z"
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(remedy) from None
    if instant.tzinfo is None or instant.year not in _YEARS:
        raise ValueError(remedy)
    return instant


def parse_instant(text: str, option: str) -> datetime:
    """Read the instant an option gives, as UTC.

    Raises:
        UsageError: not an instant with its offset.

    """
    try:
        return read_instant(text).astimezone(UTC)
    except ValueError as error:
        raise UsageError(f"{option}: {text!r} is not an instant", str(error)) from None


def parse_instant_or_ago(text: str, option: str, now: datetime) -> datetime:
    """Read an instant, or how long ago it was: `24h`, `30m`, `90d`.

    Raises:
        UsageError: it is neither.

    """
    if _DAYS.fullmatch(text):
        return now - int(text.removesuffix("d")) * _DAY
    try:
        return now - parse_duration(text)
    except MalformedDurationError:
        return parse_instant(text, option)
