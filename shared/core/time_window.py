"""Time windows of policies: days and hours on the local clock of a zone.

Zones come from the packaged tz database, so a laptop and a Lambda agree regardless of their systems.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ConfigDict, WithJsonSchema, model_validator

from shared.core.fields import DocumentModel, NonEmpty


class UnknownTimeZoneError(ValueError):
    """The name is not one of the packaged IANA time zones."""


@cache
def _zone_names() -> frozenset[str]:
    listing = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(listing.split())


@cache
def _open_zone(name: str) -> ZoneInfo:
    directory, _, file = name.rpartition("/")
    package = ".".join(filter(None, ["tzdata.zoneinfo", directory.replace("/", ".")]))
    with resources.files(package).joinpath(file).open("rb") as stream:
        return ZoneInfo.from_file(stream, key=name)


def load_zone(name: object) -> ZoneInfo:
    """Load the time zone of an IANA name, spelled exactly (`Europe/Berlin`, `UTC`).

    Raises:
        UnknownTimeZoneError: there is no such zone. Never falls back to UTC.

    """
    if not isinstance(name, str) or name not in _zone_names():
        raise UnknownTimeZoneError(f"unknown time zone {name!r}: write an IANA name such as Europe/Berlin or UTC")
    return _open_zone(name)


UTC_ZONE: Final = load_zone("UTC")


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: Final[tuple[Weekday, ...]] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")

_CLOCK_SCHEMA: Final[dict[str, Any]] = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"}

# 24:00, which only an end may be, in minutes since midnight.
MINUTES_A_DAY: Final = 24 * 60
_MINUTE: Final = timedelta(minutes=1)


def _minutes(value: Any, *, may_be_midnight_end: bool) -> int:
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is not None:
        return int(match[1]) * 60 + int(match[2])
    if may_be_midnight_end and value == "24:00":
        return MINUTES_A_DAY
    raise ValueError('a time of day is written "HH:MM", 00:00 to 23:59 (an end may be 24:00), in quotes')


def _read_start(value: Any) -> int:
    return _minutes(value, may_be_midnight_end=False)


def _read_end(value: Any) -> int:
    return _minutes(value, may_be_midnight_end=True)


def _read_zone(value: Any) -> ZoneInfo:
    try:
        return load_zone(value)
    except UnknownTimeZoneError as error:
        raise ValueError(str(error)) from None


class Hours(DocumentModel):
    """`[start, end)` as minutes since local midnight; an end before the start is on the next day."""

    start: Annotated[int, BeforeValidator(_read_start), WithJsonSchema(_CLOCK_SCHEMA)]
    end: Annotated[int, BeforeValidator(_read_end), WithJsonSchema(_CLOCK_SCHEMA)]

    @model_validator(mode="after")
    def _has_an_extent(self) -> Self:
        if self.start == self.end:
            raise ValueError("start and end are the same; for a whole day write 00:00 to 24:00")
        return self


class TimeWindow(DocumentModel):
    """Days and hours on the local clock of a zone. A window that crosses midnight belongs to the day it starts on."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    days: Annotated[tuple[Weekday, ...], NonEmpty] | None = None
    hours: Hours | None = None
    timezone: Annotated[ZoneInfo, BeforeValidator(_read_zone), WithJsonSchema({"type": "string"})] = UTC_ZONE

    @model_validator(mode="after")
    def _restricts_something(self) -> Self:
        if self.days is None and self.hours is None:
            raise ValueError("a time window needs days, hours or both")
        return self


def is_within(window: TimeWindow, at: datetime) -> bool:
    """Whether the instant falls in the window on the zone's local clock."""
    local = at.astimezone(window.timezone)
    day, minute = local.weekday(), local.hour * 60 + local.minute
    if window.hours is None:
        return _is_day(window, day)
    start, end = window.hours.start, window.hours.end
    if start < end:
        return start <= minute < end and _is_day(window, day)
    if minute >= start:
        return _is_day(window, day)
    # After midnight, the window of the day before may still be open.
    return minute < end and _is_day(window, (local.date() - timedelta(days=1)).weekday())


def open_until(window: TimeWindow, at: datetime, limit: datetime) -> datetime:
    """Give the instant until which the window is open from `at` on, at most `limit`; UTC.

    Outside the window this is `at` itself.
    """
    instant = at.astimezone(UTC)
    # Hours and the zones' offsets are whole minutes, so nothing changes within a minute.
    while instant < limit and is_within(window, instant):
        instant = instant.replace(second=0, microsecond=0) + _MINUTE
    return min(instant, limit.astimezone(UTC))


def _is_day(window: TimeWindow, weekday: int) -> bool:
    return window.days is None or WEEKDAYS[weekday] in window.days
