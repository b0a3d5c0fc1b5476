"""Filing a request: only where the access policy requires an approval, and only if enough people could approve."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.core.access.authorize import GRANT_ENDING
from shared.core.access.evaluate import Decision, Verdict
from shared.core.approval.policy import ApprovalRule, auto_approved_until, can_be_met
from shared.core.approval.request import ApprovalRequest, FurtherApprovers, Requester
from shared.core.durations import DEFAULT
from shared.core.grants import RequestStatus
from shared.core.time_window import is_within

LATEST_START: Final = timedelta(days=7)


class CreateRejection(StrEnum):
    """Why a request is rejected."""

    NOT_NEEDED = "the access policy gives the profile without an approval"
    DENIED = "the access policy denies the profile"
    NO_RULE = "no rule of the approval policy names the profile"
    NO_APPROVER = "too few people other than the requester could approve"
    TOO_LONG = "longer than the approval rule allows"
    TICKET_NEEDED = "the approval rule requires a ticket"
    TICKET_MALFORMED = "the ticket does not match the approval rule's pattern"
    START_PASSED = "the window would start in the past"
    START_TOO_LATE = "the window would start too far ahead"


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to file. `duration` None means one hour, or less where the rule allows less."""

    requester: Requester
    profile: str
    reason: str
    duration: timedelta | None = None
    ticket: str | None = None
    wanted_start: datetime | None = None


def file_request(
    ask: Ask,
    *,
    decision: Decision,
    policy_version: str,
    rule: ApprovalRule | None,
    request_id: str,
    now: datetime,
) -> ApprovalRequest | CreateRejection:
    """File a request at `now` (UTC): pending, or approved at once where the rule approves automatically.

    `decision` is that of the access policy on requester and profile, `rule` the approval rule of the profile.
    """
    if decision.verdict is not Verdict.REQUIRE_APPROVAL:
        return CreateRejection.NOT_NEEDED if decision.verdict is Verdict.ALLOW else CreateRejection.DENIED
    if rule is None:
        return CreateRejection.NO_RULE
    now = now.replace(microsecond=0)
    duration = ask.duration or min(DEFAULT, rule.max_duration)
    if rejection := _find_rejection(ask, rule, duration, now):
        return rejection
    request = ApprovalRequest(
        request_id=request_id,
        requester=ask.requester,
        profile=ask.profile,
        reason=ask.reason,
        ticket=ask.ticket,
        duration=duration,
        wanted_start=ask.wanted_start,
        created_at=now,
        pending_until=now + rule.pending_ttl,
        approvers=rule.approver_words,
        further=further_approvers(rule, now),
        quorum=rule.quorum,
        uses=rule.uses,
        rule=decision.rule_name,
        policy_version=policy_version,
    )
    if (approved := _approve_itself(request, rule, now)) is not None:
        return approved
    return request if can_be_met(rule, ask.requester.person) else CreateRejection.NO_APPROVER


def further_approvers(rule: ApprovalRule, filed_at: datetime) -> FurtherApprovers | None:
    """Give those whom the rule's escalation adds, and from when; None without one."""
    further = rule.escalation
    return None if further is None else FurtherApprovers(filed_at + further.after, rule.further_words)


def by_rule(request: ApprovalRequest, rule: ApprovalRule) -> ApprovalRequest:
    """Give the request with what it shows of the present rule: who may approve it, and how many must."""
    further = further_approvers(rule, request.created_at)
    return replace(request, approvers=rule.approver_words, further=further, quorum=rule.quorum)


def open_window(request: ApprovalRequest, rule: ApprovalRule, now: datetime) -> ApprovalRequest:
    """Approve: the window opens now or at the requested start, for the requested duration, capped by the rule."""
    starts_at = max(now, request.wanted_start or now)
    return replace(
        request,
        status=RequestStatus.APPROVED,
        uses=rule.uses,
        starts_at=starts_at,
        ends_at=starts_at + min(request.duration, rule.max_duration),
    )


def _find_rejection(ask: Ask, rule: ApprovalRule, duration: timedelta, now: datetime) -> CreateRejection | None:
    if duration > rule.max_duration:
        return CreateRejection.TOO_LONG
    if ask.wanted_start is not None and ask.wanted_start < now:
        return CreateRejection.START_PASSED
    if ask.wanted_start is not None and ask.wanted_start > now + LATEST_START:
        return CreateRejection.START_TOO_LATE
    if rule.ticket is not None and ask.ticket is None:
        return CreateRejection.TICKET_NEEDED
    if rule.ticket is not None and not re.fullmatch(rule.ticket, str(ask.ticket)):
        return CreateRejection.TICKET_MALFORMED
    return None


def _approve_itself(request: ApprovalRequest, rule: ApprovalRule, now: datetime) -> ApprovalRequest | None:
    """Approve a request automatically, for as much of its window as the rule covers; None if people must decide."""
    auto = rule.auto_approve
    if auto is None or request.duration > auto.max_duration:
        return None
    if auto.time is not None and not is_within(auto.time, now):
        return None
    approved = open_window(request, rule, now)
    assert approved.starts_at is not None, "an approved request has its window"
    assert approved.ends_at is not None, "an approved request has its window"
    until = auto_approved_until(rule, request.requester.person, approved.starts_at, approved.ends_at)
    if until is None or until - approved.starts_at < GRANT_ENDING:
        return None
    return replace(approved, ends_at=until, is_auto_approved=True)
