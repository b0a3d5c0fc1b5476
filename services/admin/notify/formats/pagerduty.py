"""An event for PagerDuty (Events API v2, "Send an Alert Event" and its schema `events-v2/openapiv3.json`).

One alert for each request, break-glass event and locked-out target: its first event triggers it, its end resolves it,
and PagerDuty drops the end of an alert that is resolved already. No event acknowledges one: an acknowledged alert calls
no one any more, though another approval may be needed.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from services.admin.notify.formats.message import Message, message_of
from services.admin.notify.notice import Notice
from services.admin.notify.quoting import cut, name, without_links
from shared.core.events import NoticeEvent
from shared.core.webhook import Webhook

_MAX_SUMMARY: Final = 1024
_SOURCE: Final = "sentinel"


class Alert(NamedTuple):
    """What an event does to its alert, and how urgent that is; an alert that is resolved has no urgency."""

    action: Literal["trigger", "resolve"]
    severity: Literal["critical", "error", "warning", "info"] = "info"


_RESOLVED: Final = Alert("resolve")
ALERTS: Final[Mapping[NoticeEvent, Alert]] = {
    NoticeEvent.REQUEST_FILED: Alert("trigger", "info"),
    NoticeEvent.REQUEST_VOTED: Alert("trigger", "info"),
    NoticeEvent.REQUEST_APPROVED: _RESOLVED,
    NoticeEvent.REQUEST_DENIED: _RESOLVED,
    NoticeEvent.REQUEST_CANCELLED: _RESOLVED,
    NoticeEvent.REQUEST_WITHDRAWN: _RESOLVED,
    NoticeEvent.REQUEST_EXPIRED: _RESOLVED,
    NoticeEvent.REQUEST_REMINDER: Alert("trigger", "info"),
    NoticeEvent.REQUEST_ESCALATED: Alert("trigger", "warning"),
    NoticeEvent.BREAK_GLASS_STARTED: Alert("trigger", "critical"),
    NoticeEvent.BREAK_GLASS_CLOSED: _RESOLVED,
    NoticeEvent.BREAK_GLASS_EXPIRED: _RESOLVED,
    NoticeEvent.BREAK_GLASS_REVIEWED: _RESOLVED,
    NoticeEvent.SESSION_REVOKED: Alert("trigger", "warning"),
    NoticeEvent.SESSIONS_REVOKED: Alert("trigger", "error"),
    NoticeEvent.LOCKOUT_SET: Alert("trigger", "error"),
    NoticeEvent.LOCKOUT_LIFTED: _RESOLVED,
}


def render(webhook: Webhook, notice: Notice, _: int = 0) -> Message:
    """Write an event that the webhook wants. What people wrote is in its summary only, in quotes."""
    assert webhook.routing_key is not None, "a pagerduty webhook has a routing key"
    alert = ALERTS[notice.event]
    event = {
        "routing_key": webhook.routing_key.get_secret_value(),
        "event_action": alert.action,
        "dedup_key": _alert_of(notice),
    }
    return message_of(webhook.url, event if alert.action == "resolve" else event | _described(notice, alert))


def _described(notice: Notice, alert: Alert) -> dict[str, Any]:
    link: dict[str, Any] = {}
    if notice.link is not None:
        link = {"client_url": notice.link, "links": [{"href": notice.link, "text": "Open in the console"}]}
    profile = {} if notice.profile is None else {"component": _named(notice.profile)}
    return {
        "client": "Sentinel",
        "payload": {
            "summary": cut(without_links(notice.text), _MAX_SUMMARY),
            "severity": alert.severity,
            "source": _SOURCE,
            "timestamp": notice.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "class": notice.event.value,
            "custom_details": _details(notice),
            **profile,
        },
        **link,
    }


def _details(notice: Notice) -> dict[str, str]:
    """Give the names and ids of what it is about, to search for them."""
    facts = {"user": notice.user, "profile": notice.profile, "actor": notice.actor, "grant_id": notice.grant_id}
    return {"delivery": notice.id, **{key: _named(value) for key, value in facts.items() if value is not None}}


def _named(text: str) -> str:
    return without_links(name(text))


def _alert_of(notice: Notice) -> str:
    """Name the alert: a lockout that is set again, for longer, has another id and is the same alert."""
    kind, details = notice.event.partition(".")[0], notice.details
    if kind == "lockout":
        target = f"{details['target']}/{details['name'] or ''}"
        return f"sentinel/lockout/{hashlib.sha256(target.encode()).hexdigest()[:32]}"
    return f"sentinel/{kind}/{details['id']}"
