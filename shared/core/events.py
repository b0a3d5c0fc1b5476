"""The catalogue of notification events."""

from enum import StrEnum


class NoticeEvent(StrEnum):
    """Changes of requests, break-glass events, revocations and lockouts, by their names in notifications."""

    REQUEST_FILED = "request.filed"
    REQUEST_VOTED = "request.voted"  # approved by one person, and more are needed
    REQUEST_APPROVED = "request.approved"
    REQUEST_DENIED = "request.denied"
    REQUEST_CANCELLED = "request.cancelled"
    REQUEST_WITHDRAWN = "request.withdrawn"
    REQUEST_EXPIRED = "request.expired"
    REQUEST_REMINDER = "request.reminder"  # it still waits
    REQUEST_ESCALATED = "request.escalated"  # it still waits, and further people may approve it
    REQUEST_ENDING = "request.ending"  # its window ends soon
    BREAK_GLASS_STARTED = "break_glass.started"
    BREAK_GLASS_CLOSED = "break_glass.closed"
    BREAK_GLASS_EXPIRED = "break_glass.expired"
    BREAK_GLASS_ENDING = "break_glass.ending"  # its time ends soon
    BREAK_GLASS_REVIEWED = "break_glass.reviewed"
    SESSION_REVOKED = "session.revoked"
    SESSIONS_REVOKED = "sessions.revoked"  # all of a user, of a profile, or of everyone
    LOCKOUT_SET = "lockout.set"
    LOCKOUT_LIFTED = "lockout.lifted"

    @property
    def is_of_a_grant(self) -> bool:
        """Whether the event is about an approval request or a break-glass event."""
        return self.partition(".")[0] in ("request", "break_glass")
