"""The states of a break-glass event. A module of its own: vend and authorizer need nothing else of events."""

from enum import StrEnum


class EventStatus(StrEnum):
    ACTIVE = "active"  # a grant, until `ends_at`
    CLOSED = "closed"
    EXPIRED = "expired"
    REVIEWED = "reviewed"
