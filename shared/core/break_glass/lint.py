"""What is valid in a break-glass policy and yet most likely not meant."""

from collections.abc import Sequence

from shared.core.break_glass.policy import BreakGlassPolicy, BreakGlassRule
from shared.core.lints import Lint, forgotten_accounts, unreachable


def lint_break_glass(policy: BreakGlassPolicy) -> list[Lint]:
    """Find what is probably a mistake: rules never reached first, then in the order of the document."""
    findings = list(unreachable(policy.rules, [_taken(rule) for rule in policy.rules]))
    findings.extend(forgotten_accounts(policy.rules))
    for index, rule in enumerate(policy.rules):
        if _costs_nothing(rule):
            message = "nothing limits how often: write a cooldown, a budget or require_review"
            findings.append(Lint(f"rules[{index}]", "unlimited", message))
    return findings


def _taken(rule: BreakGlassRule) -> list[Sequence[str]]:
    return [rule.users, rule.profiles, ("every account",) if rule.accounts is None else rule.accounts]


def _costs_nothing(rule: BreakGlassRule) -> bool:
    return rule.cooldown is None and rule.budget is None and not rule.require_review
