"""The access policy's decision: the first rule whose conditions hold for the facts of a request, as a value."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from shared.core.access.schema import AccessPolicy, Conditions, Effect, Network, Rule
from shared.core.claims import Claims, meets
from shared.core.globs import matches_any
from shared.core.groups import Groups
from shared.core.identity import Authentication, Principal
from shared.core.time_window import is_within

IpAddress = IPv4Address | IPv6Address
# The mode of every vend here; the Go CLI's other modes exist only on the caller's machine.
MODE: Final = "server"


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts that conditions are evaluated against. None: not known.

    An empty `role`, `account` or `issuer`: the caller has none. `issuer` is the name of the issuer of the caller's
    token; `claims` are the token's, and one that is absent is not known.
    """

    user: str
    profile: str
    at: datetime
    account: str | None = None
    role: str | None = None
    source_ip: IpAddress | None = None
    authentication: Authentication | None = None
    issuer: str | None = None
    claims: Claims | None = None
    groups: Groups | None = None


def facts_of_caller(principal: Principal, profile: str, at: datetime, source_ip: str) -> Facts:
    """Give the facts of a request that a caller makes for a profile at an instant (UTC)."""
    return Facts(
        user=principal.user,
        profile=profile,
        at=at,
        account=principal.account,
        role=principal.role,
        source_ip=parse_source_ip(source_ip),
        authentication=principal.authentication,
        issuer=principal.issuer,
        claims=principal.claims,
        groups=principal.groups,
    )


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
    yield from _check_token(conditions, facts)
    if conditions.mode is not None:
        yield "mode", MODE in conditions.mode
    if conditions.time is not None:
        yield "time", is_within(conditions.time, facts.at)


def _check_token(conditions: Conditions, facts: Facts) -> Iterator[tuple[str, bool | None]]:
    if conditions.authentication is not None:
        is_known = facts.authentication is not None
        yield "authentication", facts.authentication in conditions.authentication if is_known else None
    if conditions.issuers is not None:
        yield "issuers", None if facts.issuer is None else facts.issuer in conditions.issuers
    if conditions.claims is not None:
        yield "claims", meets(conditions.claims, facts.claims)
    if conditions.groups is not None:
        yield "groups", None if facts.groups is None else facts.groups.has_any(conditions.groups)


def _is_in_any(address: IpAddress, networks: tuple[Network, ...]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


class Verdict(StrEnum):
    ALLOW = "allow"
    DENY = "deny"
    REQUIRE_APPROVAL = "require_approval"


# Every vend runs on the server and records a session, so the two server effects are always satisfied.
_VERDICTS: Final[dict[Effect, Verdict]] = {
    "allow": Verdict.ALLOW,
    "require_server": Verdict.ALLOW,
    "require_server_session": Verdict.ALLOW,
    "require_approval": Verdict.REQUIRE_APPROVAL,
    "deny": Verdict.DENY,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """The policy's decision: `rule` is the rule that matched, None if no rule did.

    `dissenting_shadows` names the shadow rules whose decision would have been another one.
    """

    verdict: Verdict
    rule: Rule | None
    dissenting_shadows: tuple[str, ...] = ()

    @property
    def rule_name(self) -> str | None:
        return None if self.rule is None else self.rule.name


def is_match(rule: Rule, facts: Facts) -> bool:
    """Whether every condition holds. A condition on an unknown fact holds in a deny, and fails in any other rule."""
    unknown_holds = rule.effect == "deny"
    return all(unknown_holds if holds is None else holds for _, holds in check_conditions(rule.conditions, facts))


def evaluate(policy: AccessPolicy, facts: Facts) -> Decision:
    """Give the decision of the first matching rule that is not a shadow rule; without a match, deny."""
    shadows: list[Rule] = []
    for rule in policy.rules:
        if not is_match(rule, facts):
            continue
        if not rule.shadow:
            return decision_by(rule, shadows)
        shadows.append(rule)
    return decision_by(None, shadows)


def decision_by(rule: Rule | None, shadows: Sequence[Rule] = ()) -> Decision:
    """Give the decision of the rule that matches, None if no rule does; `shadows` match and come before it."""
    verdict = Verdict.DENY if rule is None else _VERDICTS[rule.effect]
    return Decision(verdict, rule, tuple(shadow.name for shadow in shadows if _VERDICTS[shadow.effect] is not verdict))
