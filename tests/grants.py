"""Approval requests, break-glass events and sessions as tests begin with them, and the policies around them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.core.access.evaluate import Decision, Verdict
from shared.core.approval.policy import ApprovalRule
from shared.core.approval.request import ApprovalRequest, Requester
from shared.core.break_glass.event import BreakGlassEvent
from shared.core.break_glass.policy import BreakGlassRule, ReasonCode
from shared.core.break_glass.start import Invocation
from shared.core.grants import GrantUses
from shared.core.people import Person
from shared.core.session import Session
from shared.core.stamp import Via, stamp_for

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(minute: int) -> datetime:
    """Give the instant so many minutes after NOW."""
    return NOW + timedelta(minutes=minute)


DEMANDED = Decision(Verdict.REQUIRE_APPROVAL, None)
CLOSED = Decision(Verdict.DENY, None)


def a_requester(user: str = "alice", **changes: Any) -> Requester:
    facts: dict[str, Any] = {
        "person": Person(user, account="111122223333"),
        "arn": f"arn:aws:iam::111122223333:user/{user}",
        "account": "111122223333",
        "role": "",
        "source_ip": None,
    }
    return Requester(**(facts | changes))


def a_request(request_id: str = "0123456789abcdef", user: str = "alice", **changes: Any) -> ApprovalRequest:
    facts: dict[str, Any] = {
        "requester": a_requester(user),
        "profile": "prod",
        "reason": "fix the invoices",
        "ticket": "INC-7",
        "duration": HOUR,
        "wanted_start": None,
        "created_at": NOW,
        "pending_until": NOW + 24 * HOUR,
        "approvers": ("bob", "*@sec.example"),
        "quorum": 1,
        "uses": GrantUses.WINDOW,
        "rule": "prod-by-approval",
        "policy_version": "16367aacb67a4a01",
    }
    return ApprovalRequest(request_id=request_id, **(facts | changes))


def an_approval_rule(**changes: Any) -> ApprovalRule:
    rule = {"name": "prod", "profiles": ["prod"], "approvers": ["bob", "dave", "*@sec.example"]}
    return ApprovalRule.model_validate(rule | changes)


def an_event(event_id: str = "abcdefgh01234567", user: str = "alice", **changes: Any) -> BreakGlassEvent:
    facts: dict[str, Any] = {
        "invoker": Person(user, account="111122223333"),
        "invoker_arn": f"arn:aws:iam::111122223333:user/{user}",
        "account": "111122223333",
        "profile": "prod",
        "reason": ReasonCode.INCIDENT,
        "justification": "the shop is down and nobody is awake",  # codespell:ignore
        "created_at": NOW,
        "ends_at": NOW + HOUR,
        "is_review_required": False,
        "rule": "on-call",
        "policy_version": "16367aacb67a4a01",
    }
    return BreakGlassEvent(event_id=event_id, **(facts | changes))


def a_break_glass_rule(**changes: Any) -> BreakGlassRule:
    rule = {"name": "on-call", "users": ["*"], "profiles": ["prod"], "reasons": ["incident"]}
    return BreakGlassRule.model_validate(rule | changes)


def an_invocation(user: str = "alice", **changes: Any) -> Invocation:
    event = an_event(user=user)
    facts: dict[str, Any] = {
        "invoker": event.invoker,
        "invoker_arn": event.invoker_arn,
        "account": event.account,
        "profile": event.profile,
        "reason": event.reason,
        "justification": event.justification,
    }
    return Invocation(**(facts | changes))


def a_session(session_id: str = "0123456789abcdef", **changes: Any) -> Session:
    facts: dict[str, Any] = {
        "session_id": session_id,
        "user": "alice",
        "caller_arn": "arn:aws:iam::123456789012:user/alice",
        "account": "123456789012",
        "source_ip": "192.0.2.1",
        "profile": "prod",
        "role_arn": "arn:aws:iam::123456789012:role/Prod",
        "stamp": str(stamp_for(Via.APPROVAL, session_id, "alice")),
        "via": Via.APPROVAL,
        "grant_id": "g1",
        "rule": "ask-first",
        "policy_version": "16367aacb67a4a01",
        "request_id": "r-1",
        "issued_at": NOW,
        "ends_at": NOW + HOUR,
    }
    return Session(**(facts | changes))
