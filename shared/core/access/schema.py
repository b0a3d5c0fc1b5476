"""The access policy document (schema version "1"): who may have which profile."""

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, Any, Final, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field, model_validator

from shared.core.access.zones import UTC_ZONE, UnknownTimeZoneError, load_zone
from shared.core.durations import CHAINING_MAXIMUM
from shared.core.fields import AccountId, DocumentModel, Glob, Name, SessionDuration, SessionPolicy, Text

Effect = Literal["allow", "deny", "require_approval", "require_server", "require_server_session"]
Mode = Literal["server", "cli", "credential_process"]
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
Network = IPv4Network | IPv6Network
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_MAPPED: Final = IPv6Network("::ffff:0:0/96")

# What a time of day is when it ends a day: minutes since midnight.
MINUTES_A_DAY: Final = 24 * 60


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


def _read_network(value: Any) -> Network:
    if not isinstance(value, str):
        raise ValueError("a source address is text such as 10.0.0.0/8 or 192.0.2.7")  # noqa: TRY004 - pydantic collects ValueErrors
    try:
        network: Network = ip_network(value) if "/" in value else ip_network(ip_address(value))
    except ValueError as error:
        raise ValueError(f"{error}; write a CIDR block without host bits, or one address") from None
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        bits = int(network.network_address) & 0xFFFF_FFFF
        return IPv4Network((bits, network.prefixlen - 96))
    return network


def _read_version(value: Any) -> Any:
    # The Go CLI reads an unquoted 1 as well; no other spelling has ever meant this schema.
    return "1" if value == 1 and not isinstance(value, bool | float) else value


NonEmpty = Field(min_length=1, strict=False)


class Hours(DocumentModel):
    """`[start, end)` as minutes since local midnight; an end before the start is on the next day."""

    start: Annotated[int, BeforeValidator(_read_start)]
    end: Annotated[int, BeforeValidator(_read_end)]

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
    timezone: Annotated[ZoneInfo, BeforeValidator(_read_zone)] = UTC_ZONE

    @model_validator(mode="after")
    def _restricts_something(self) -> Self:
        if self.days is None and self.hours is None:
            raise ValueError("a time window needs days, hours or both")
        return self


class Conditions(DocumentModel):
    """All must hold; an absent one always holds."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    profiles: Annotated[tuple[Glob, ...], NonEmpty] | None = None
    users: Annotated[tuple[Glob, ...], NonEmpty] | None = None
    accounts: Annotated[tuple[AccountId, ...], NonEmpty] | None = None
    roles: Annotated[tuple[Glob, ...], NonEmpty] | None = None
    source_ips: Annotated[tuple[Annotated[Network, BeforeValidator(_read_network)], ...], NonEmpty] | None = None
    mode: Annotated[tuple[Mode, ...], NonEmpty] | None = None
    time: TimeWindow | None = None

    @model_validator(mode="before")
    @classmethod
    def _no_device_conditions(cls, value: Any) -> Any:
        if isinstance(value, dict) and "device" in value:
            raise ValueError(
                "device conditions cannot be checked on the server, and leaving one out would widen the rule: remove "
                "it, or keep the rule out of this policy",
            )
        return value


class Rule(DocumentModel):
    """One rule; the first that matches decides."""

    name: Name
    effect: Effect
    conditions: Conditions
    reason: Text | None = None
    max_duration: SessionDuration | None = Field(
        default=None,
        validation_alias=AliasChoices("max_duration", "max_server_duration"),
    )
    break_glass: bool | None = None
    session_policy: SessionPolicy | None = None
    shadow: bool = False
    session_table: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_spelling(cls, value: Any) -> Any:
        if isinstance(value, dict) and "max_duration" in value and "max_server_duration" in value:
            raise ValueError("max_duration and max_server_duration are the same setting: keep max_duration")
        return value

    @property
    def cap(self) -> timedelta:
        """The longest session this rule gives: its `max_duration`, never over the chaining limit."""
        return min(self.max_duration or CHAINING_MAXIMUM, CHAINING_MAXIMUM)

    @property
    def yields_to_break_glass(self) -> bool:
        """Whether active break-glass overrides this rule. Unwritten: a demand for approval does, a deny does not."""
        return self.effect == "require_approval" if self.break_glass is None else self.break_glass


class AccessPolicy(DocumentModel):
    """The document `policies/access`."""

    version: Annotated[Literal["1"], BeforeValidator(_read_version)]
    rules: Annotated[tuple[Rule, ...], NonEmpty]

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [rule.name for rule in self.rules]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two rules are named {twice!r}: a name says in the audit which one decided")
        return self
