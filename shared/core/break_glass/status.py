"""The states of a break-glass event, by themselves: a vend and an authorizer read them and need no more of events."""

from enum import StrEnum


class EventStatus(StrEnum):
    ACTIVE = "active"  # a grant, until `ends_at`
    CLOSED = "closed"
    EXPIRED = "expired"
    REVIEWED = "reviewed"
