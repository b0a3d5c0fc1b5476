"""Instants in JSON: `YYYY-MM-DDTHH:MM:SSZ`, UTC to the second, the one format that every SDK reads."""

import re
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"
_TO_THE_SECOND: Final = len("2026-11-23T12:00:00")
# From the year 2000 on, so that every instant can be shown in every time zone.
TIMESTAMP_PATTERN: Final = r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
_WRITTEN: Final = re.compile(TIMESTAMP_PATTERN)


def format_timestamp(instant: datetime) -> str:
    """Format an aware instant in UTC, rounded down to the second. `+00:00` breaks the JavaScript and Rust SDKs."""
    return f"{instant.astimezone(UTC).isoformat()[:_TO_THE_SECOND]}Z"


def parse_timestamp(text: object) -> datetime:
    """Parse an instant.

    Raises:
        ValueError: any other format; the message shows the right one.

    """
    try:
        if isinstance(text, str) and _WRITTEN.fullmatch(text):
            return datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        pass
    raise ValueError("an instant is written like 2026-11-23T12:00:00Z: UTC, to the second")


# The type of a field with an instant, in bodies, queries and responses.
Timestamp = Annotated[
    datetime,
    BeforeValidator(lambda value: value if isinstance(value, datetime) else parse_timestamp(value)),
    PlainSerializer(format_timestamp, return_type=str),
    Field(strict=False),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": TIMESTAMP_PATTERN}),
]
