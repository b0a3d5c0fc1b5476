"""Whether a narrower rule would widen the policy: what a rule no longer matches meets those after it."""

from collections.abc import Iterable
from typing import Final

from shared.core.access.schema import AccessPolicy, Conditions, Rule
from shared.core.globs import is_literal, matches

_WILD: Final = ("*", "?")


def why_not_narrower(policy: AccessPolicy, rule: Rule) -> str | None:
    """Say why a rule has to stay as wide as it is; None if it may be narrower.

    It may if what falls out of it meets nothing more generous. Where that is not certain, it may not.
    """
    if rule.effect == "require_approval" and not rule.yields_to_break_glass:
        return "what it no longer decides could be reached by break-glass, which it does not yield to"
    after = policy.rules[policy.rules.index(rule) + 1 :]
    for later in after:
        is_grant = later.effect != "deny" and not later.shadow
        if is_grant and _may_overlap(rule.conditions, later.conditions) and not _is_at_most(later, rule):
            return f"what it no longer decides could be given by the rule {later.name}, which gives more"
    if rule.session_policy is not None:
        return "what it no longer decides could be reached by break-glass, without its session policy"
    return None


def _is_at_most(later: Rule, rule: Rule) -> bool:
    """Whether a rule gives at most what another gives, to the same callers."""
    is_no_easier = later.effect == "require_approval" or rule.effect != "require_approval"
    is_as_narrow = rule.session_policy is None or later.session_policy == rule.session_policy
    return is_no_easier and is_as_narrow and later.cap <= rule.cap


def _may_overlap(one: Conditions, other: Conditions) -> bool:
    """Whether there may be a request that meets both; the facts that are compared are those that are cheap to tell."""
    return (
        _some_globs_overlap(one.profiles, other.profiles)
        and _some_globs_overlap(one.users, other.users)
        and _some_globs_overlap(one.roles, other.roles)
        and _share(one.accounts, other.accounts)
        and _share(one.issuers, other.issuers)
        and _share(one.authentication, other.authentication)
    )


def _share(one: Iterable[object] | None, other: Iterable[object] | None) -> bool:
    return one is None or other is None or not set(one).isdisjoint(other)


def _some_globs_overlap(one: Iterable[str] | None, other: Iterable[str] | None) -> bool:
    if one is None or other is None:
        return True
    others = list(other)
    return any(may_both_match(a, b) for a in one for b in others)


def may_both_match(one: str, other: str) -> bool:
    """Whether some name may match both globs. Where both have wildcards, it is no only if their ends differ."""
    if is_literal(one):
        return matches(other, one)
    if is_literal(other):
        return matches(one, other)
    return _ends_agree(one, other) and _ends_agree(one[::-1], other[::-1])


def _ends_agree(one: str, other: str) -> bool:
    a, b = _before_wildcard(one), _before_wildcard(other)
    return a.startswith(b) or b.startswith(a)


def _before_wildcard(glob: str) -> str:
    places = [glob.index(each) for each in _WILD if each in glob]
    return glob[: min(places)]
