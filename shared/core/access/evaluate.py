"""The access policy's decision: the first rule that matches, as a value."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.core.access.facts import Facts, check_conditions
from shared.core.access.schema import AccessPolicy, Effect, Rule


class Verdict(StrEnum):
    ALLOW = "allow"
    DENY = "deny"
    REQUIRE_APPROVAL = "require_approval"


# Every vend is server-side and leaves a session row, so the two server effects are met by being here.
_VERDICTS: Final[dict[Effect, Verdict]] = {
    "allow": Verdict.ALLOW,
    "require_server": Verdict.ALLOW,
    "require_server_session": Verdict.ALLOW,
    "require_approval": Verdict.REQUIRE_APPROVAL,
    "deny": Verdict.DENY,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """The policy's answer: `rule` is the one that matched, None when none did.

    `dissenting_shadows` names the shadow rules that would have decided otherwise had they counted.
    """

    verdict: Verdict
    rule: Rule | None
    dissenting_shadows: tuple[str, ...] = ()

    @property
    def rule_name(self) -> str | None:
        return None if self.rule is None else self.rule.name


def is_match(rule: Rule, facts: Facts) -> bool:
    """Whether every condition holds. An unknown fact fails its condition, except in a deny, where it holds."""
    unknown_holds = rule.effect == "deny"
    return all(unknown_holds if holds is None else holds for _, holds in check_conditions(rule.conditions, facts))


def evaluate(policy: AccessPolicy, facts: Facts) -> Decision:
    """Decide: the first matching rule that is not a shadow; no match denies."""
    shadows: list[Rule] = []
    for rule in policy.rules:
        if not is_match(rule, facts):
            continue
        if not rule.shadow:
            return _decide(rule, shadows)
        shadows.append(rule)
    return _decide(None, shadows)


def _decide(rule: Rule | None, shadows: list[Rule]) -> Decision:
    verdict = Verdict.DENY if rule is None else _VERDICTS[rule.effect]
    return Decision(verdict, rule, tuple(shadow.name for shadow in shadows if _VERDICTS[shadow.effect] is not verdict))
