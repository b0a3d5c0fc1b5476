"""The access policy document (schema version "1"): who may have which profile."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, Any, Final, Literal

from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from shared.core.claims import WantedClaims
from shared.core.durations import CHAINING_MAXIMUM
from shared.core.fields import (
    Accounts,
    DocumentModel,
    Name,
    NonEmpty,
    RuleNames,
    SchemaVersion,
    SessionDuration,
    SessionPolicy,
    Text,
)
from shared.core.groups import GroupNames
from shared.core.identity import Authentication
from shared.core.name_globs import IssuerName, ProfileGlob, RoleGlob, UserGlob
from shared.core.time_window import TimeWindow

Effect = Literal["allow", "deny", "require_approval", "require_server", "require_server_session"]
Mode = Literal["server", "cli", "credential_process"]
Network = IPv4Network | IPv6Network
_MAPPED: Final = IPv6Network("::ffff:0:0/96")


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


NetworkText = Annotated[Network, BeforeValidator(_read_network), WithJsonSchema({"type": "string"})]


class Conditions(DocumentModel):
    """Conditions of a rule. All must hold; an absent one always holds."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    profiles: Annotated[tuple[ProfileGlob, ...], NonEmpty] | None = None
    users: Annotated[tuple[UserGlob, ...], NonEmpty] | None = None
    accounts: Accounts | None = None
    roles: Annotated[tuple[RoleGlob, ...], NonEmpty] | None = None
    groups: GroupNames | None = None
    issuers: Annotated[tuple[IssuerName, ...], NonEmpty] | None = None
    claims: WantedClaims | None = None
    authentication: Annotated[tuple[Annotated[Authentication, Field(strict=False)], ...], NonEmpty] | None = None
    source_ips: Annotated[tuple[NetworkText, ...], NonEmpty] | None = None
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
        """The longest session under this rule: its `max_duration`, at most one hour, the limit of role chaining."""
        return min(self.max_duration or CHAINING_MAXIMUM, CHAINING_MAXIMUM)

    @property
    def yields_to_break_glass(self) -> bool:
        """Whether an active break-glass event overrides this rule; by default `require_approval` only, not `deny`."""
        return self.effect == "require_approval" if self.break_glass is None else self.break_glass


@dataclass(frozen=True, slots=True)
class NamesRead:
    """The names of the claims and the groups that conditions of a policy read, sorted."""

    claims: tuple[str, ...]
    groups: tuple[str, ...]


class AccessPolicy(DocumentModel):
    """The document `policies/access`."""

    version: SchemaVersion
    rules: Annotated[tuple[Rule, ...], NonEmpty, RuleNames]

    @cached_property
    def names_read(self) -> NamesRead:
        """The claims and groups that any rule reads, shadow rules included."""
        conditions = [rule.conditions for rule in self.rules]
        return NamesRead(
            claims=tuple(sorted({name for each in conditions for name in each.claims or ()})),
            groups=tuple(sorted({name for each in conditions for name in each.groups or ()})),
        )
