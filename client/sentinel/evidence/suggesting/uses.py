"""What of each rule was used: which of its users, profiles and networks, and for how long at most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sentinel.evidence.records import SESSION_KIND
from sentinel.evidence.replaying.deciding import PolicyIndex
from sentinel.evidence.restoring import UnusableFactsError, restore_circumstances, restore_facts
from shared.core.access.authorize import Issue, Refuse
from shared.core.access.evaluate import Decision, IpAddress, Verdict, parse_source_ip
from shared.core.access.recorded import Circumstances
from shared.core.access.schema import AccessPolicy, Network, Rule
from shared.core.globs import matches, matches_any

_BREAK_GLASS: Final = "POST /v1/break-glass"
# Besides requests for credentials, the access policy decides on these.
_DECIDED: Final = ("POST /v1/requests", "POST /slack file_request", _BREAK_GLASS)
_UNUSABLE: Final = (UnusableFactsError, AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Allowed:
    """One request that was allowed. `facts` are as they were recorded; None in a line that does not hold them.

    Then `rule`, by which it was decided, is all that is known of the decision. `circumstances` None: nothing was
    vended.
    """

    user: str
    profile: str
    source_ip: IpAddress | None
    given: timedelta | None
    rule: str | None
    facts: Mapping[str, Any] | None = None
    circumstances: Circumstances | None = None

    def outcome(self, decision: Decision) -> Issue | Refuse | None:
        """Authorize the request again, with grants and lockouts as they were; None where nothing was vended."""
        if self.circumstances is None or self.facts is None:
            return None
        return self.circumstances.authorize(decision, self.profile, datetime.fromisoformat(self.facts["at"]))


def read_allowed(line: Mapping[str, Any]) -> Allowed | None:
    """Read a line as a request that was allowed; None for any other."""
    outcome, user, profile = line.get("outcome"), line.get("user"), line.get("profile")
    is_vend = line.get("service") == "vend" or line.get("kind") == SESSION_KIND
    is_decided = outcome == "issued" if is_vend else outcome == "answered" and line.get("operation") in _DECIDED
    if not is_decided or not isinstance(user, str) or not isinstance(profile, str):
        return None
    seconds, address = line.get("duration_given_s"), line.get("source_ip")
    # Older lines of a break-glass event name the rule of the break-glass policy, and these have no facts.
    rule = None if line.get("operation") == _BREAK_GLASS else line.get("rule")
    facts, circumstances = _restore(line)
    return Allowed(
        user=user,
        profile=profile,
        source_ip=parse_source_ip(address) if isinstance(address, str) else None,
        given=timedelta(seconds=seconds) if is_vend and type(seconds) is int else None,
        rule=rule if isinstance(rule, str) else None,
        facts=facts,
        circumstances=circumstances,
    )


def _restore(line: Mapping[str, Any]) -> tuple[Mapping[str, Any] | None, Circumstances | None]:
    facts = line.get("facts")
    if not isinstance(facts, dict) or not facts:
        return None, None
    try:
        at, circumstances = restore_facts(facts).at, restore_circumstances(facts)
        grants = () if circumstances is None else circumstances.grants or ()
        instants = [at, *(each for grant in grants for each in (grant.starts_at, grant.ends_at))]
        return (None, None) if any(each.tzinfo is None for each in instants) else (facts, circumstances)
    except _UNUSABLE:
        return None, None


def find_decision(index: PolicyIndex, allowed: Allowed) -> Decision | None:
    """Decide on the request again; None where the line does not hold all that this policy reads."""
    if allowed.facts is None:
        return None
    try:
        decisions = index.decide(allowed.facts)
    except _UNUSABLE:
        return None
    return decisions[0] if len(decisions) == 1 else None


def is_covered(rules: Mapping[str, Rule], allowed: Allowed) -> bool:
    """Whether the rule of a request still decides, by what may be narrowed of it: more is not known without facts.

    For a suggestion it is enough: no other rule is wider than it was, so none before it decides now that did not.
    """
    rule = rules.get(allowed.rule or "")
    if rule is None:
        return False
    conditions = rule.conditions
    return (
        (conditions.users is None or matches_any(conditions.users, allowed.user))
        and (conditions.profiles is None or matches_any(conditions.profiles, allowed.profile))
        and (conditions.source_ips is None or _is_in_any(allowed, rule))
        and (allowed.given is None or allowed.given <= rule.cap)
    )


def _is_in_any(allowed: Allowed, rule: Rule) -> bool:
    address = allowed.source_ip
    return address is not None and any(address in network for network in rule.conditions.source_ips or ())


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
        self._index = PolicyIndex(policy)
        self._rules = {rule.name: rule for rule in policy.rules}
        self._by_rule = {rule.name: _unused(rule, most) for rule in policy.rules}
        self.exact = 0
        self.by_name = 0
        self.elsewhere = 0

    def __getitem__(self, rule: str) -> RuleUse:
        return self._by_rule[rule]

    def note(self, allowed: Allowed) -> bool:
        """Note a request; False if this policy would not have allowed it, or not by a rule that is known."""
        decision = find_decision(self._index, allowed)
        if decision is None:
            rule, is_allowed = allowed.rule, is_covered(self._rules, allowed)
        else:
            rule, is_allowed = decision.rule_name, _allows(decision, allowed)
        if not is_allowed:
            self.elsewhere += 1
            return False
        self.exact += decision is not None
        self.by_name += decision is None
        if rule is not None:
            self._by_rule[rule].note(allowed)
        return True


def _allows(decision: Decision, allowed: Allowed) -> bool:
    outcome = allowed.outcome(decision)
    return decision.verdict is not Verdict.DENY if outcome is None else isinstance(outcome, Issue)


def _unused(rule: Rule, most: int) -> RuleUse:
    conditions = rule.conditions
    users, profiles = Entries(conditions.users or (), most), Entries(conditions.profiles or (), most)
    return RuleUse(users, profiles, conditions.source_ips or (), most)
