"""The API's `request` and `event` objects the tests start from, each changed in one place."""

from datetime import UTC, datetime
from typing import Any

from services.admin.notify.notice import Notice, notice_for
from shared.core.events import NoticeEvent
from shared.core.webhook import Webhook
from shared.documents import load_webhook

NOW = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
GRANT_ID = "0123456789abcdef"
DELIVERY_ID = "fedcba9876543210"
SECRET = "s3cret-" * 6
ROUTING_KEY = "R0uting" * 4 + "Key0"
WINDOW = {"starts_at": "2026-11-02T12:00:00Z", "ends_at": "2026-11-02T13:00:00Z"}


def request(**changes: Any) -> dict[str, Any]:
    """Alice's request for prod, still pending."""
    return {
        "id": GRANT_ID,
        "user": "alice",
        "profile": "prod",
        "status": "pending",
        "reason": "fix INC-1",
        "ticket": None,
        "duration_s": 3600,
        "starts_at": None,
        "extends": None,
        "extended_by": None,
        "extension": "possible",
        "uses": "window",
        "created_at": "2026-11-02T12:00:00Z",
        "pending_until": "2026-11-03T12:00:00Z",
        "window": None,
        "approvals": [],
        "quorum": 1,
        "approvers": ["bob", "*@sec.example"],
        "auto_approved": False,
        "ended": None,
        "rule": "prod-needs-approval",
        "policy_version": "0123456789abcdef",
    } | changes


def event(**changes: Any) -> dict[str, Any]:
    """Alice's break-glass event on prod, still active."""
    return {
        "id": GRANT_ID,
        "user": "alice",
        "profile": "prod",
        "status": "active",
        "reason": "incident",
        "justification": "the payment service is down",
        "duration_s": 3600,
        "created_at": "2026-11-02T12:00:00Z",
        "window": WINDOW,
        "review_required": True,
        "ended": None,
        "review": None,
        "rule": "on-call",
        "policy_version": "0123456789abcdef",
    } | changes


def session(**changes: Any) -> dict[str, Any]:
    """Alice's session of prod, revoked by bob."""
    return {
        "id": GRANT_ID,
        "user": "alice",
        "profile": "prod",
        "status": "revoked",
        "grant_id": None,
        "revoked": act("bob", "laptop stolen"),
    } | changes


def revocation(**changes: Any) -> dict[str, Any]:
    """Of all of alice's sessions."""
    return {"id": GRANT_ID, "target": "user", "name": "alice", "reason": "laptop stolen"} | changes


def lockout(**changes: Any) -> dict[str, Any]:
    """Alice is locked out until a person lifts it."""
    return revocation(ends_at=None, lifted=None) | changes


def vote(user: str, comment: str | None = None) -> dict[str, Any]:
    return {"user": user, "at": "2026-11-02T12:00:00Z", "comment": comment}


def act(by: str | None, comment: str | None = None) -> dict[str, Any]:
    """A person's ending or review of a grant; no one's where time did it."""
    return {"by": by, "at": "2026-11-02T12:30:00Z", "comment": comment}


def notice(event_: NoticeEvent = NoticeEvent.REQUEST_FILED, actor: str | None = "alice", **changes: Any) -> Notice:
    details = event(**changes) if event_.startswith("break_glass") else request(**changes)
    return notice_for(event_, actor, details, NOW, DELIVERY_ID)


def webhook(url: str = "https://hooks.example/here", more: str = "") -> Webhook:
    return load_webhook(f'url: "{url}"\nsecret: "{SECRET}"\n{more}')


def slack_webhook(url: str = "https://hooks.example/here", more: str = "") -> Webhook:
    return load_webhook(f'url: "{url}"\nformat: slack\n{more}')


def pagerduty_webhook(url: str = "https://hooks.example/here", more: str = "") -> Webhook:
    return load_webhook(f'url: "{url}"\nformat: pagerduty\nrouting_key: {ROUTING_KEY}\n{more}')


def teams_webhook(url: str = "https://hooks.example/here", more: str = "") -> Webhook:
    return load_webhook(f'url: "{url}"\nformat: teams\n{more}')
