"""The states of an approval request, by themselves: a vend and an authorizer read them and need no more of requests."""

from enum import StrEnum


class RequestStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"  # a grant, from `starts_at` to `ends_at`
    DENIED = "denied"
    CANCELLED = "cancelled"  # taken back before it was decided
    EXPIRED = "expired"  # nobody decided in time
    CONSUMED = "consumed"  # a `once` approval that was used
    ENDED = "ended"  # its window is over
    WITHDRAWN = "withdrawn"  # taken back after it was approved
