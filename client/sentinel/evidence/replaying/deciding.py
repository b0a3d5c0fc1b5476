"""Deciding under one policy on the facts of many lines, where most values come again and again.

A rule matches if all its conditions hold, and each condition reads one fact. So for each value of a fact there is a set
of rules whose condition on it holds, a bit for each rule: found by `is_match` when a line first needs it, and kept. The
rules that match a line are what the sets of its values have in common. The decision is that of `evaluate`, which a test
compares.

A line holds the claims and groups that its own policy read. Where this policy reads others, a rule may match or not:
then there are several decisions that the line does not choose between.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from enum import Enum
from operator import itemgetter
from typing import Any, Final

from sentinel.evidence.restoring import restore_facts
from shared.core.access.evaluate import Decision, Facts, decision_by, is_match, parse_source_ip
from shared.core.access.schema import AccessPolicy, Conditions, Rule

Recorded = Mapping[str, Any]
# The rules whose condition was looked at, and of them those that match for certain and those that may.
_Sets = tuple[int, int, int]
_NONE_YET: Final[_Sets] = (0, 0, 0)
NOTHING: Final[AbstractSet[str]] = frozenset()
# As many values of a fact are kept; then they are forgotten, so that lines of any number take the same memory.
_MOST_KEPT: Final = 1 << 14
_MINUTE: Final = len("2026-01-01T00:00")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS: Final = {
    "profiles": "profile",
    "users": "user",
    "accounts": "account",
    "roles": "role",
    "authentication": "authentication",
    "issuers": "issuer",
}


class _Absent(Enum):
    """In place of a value that the line does not hold."""

    ABSENT = 0


def _named(field: str, names: Sequence[str]) -> Callable[[Recorded], Hashable]:
    """Tell lines apart by what they hold of claims or groups with these names."""
    absent = [_Absent.ABSENT] * len(names)

    def key(recorded: Recorded) -> Hashable:
        held = recorded[field]
        if held is None:
            return None
        values = tuple(map(held.get, names, absent))
        return tuple(map(_hashable, values)) if list in map(type, values) else values

    return key


def _hashable(value: Any) -> Hashable:
    return tuple(value) if isinstance(value, list) else value


def _minute(recorded: Recorded) -> Hashable:
    """Windows begin and end with a minute of UTC, as zones differ from it by whole minutes."""
    at: str = recorded["at"]
    return at[:_MINUTE] if at.endswith("Z") else at


def _address_alone(recorded: Recorded) -> Facts:
    """Give facts for a condition on the address. Few lines have one in common, and reading all facts takes longer."""
    address = recorded["source_ip"]
    return Facts("", "", _EPOCH, source_ip=None if address is None else parse_source_ip(address))


def _instant_alone(recorded: Recorded) -> Facts:
    """Give facts for a condition on the time."""
    return Facts("", "", datetime.fromisoformat(recorded["at"]))


def _facts_of(policy: AccessPolicy) -> "Iterator[_Fact]":
    """Give the facts that rules of the policy read, those of fewest values first."""
    rules, names = policy.rules, policy.names_read
    yield _Fact("mode", lambda _: None, rules)
    for condition, field in _FIELDS.items():
        yield _Fact(condition, itemgetter(field), rules)
    yield _Fact("claims", _named("claims", names.claims), rules)
    yield _Fact("groups", _named("groups", names.groups), rules)
    yield _Fact("time", _minute, rules, _instant_alone)
    yield _Fact("source_ips", itemgetter("source_ip"), rules, _address_alone)


class _Fact:
    """One fact, and for each of its values the rules whose condition on it holds."""

    def __init__(
        self,
        condition: str,
        key: Callable[[Recorded], Hashable],
        rules: Sequence[Rule],
        restore: Callable[[Recorded], Facts] = restore_facts,
    ) -> None:
        self.condition = condition
        self.key = key
        self.kept: dict[Hashable, _Sets] = {}
        self._restore = restore
        self._narrowed = {1 << place: each for place, rule in enumerate(rules) if (each := _only(rule, condition))}
        self.asking = sum(self._narrowed)
        # Rules that do not ask for the fact hold for every value.
        self.others = (1 << len(rules)) - 1 - self.asking

    def find(self, recorded: Recorded, needed: int) -> _Sets:
        """Find which of the needed rules hold for the value that the line has."""
        key = self.key(recorded)
        found = self.kept.get(key, _NONE_YET)
        return self._look(recorded, key, found, needed) if needed & ~found[0] else found

    def _look(self, recorded: Recorded, key: Hashable, found: _Sets, needed: int) -> _Sets:
        facts = self._restore(recorded)
        looked_at, sure, possible = found
        for bit in _bits(needed & ~looked_at):
            holds = _holds(self._narrowed[bit], facts, recorded)
            looked_at |= bit
            sure |= bit if holds else 0
            possible |= bit if holds is not False else 0
        if len(self.kept) >= _MOST_KEPT:
            self.kept.clear()
        self.kept[key] = looked_at, sure, possible
        return looked_at, sure, possible


def _bits(rules: int) -> Iterator[int]:
    while rules:
        yield rules & -rules
        rules &= rules - 1


def _only(rule: Rule, condition: str) -> Rule | None:
    """Give the rule with only one of its conditions; None if it does not have it."""
    wanted = getattr(rule.conditions, condition)
    return None if wanted is None else _with(rule, **{condition: wanted})


def _with(rule: Rule, **conditions: Any) -> Rule:
    return rule.model_copy(update={"conditions": Conditions.model_construct(**conditions)})


def _holds(rule: Rule, facts: Facts, recorded: Recorded) -> bool | None:
    """Whether a rule with one condition matches; None where that takes a name which the line does not hold."""
    claims, groups = rule.conditions.claims, rule.conditions.groups
    if claims is not None and recorded["claims"] is not None:
        held = {name: globs for name, globs in claims.items() if name in recorded["claims"]}
        if len(held) < len(claims):
            return None if not held or is_match(_with(rule, claims=held), facts) else False
    if groups is not None and recorded["groups"] is not None and facts.groups is not None:
        known = [name for name in groups if name in recorded["groups"]]
        if len(known) < len(groups):
            return True if known and facts.groups.has_any(known) else None
    return is_match(rule, facts)


class PolicyIndex:
    """A policy, prepared for many decisions."""

    def __init__(self, policy: AccessPolicy) -> None:
        self.policy = policy
        # Shadow rules decide nothing.
        self._deciding = sum(1 << place for place, rule in enumerate(policy.rules) if not rule.shadow)
        # By the place of the rule, from 1; without a rule first.
        self._decisions = [(decision_by(None),), *((decision_by(rule),) for rule in policy.rules)]
        self._facts = [fact for fact in _facts_of(policy) if fact.asking]

    def decide(self, recorded: Recorded, unknown: AbstractSet[str] = NOTHING) -> Sequence[Decision]:
        """Give the decision on recorded facts, or each that is possible, in the order of the rules.

        `unknown` names conditions of whose fact nothing was recorded.

        Raises:
            UnusableFactsError: a fact is absent or of another type.

        """
        sure = possible = self._deciding
        for fact in self._facts:
            needed = possible & fact.asking
            if not needed:
                continue
            if fact.condition in unknown:
                sure &= fact.others
                continue
            _, holds, may_hold = fact.find(recorded, needed)
            sure &= fact.others | holds
            possible &= fact.others | may_hold
        first = possible & -possible
        if first & sure or not possible:
            return self._decisions[first.bit_length()]
        return tuple(self._several(possible, sure))

    def _several(self, possible: int, sure: int) -> Iterator[Decision]:
        for bit in _bits(possible):
            yield from self._decisions[bit.bit_length()]
            if bit & sure:
                return
        yield from self._decisions[0]
