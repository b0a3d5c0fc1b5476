"""What is valid in a break-glass policy and yet most likely not meant."""

from shared.core.break_glass.policy import BreakGlassPolicy, BreakGlassRule
from shared.core.lints import Lint, unreachable


def lint_break_glass(policy: BreakGlassPolicy) -> list[Lint]:
    """Find what is probably a mistake: rules never reached first, then in the order of the document."""
    findings = list(unreachable(policy.rules, [[rule.users, rule.profiles] for rule in policy.rules]))
    for index, rule in enumerate(policy.rules):
        if _costs_nothing(rule):
            message = "nothing limits how often: write a cooldown, a budget or require_review"
            findings.append(Lint(f"rules[{index}]", "unlimited", message))
    return findings


def _costs_nothing(rule: BreakGlassRule) -> bool:
    return rule.cooldown is None and rule.budget is None and not rule.require_review
