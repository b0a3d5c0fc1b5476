"""The states of an approval request. A module of its own: vend and authorizer need nothing else of requests."""

from enum import StrEnum


class RequestStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"  # a grant, from `starts_at` to `ends_at`
    DENIED = "denied"
    CANCELLED = "cancelled"  # cancelled before it was decided
    EXPIRED = "expired"  # not decided in time
    CONSUMED = "consumed"  # a `once` approval that was used
    ENDED = "ended"  # its window is over
    WITHDRAWN = "withdrawn"  # cancelled after it was approved
