"""An explanation of a decision, as JSON and as text for people."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sentinel.policy.cases import describe_outcome
from shared.core.access.authorize import Issue, RefusalCode, Refuse
from shared.core.access.evaluate import Decision, Verdict
from shared.core.access.explain import ConditionAccount, Explanation, RuleAccount
from shared.core.durations import format_duration

# The catalogue is looked at before the policy: what it does not offer is denied to everyone.
NO_SUCH_PROFILE: Final = Explanation((), Decision(Verdict.DENY, None), Refuse(RefusalCode.DENIED))
_MARKS: Final = {True: "✓", False: "✗", None: "?"}


def explanation_as_json(explanation: Explanation) -> Mapping[str, Any]:
    return {
        "answer": describe_outcome(explanation.outcome, explanation.decision.rule_name),
        "dissenting_shadows": list(explanation.decision.dissenting_shadows),
        "rules": [_rule_as_json(rule) for rule in explanation.rules],
    }


def _rule_as_json(rule: RuleAccount) -> Mapping[str, Any]:
    return {
        "name": rule.name,
        "effect": rule.effect,
        "shadow": rule.is_shadow,
        "matched": rule.matched,
        "decides": rule.decides,
        "conditions": [{"name": c.name, "holds": c.holds, "why": c.words} for c in rule.conditions],
    }


def explanation_as_text(explanation: Explanation) -> Iterator[str]:
    for rule in explanation.rules:
        kind = f"{rule.effect}, shadow" if rule.is_shadow else rule.effect
        yield f"{_MARKS[rule.matched]} {rule.name} ({kind}){_role_of(rule)}"
        yield from map(_condition_as_text, rule.conditions)
    if explanation.decision.dissenting_shadows:
        yield f"would have decided otherwise: {', '.join(explanation.decision.dissenting_shadows)}"
    yield _answer_as_text(explanation)


def _role_of(rule: RuleAccount) -> str:
    if rule.decides:
        return " ← decides"
    return ": matches everyone" if rule.matched and not rule.conditions else ""


def _condition_as_text(condition: ConditionAccount) -> str:
    return f"    {_MARKS[condition.holds]} {condition.name}: {condition.words}"


def _answer_as_text(explanation: Explanation) -> str:
    because = _because(explanation)
    match explanation.outcome:
        case Issue() as issued:
            return f"→ issued for {format_duration(issued.duration)}, via {issued.via}, {because}"
        case Refuse(code):
            return f"→ refused: {code}, {because}"


def _because(explanation: Explanation) -> str:
    if explanation is NO_SUCH_PROFILE:
        return "the profile is not in the catalogue, or is disabled"
    rule = explanation.decision.rule
    if rule is None:
        return "no rule matches"
    return f"rule {rule.name!r} ({rule.reason})" if rule.reason else f"rule {rule.name!r}"
