"""The facts of a request, and whether each condition of a rule holds for them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from shared.core.access.schema import Conditions, Network
from shared.core.globs import matches_any
from shared.core.time_window import is_within

IpAddress = IPv4Address | IPv6Address
# The mode of every vend here; the Go CLI's other modes exist only on the caller's machine.
MODE: Final = "server"


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts that conditions are evaluated against. None: not known. An empty `role`: the caller has no role."""

    user: str
    profile: str
    at: datetime
    account: str | None = None
    role: str | None = None
    source_ip: IpAddress | None = None


def parse_source_ip(text: str) -> IpAddress | None:
    """Parse an address; an IPv4-mapped IPv6 address becomes IPv4. None if the text is not an address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def check_conditions(conditions: Conditions, facts: Facts) -> Iterator[tuple[str, bool | None]]:
    """Yield the name of each condition that is set, and whether it holds; None where its fact is not known."""
    if conditions.profiles is not None:
        yield "profiles", matches_any(conditions.profiles, facts.profile)
    if conditions.users is not None:
        yield "users", matches_any(conditions.users, facts.user)
    if conditions.accounts is not None:
        yield "accounts", None if facts.account is None else facts.account in conditions.accounts
    if conditions.roles is not None:
        yield "roles", None if facts.role is None else facts.role != "" and matches_any(conditions.roles, facts.role)
    if conditions.source_ips is not None:
        yield "source_ips", None if facts.source_ip is None else _is_in_any(facts.source_ip, conditions.source_ips)
    if conditions.mode is not None:
        yield "mode", MODE in conditions.mode
    if conditions.time is not None:
        yield "time", is_within(conditions.time, facts.at)


def _is_in_any(address: IpAddress, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
