"""Explanations of a decision: every rule and every condition, in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from shared.core.access.authorize import Issue, Refuse, authorize
from shared.core.access.evaluate import MODE, Decision, Facts, check_conditions, evaluate, is_match
from shared.core.access.schema import AccessPolicy, Conditions, Effect, Rule
from shared.core.claims import claim_words, meets
from shared.core.grants import Grant
from shared.core.time_window import WEEKDAYS, TimeWindow

_UNKNOWN: Final = "not known"
_NONE: Final = "(none)"
_WHO_AND_WHAT: Final = frozenset(
    {"profiles", "users", "accounts", "roles", "authentication", "issuers", "claims", "groups"}
)
_OBJECTS: Final = {
    "profiles": "profile",
    "users": "user",
    "accounts": "account",
    "roles": "role",
    "source_ips": "source address",
    "authentication": "authentication",
    "issuers": "issuer",
    "claims": "claim",
    "groups": "group",
}


@dataclass(frozen=True, slots=True)
class ConditionAccount:
    """One condition of a rule: whether it `holds` (None: its fact is not known), and why, in words."""

    name: str
    holds: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class RuleAccount:
    """One rule: whether it matched, and whether it `decides` (at most one does, and never a shadow)."""

    name: str
    effect: Effect
    is_shadow: bool
    matched: bool
    decides: bool
    conditions: tuple[ConditionAccount, ...]

    @property
    def concerns_asker(self) -> bool:
        """Whether the rule's conditions on user and profile hold, regardless of time and address."""
        return all(each.holds is not False for each in self.conditions if each.name in _WHO_AND_WHAT)


@dataclass(frozen=True, slots=True)
class Explanation:
    rules: tuple[RuleAccount, ...]
    decision: Decision
    outcome: Issue | Refuse


def explain(
    policy: AccessPolicy,
    facts: Facts,
    *,
    grants: Iterable[Grant] = (),
    is_locked_out: bool = False,
    requested: timedelta | None = None,
    profile_cap: timedelta | None = None,
) -> Explanation:
    """Evaluate and authorize as the vend Lambda would at `facts.at`, with an account of every rule."""
    decision = evaluate(policy, facts)
    outcome = authorize(
        decision,
        profile=facts.profile,
        grants=grants,
        is_locked_out=is_locked_out,
        now=facts.at,
        requested=requested,
        profile_cap=profile_cap,
    )
    return Explanation(tuple(explain_rules(policy, facts)), decision, outcome)


def explain_rules(policy: AccessPolicy, facts: Facts) -> Iterator[RuleAccount]:
    """Yield an account of each rule, including those after the deciding one."""
    decider = evaluate(policy, facts).rule
    for rule in policy.rules:
        yield RuleAccount(
            rule.name,
            rule.effect,
            rule.shadow,
            is_match(rule, facts),
            rule is decider,
            tuple(_explain_conditions(rule, facts)),
        )


def _explain_conditions(rule: Rule, facts: Facts) -> Iterator[ConditionAccount]:
    for name, holds in check_conditions(rule.conditions, facts):
        words = (
            _unknown_words(name, rule, facts) if holds is None else _words(name, rule.conditions, facts, holds=holds)
        )
        yield ConditionAccount(name, holds, words)


def _unknown_words(name: str, rule: Rule, facts: Facts) -> str:
    consequence = "which counts as holding in a deny" if rule.effect == "deny" else "so the condition fails"
    absent = [each for each in rule.conditions.claims or () if each not in (facts.claims or {})]
    which = f" {', '.join(absent)}" if name == "claims" else ""
    return f"the {_OBJECTS[name]}{which} is {_UNKNOWN}, {consequence}"


def _words(name: str, conditions: Conditions, facts: Facts, *, holds: bool) -> str:
    if name == "mode":
        return f"every vend is {MODE}, which is {'' if holds else 'not '}listed"
    if name == "time":
        assert conditions.time is not None, "check_conditions yields written conditions only"
        return _time_words(conditions.time, facts, holds=holds)
    if name == "claims":
        return _claims_words(conditions.claims or {}, facts)
    known = {
        "profiles": facts.profile,
        "users": facts.user,
        "accounts": facts.account or _NONE,
        "roles": facts.role or _NONE,
        "source_ips": facts.source_ip,
        "authentication": facts.authentication,
        "issuers": facts.issuer or _NONE,
        "groups": ", ".join(sorted(facts.groups.names)) or _NONE if facts.groups is not None else None,
    }
    verb = "matches one of" if holds else "matches none of"
    return f"{_OBJECTS[name]} {known[name]} {verb} {', '.join(map(str, getattr(conditions, name)))}"


def _claims_words(wanted: Mapping[str, tuple[str, ...]], facts: Facts) -> str:
    claims = facts.claims or {}
    return "; ".join(
        f"claim {name} {claim_words(claims[name]) if name in claims else f'is {_UNKNOWN} and'} "
        f"{'matches one of' if meets({name: globs}, claims) else 'matches none of'} {', '.join(globs)}"
        for name, globs in wanted.items()
    )


def _time_words(window: TimeWindow, facts: Facts, *, holds: bool) -> str:
    local = facts.at.astimezone(window.timezone)
    instant = f"{WEEKDAYS[local.weekday()]} {local:%H:%M} in {window.timezone.key}"
    return f"{instant} is {'within' if holds else 'outside'} {_window_words(window)}"


def _window_words(window: TimeWindow) -> str:
    days = "every day" if window.days is None else ", ".join(window.days)
    if window.hours is None:
        return days
    start, end = window.hours.start, window.hours.end
    until = " of the next day" if end < start else ""
    return f"{days} {_clock(start)} to {_clock(end)}{until}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
