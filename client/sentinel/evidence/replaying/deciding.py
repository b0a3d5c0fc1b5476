"""Deciding under one policy on the facts of many lines, where most values come again and again.

A rule matches if all its conditions hold, and each condition reads one fact. So for each value of a fact there is a set
of rules whose condition on it holds, worked out once by `is_match` and kept, a bit for each rule. The rules that match
a line are what the sets of its values have in common. The decision is that of `evaluate`, which a test compares.

A line holds the claims and groups that its own policy read. Where this policy reads others, a rule may match or not:
then there are several decisions that the line does not choose between.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import Any, Final

from shared.core.access.evaluate import Decision, Facts, decision_by, is_match
from shared.core.access.recorded import restore_facts
from shared.core.access.schema import AccessPolicy, Conditions, Rule

Recorded = Mapping[str, Any]
# The sets of rules that match for certain, and that may.
_Sets = tuple[int, int]
NOTHING: Final[AbstractSet[str]] = frozenset()
# As many values of a fact are kept; then they are forgotten, so that lines of any number take the same memory.
_MOST_KEPT: Final = 1 << 14
_MINUTE: Final = len("2026-01-01T00:00")


class _Absent(Enum):
    """In place of a value that the line does not hold."""

    ABSENT = 0


def _named(field: str, names: Sequence[str]) -> Callable[[Recorded], Hashable]:
    """Tell lines apart by what they hold of claims or groups with these names."""

    def key(recorded: Recorded) -> Hashable:
        held = recorded[field]
        if held is None:
            return None
        values = (held.get(name, _Absent.ABSENT) for name in names)
        return tuple(tuple(value) if isinstance(value, list) else value for value in values)

    return key


def _minute(recorded: Recorded) -> Hashable:
    """Windows begin and end with a minute of UTC, as zones differ from it by whole minutes."""
    at: str = recorded["at"]
    return at[:_MINUTE] if at.endswith("Z") else at


def _keys(policy: AccessPolicy) -> Mapping[str, Callable[[Recorded], Hashable]]:
    """Give, for each condition, the value of a line that decides whether it holds."""
    return {
        "profiles": lambda recorded: recorded["profile"],
        "users": lambda recorded: recorded["user"],
        "accounts": lambda recorded: recorded["account"],
        "roles": lambda recorded: recorded["role"],
        "source_ips": lambda recorded: recorded["source_ip"],
        "authentication": lambda recorded: recorded["authentication"],
        "issuers": lambda recorded: recorded["issuer"],
        "claims": _named("claims", policy.names_read.claims),
        "groups": _named("groups", policy.names_read.groups),
        "mode": lambda _: None,
        "time": _minute,
    }


class _Fact:
    """One fact, and for each of its values the rules whose condition on it holds."""

    def __init__(self, condition: str, key: Callable[[Recorded], Hashable], rules: Sequence[Rule]) -> None:
        self.condition = condition
        self.key = key
        self.kept: dict[Hashable, _Sets] = {}
        self.asking = [(1 << place, each) for place, rule in enumerate(rules) if (each := _only(rule, condition))]
        # Rules that do not ask for the fact hold for every value.
        self.others = (1 << len(rules)) - 1 - sum(bit for bit, _ in self.asking)

    def work_out(self, recorded: Recorded) -> _Sets:
        """Find the rules for the value that the line has, and keep them."""
        facts = restore_facts(recorded)
        sure = possible = self.others
        for bit, rule in self.asking:
            holds = _holds(rule, facts, recorded)
            sure |= bit if holds else 0
            possible |= bit if holds is not False else 0
        if len(self.kept) >= _MOST_KEPT:
            self.kept.clear()
        self.kept[self.key(recorded)] = sure, possible
        return sure, possible


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
        self._every = (1 << len(policy.rules)) - 1
        self._deciding = sum(1 << place for place, rule in enumerate(policy.rules) if not rule.shadow)
        # By the place of the rule, from 1; without a rule first.
        self._decisions = [(decision_by(None),), *((decision_by(rule),) for rule in policy.rules)]
        facts = (_Fact(condition, key, policy.rules) for condition, key in _keys(policy).items())
        self._facts = [fact for fact in facts if fact.asking]

    def decide(self, recorded: Recorded, unknown: AbstractSet[str] = NOTHING) -> Sequence[Decision]:
        """Give the decision on recorded facts, or each that is possible, in the order of the rules.

        `unknown` names conditions of whose fact nothing was recorded.

        Raises:
            UnusableFactsError: a fact is absent or of another type.

        """
        sure = possible = self._every
        for fact in self._facts:
            if fact.condition in unknown:
                sure &= fact.others
                continue
            found = fact.kept.get(fact.key(recorded)) or fact.work_out(recorded)
            sure &= found[0]
            possible &= found[1]
        possible &= self._deciding
        first = possible & -possible
        if first & sure or not possible:
            return self._decisions[first.bit_length()]
        return tuple(self._several(possible, sure))

    def _several(self, possible: int, sure: int) -> Iterator[Decision]:
        while possible:
            bit = possible & -possible
            yield from self._decisions[bit.bit_length()]
            if bit & sure:
                return
            possible ^= bit
        yield from self._decisions[0]
