"""Durations as people write them, and the limits AWS sets on a vended session."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Final

# STS AssumeRole: DurationSeconds is 900-43200.
STS_MINIMUM: Final = timedelta(seconds=900)
STS_MAXIMUM: Final = timedelta(seconds=43200)
# A Lambda's role assuming a role is role chaining, which STS ends after an hour (IAM User Guide, "Role chaining").
CHAINING_MAXIMUM: Final = timedelta(seconds=3600)
# botocore refreshes whenever under 15 minutes remain, so a shorter default would be fetched again on every call.
DEFAULT: Final = timedelta(seconds=3600)

_GO_TERM: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(h|m|s)")
_GO: Final = re.compile(rf"(?:{_GO_TERM.pattern})+")
_SECONDS: Final = re.compile(r"[0-9]{1,9}")
_UNIT_S: Final = {"h": 3600, "m": 60, "s": 1}


class MalformedDurationError(ValueError):
    """The value is not a duration; the message says how one is written."""


def parse_duration(value: object) -> timedelta:
    """Parse Go's style (`1h30m`, `90m`, `1.5h`) or whole seconds (`5400`, as a number or digits).

    Raises:
        MalformedDurationError: anything else, including a zero, a negative and a fraction of a second.

    """
    match value:
        case bool():
            seconds = Decimal(0)
        case int():
            seconds = Decimal(value)
        case str() if _SECONDS.fullmatch(value):
            seconds = Decimal(value)
        case str() if _GO.fullmatch(value):
            seconds = sum((Decimal(n) * _UNIT_S[unit] for n, unit in _GO_TERM.findall(value)), Decimal(0))
        case _:
            seconds = Decimal(0)
    if seconds <= 0 or seconds != seconds.to_integral_value() or seconds > 10**9:
        raise MalformedDurationError("a duration is written like 1h30m, 45m or 5400 (seconds), and is more than zero")
    return timedelta(seconds=int(seconds))


def format_duration(duration: timedelta) -> str:
    """Write whole seconds in Go's style: `1h30m`, `15m`, `59s`."""
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    terms = [f"{n}{unit}" for n, unit in ((hours, "h"), (minutes, "m"), (seconds, "s")) if n]
    return "".join(terms) or "0s"
