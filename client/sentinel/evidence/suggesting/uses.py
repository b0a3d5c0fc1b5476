"""What of each rule was used: which of its users, profiles and networks, and for how long at most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from shared.core.access.authorize import Issue
from shared.core.access.evaluate import Decision, Facts, IpAddress, Verdict, evaluate, parse_source_ip
from shared.core.access.recorded import (
    Circumstances,
    UnusableFactsError,
    names_not_recorded,
    restore_circumstances,
    restore_facts,
)
from shared.core.access.schema import AccessPolicy, Network, Rule
from shared.core.globs import matches

# Besides requests for credentials, the access policy decides on these.
_DECIDED: Final = ("POST /v1/requests", "POST /slack file_request", "POST /v1/break-glass")
_UNUSABLE: Final = (UnusableFactsError, AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Allowed:
    """One request that was allowed. `facts` None: the line has none, or not all that the policy reads.

    Then `rule`, by which it was decided then, is all that is known of the decision.
    """

    user: str
    profile: str
    source_ip: IpAddress | None
    given: timedelta | None
    rule: str | None
    facts: Facts | None = None
    circumstances: Circumstances | None = None


def read_allowed(policy: AccessPolicy, line: Mapping[str, Any]) -> Allowed | None:
    """Read a line as a request that was allowed; None for any other."""
    outcome, user, profile = line.get("outcome"), line.get("user"), line.get("profile")
    is_vend = line.get("service") == "vend" or line.get("kind") == "sentinel.session"
    is_decided = outcome == "issued" if is_vend else outcome == "answered" and line.get("operation") in _DECIDED
    if not is_decided or not isinstance(user, str) or not isinstance(profile, str):
        return None
    seconds, rule, address = line.get("duration_given_s"), line.get("rule"), line.get("source_ip")
    facts, circumstances = _restore(policy, line)
    return Allowed(
        user=user,
        profile=profile,
        source_ip=parse_source_ip(address) if isinstance(address, str) else None,
        given=timedelta(seconds=seconds) if is_vend and type(seconds) is int else None,
        rule=rule if isinstance(rule, str) else None,
        facts=facts,
        circumstances=circumstances,
    )


def _restore(policy: AccessPolicy, line: Mapping[str, Any]) -> tuple[Facts | None, Circumstances | None]:
    recorded = line.get("facts")
    if not isinstance(recorded, dict) or "facts" in line.get("shortened", ()):
        return None, None
    try:
        if names_not_recorded(policy, recorded):
            return None, None
        return restore_facts(recorded), restore_circumstances(recorded)
    except _UNUSABLE:
        return None, None


def is_still_allowed(decision: Decision, allowed: Allowed) -> bool:
    """Whether a decision would allow the request, with grants and lockouts as they were."""
    if allowed.circumstances is None or allowed.facts is None:
        return decision.verdict is not Verdict.DENY
    return isinstance(allowed.circumstances.authorize(decision, allowed.profile, allowed.facts.at), Issue)


@dataclass(slots=True)
class Entries:
    """Which entries of a list of globs were used, and by which names: for each, at most one more than is listed."""

    globs: Sequence[str]
    most: int
    names: list[set[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = [set() for _ in self.globs]

    def note(self, name: str) -> None:
        """Note a name by the entry that is exactly it, or else by the first that matches it."""
        place = self._find(name)
        if place is not None and len(self.names[place]) <= self.most:
            self.names[place].add(name)

    def _find(self, name: str) -> int | None:
        if name in self.globs:
            return list(self.globs).index(name)
        return next((place for place, glob in enumerate(self.globs) if matches(glob, name)), None)


@dataclass(slots=True)
class RuleUse:
    """What of one rule was used."""

    users: Entries
    profiles: Entries
    networks: Sequence[Network]
    most: int
    count: int = 0
    longest: timedelta = timedelta(0)
    used_networks: set[int] = field(default_factory=set)
    addresses: set[IpAddress] = field(default_factory=set)
    is_address_unknown: bool = False

    def note(self, allowed: Allowed) -> None:
        self.count += 1
        self.users.note(allowed.user)
        self.profiles.note(allowed.profile)
        self.longest = max(self.longest, allowed.given or timedelta(0))
        if allowed.source_ip is None:
            self.is_address_unknown = True
        elif len(self.addresses) <= self.most:
            self.addresses.add(allowed.source_ip)
        self.used_networks |= {
            place
            for place, network in enumerate(self.networks)
            if allowed.source_ip is not None and allowed.source_ip in network
        }


class Uses:
    """What of each rule of a policy was used. `most` is how many names a glob is at most replaced by."""

    def __init__(self, policy: AccessPolicy, most: int) -> None:
        self._policy = policy
        self._by_rule = {rule.name: _unused(rule, most) for rule in policy.rules}
        self.exact = 0
        self.by_name = 0
        self.elsewhere = 0

    def __getitem__(self, rule: str) -> RuleUse:
        return self._by_rule[rule]

    def note(self, allowed: Allowed) -> bool:
        """Note a request; False if this policy would not have allowed it, or not by a rule that is known."""
        if allowed.facts is None:
            return self._note_by_name(allowed)
        decision = evaluate(self._policy, allowed.facts)
        if not is_still_allowed(decision, allowed):
            self.elsewhere += 1
            return False
        self.exact += 1
        if decision.rule is not None:
            self._by_rule[decision.rule.name].note(allowed)
        return True

    def _note_by_name(self, allowed: Allowed) -> bool:
        use = self._by_rule.get(allowed.rule or "")
        if use is None:
            self.elsewhere += 1
            return False
        self.by_name += 1
        use.note(allowed)
        return True


def _unused(rule: Rule, most: int) -> RuleUse:
    conditions = rule.conditions
    users, profiles = Entries(conditions.users or (), most), Entries(conditions.profiles or (), most)
    return RuleUse(users, profiles, conditions.source_ips or (), most)
