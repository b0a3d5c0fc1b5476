"""Grants under the present policies: an earlier grant serves for no more than the present rules would give.

Checked again: approvers, quorum, duration, uses and hours. Not checked again: ticket, reason code, justification and
the budgets of break-glass, which applied when the grant was made.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.core.approval.policy import ApprovalPolicy, ApprovalRule, auto_approved_until, counts
from shared.core.approval.policy import rule_for as approval_rule_for
from shared.core.break_glass.policy import BreakGlassPolicy, BreakGlassRule
from shared.core.break_glass.policy import rule_for as break_glass_rule_for
from shared.core.grants import Grant, GrantUses
from shared.core.people import Person, distinct, same_person
from shared.core.stamp import Via


@dataclass(frozen=True, slots=True)
class PresentPolicies:
    """The present approval and break-glass policy; None if a policy does not exist, and then it gives nothing."""

    approval: ApprovalPolicy | None
    break_glass: BreakGlassPolicy | None


def present_grants(grants: Iterable[Grant], holder: Person, policies: PresentPolicies) -> tuple[Grant, ...]:
    """Give what the present policies leave of a holder's grants: each unchanged, shorter, for one use, or left out."""
    judged = (_judge(grant, holder, policies) for grant in grants)
    return tuple(grant for grant in judged if grant is not None)


def _judge(grant: Grant, holder: Person, policies: PresentPolicies) -> Grant | None:
    match grant.via:
        case Via.APPROVAL:
            return judge_approval(grant, holder, approval_rule_for(policies.approval, grant.profile))
        case Via.BREAK_GLASS:
            return judge_break_glass(grant, break_glass_rule_for(policies.break_glass, holder, grant.profile))
        case Via.DIRECT:
            raise AssertionError("a direct vend needs no grant")


def judge_approval(grant: Grant, holder: Person, rule: ApprovalRule | None) -> Grant | None:
    """Check an approved request against the present rule: None if it no longer holds, else capped by the rule.

    Recorded votes of people whom the rule names now must meet the present quorum. A request that was approved
    automatically is checked against `auto_approve`. A grant for one use remains one. An extension gets what the rule
    leaves it after the windows that it extends.
    """
    if rule is None:
        return None
    ends_at = min(grant.ends_at, grant.starts_at + rule.longest_after(grant.so_far))
    if ends_at <= grant.starts_at:
        return None
    if grant.is_auto_approved:
        until = auto_approved_until(rule, holder, grant.starts_at, ends_at)
        if until is None:
            return None
        ends_at = until
    elif len(_standing_votes(grant, holder, rule)) < rule.quorum:
        return None
    uses = GrantUses.ONCE if GrantUses.ONCE in (grant.uses, rule.uses) else GrantUses.WINDOW
    return replace(grant, ends_at=ends_at, uses=uses)


def judge_break_glass(grant: Grant, rule: BreakGlassRule | None) -> Grant | None:
    """Check an active event against the present rule: None if it no longer holds, else capped by the rule."""
    if rule is None:
        return None
    return replace(grant, ends_at=min(grant.ends_at, grant.starts_at + rule.max_duration))


def _standing_votes(grant: Grant, holder: Person, rule: ApprovalRule) -> list[Person]:
    votes = (each.person for each in grant.approved_by if counts(rule, each.person, each.waited))
    return distinct(person for person in votes if not same_person(person, holder))
