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
            return _decide(rule, shadows)
        shadows.append(rule)
    return _decide(None, shadows)


def _decide(rule: Rule | None, shadows: list[Rule]) -> Decision:
    verdict = Verdict.DENY if rule is None else _VERDICTS[rule.effect]
    return Decision(verdict, rule, tuple(shadow.name for shadow in shadows if _VERDICTS[shadow.effect] is not verdict))
