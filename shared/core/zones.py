"""Time zones from the packaged tz database, so that a laptop and a Lambda agree regardless of their systems."""

from functools import cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo


class UnknownTimeZoneError(ValueError):
    """The name is not one of the packaged IANA time zones."""


@cache
def _zone_names() -> frozenset[str]:
    listing = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8")
    return frozenset(listing.split())


@cache
def _read_zone(name: str) -> ZoneInfo:
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
    return _read_zone(name)


UTC_ZONE: Final = load_zone("UTC")
