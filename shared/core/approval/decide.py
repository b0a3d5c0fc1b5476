"""Deciding on a request: pure transitions of its state; each gives the next state or a rejection."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.core.access.evaluate import Verdict, evaluate
from shared.core.access.schema import AccessPolicy
from shared.core.approval.create import by_rule, open_window
from shared.core.approval.policy import ApprovalRule, is_approver
from shared.core.approval.request import ApprovalRequest, Vote
from shared.core.grants import RequestStatus
from shared.core.people import Action, Person, same_person


class DecidingRejection(StrEnum):
    """Why a transition is rejected."""

    OWN_REQUEST = "no one may decide on their own request"
    NOT_AN_APPROVER = "the approval policy does not name them for this profile"
    NOT_THEIRS = "only the requester may cancel a pending request"
    NOT_DEMANDED = "the access policy has changed and no longer demands this approval"
    WRONG_STATE = "the request's state does not allow it"


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts on a request, when (UTC), and their comment.

    `rule` is the present approval rule of the request's profile. `locked_out` are earlier voters who are locked out
    now.
    """

    by: Person
    at: datetime
    rule: ApprovalRule | None
    comment: str | None = None
    locked_out: AbstractSet[Person] = frozenset()


def approve(request: ApprovalRequest, act: Act, *, is_still_demanded: bool) -> ApprovalRequest | DecidingRejection:
    """Add an approval; the one that completes the quorum opens the window.

    Votes of people who are locked out, or whom the present rule no longer names, do not count. A second vote of the
    same person, and a vote on an approved request, change nothing and are no error: the request is returned as it is.
    """
    if rejection := _may_decide(request, act):
        return rejection
    status = request.status_at(act.at)
    if status in (RequestStatus.APPROVED, RequestStatus.CONSUMED):
        return request
    if status is not RequestStatus.PENDING:
        return DecidingRejection.WRONG_STATE
    if not is_still_demanded or act.rule is None:
        return DecidingRejection.NOT_DEMANDED
    return _with_vote(request, act, act.rule)


def demands_approval(policy: AccessPolicy, version: str, request: ApprovalRequest) -> bool:
    """Whether the present access policy still requires an approval, given the facts of when the request was filed."""
    if version == request.policy_version:
        return True
    return evaluate(policy, request.facts()).verdict is Verdict.REQUIRE_APPROVAL


def deny(request: ApprovalRequest, act: Act) -> ApprovalRequest | DecidingRejection:
    """Deny a pending request; one denial is enough."""
    if rejection := _may_decide(request, act):
        return rejection
    return _end(request, act, {RequestStatus.PENDING: RequestStatus.DENIED})


def cancel(request: ApprovalRequest, act: Act, *, may_revoke: bool) -> ApprovalRequest | DecidingRejection:
    """Cancel a request: its user at any time; approvers, and people who `may_revoke`, once it is approved."""
    ends = {RequestStatus.PENDING: RequestStatus.CANCELLED, RequestStatus.APPROVED: RequestStatus.WITHDRAWN}
    if act.by.user != request.user:
        if not may_revoke and not is_approver(act.rule, act.by, request.waited(act.at)):
            return DecidingRejection.NOT_AN_APPROVER
        if request.status_at(act.at) is RequestStatus.PENDING:
            return DecidingRejection.NOT_THEIRS
        del ends[RequestStatus.PENDING]
    return _end(request, act, ends)


def settle(request: ApprovalRequest, now: datetime) -> ApprovalRequest:
    """Give the request with what time has changed: a lapsed one is expired, one whose window is over is ended."""
    status = request.status_at(now)
    if status is request.status:
        return request
    lapsed_at = request.pending_until if status is RequestStatus.EXPIRED else request.ends_at
    return replace(request, status=status, ended=Action(by=None, at=lapsed_at or now))


def _may_decide(request: ApprovalRequest, act: Act) -> DecidingRejection | None:
    if same_person(act.by, request.requester.person):
        return DecidingRejection.OWN_REQUEST
    may = is_approver(act.rule, act.by, request.waited(act.at))
    return None if may else DecidingRejection.NOT_AN_APPROVER


def _with_vote(request: ApprovalRequest, act: Act, rule: ApprovalRule) -> ApprovalRequest:
    standing = tuple(
        vote
        for vote in request.votes
        if is_approver(rule, vote.by, vote.at - request.created_at) and vote.by not in act.locked_out
    )
    if not any(same_person(act.by, vote.by) for vote in standing):
        # The groups that make the vote count are kept with it: who votes later does not look the voter's groups up.
        by = replace(act.by, groups=act.by.groups & rule.approver_groups)
        standing += (Vote(by, act.at, act.comment),)
    voted = replace(by_rule(request, rule), votes=standing)
    return open_window(voted, rule, act.at) if len(standing) >= rule.quorum else voted


def _end(
    request: ApprovalRequest,
    act: Act,
    ends: dict[RequestStatus, RequestStatus],
) -> ApprovalRequest | DecidingRejection:
    status = request.status_at(act.at)
    if status in ends.values():
        return request
    if status not in ends:
        return DecidingRejection.WRONG_STATE
    return replace(request, status=ends[status], ended=Action(act.by.user, act.at, act.comment))
