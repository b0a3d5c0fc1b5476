"""Extending an approval: a request that is bound to it, whose window starts where the approval's ends.

The windows of a chain have a sum, and the approval rule bounds it: when an extension is filed, when it is approved, and
at every vend. At most one extension of an approval is open at a time, and none is left open when it is withdrawn.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.core.access.authorize import GRANT_ENDING
from shared.core.approval.policy import ApprovalRule
from shared.core.approval.request import OPEN, ApprovalRequest
from shared.core.grants import Extended, GrantUses, RequestStatus


class ExtendRejection(StrEnum):
    """Why an approval cannot be extended."""

    OTHER_PROFILE = "it is for another profile"
    SINGLE_USE = "an approval for one vend has no window to extend"
    OVER = "its window is over"
    NOT_APPROVED = "it is not approved"
    NOT_BEGUN = "its window has not begun"
    EXTENDED = "an extension of it is open"
    NO_TIME_LEFT = "the approval rule leaves no time after its window"


@dataclass(frozen=True, slots=True)
class Extension:
    """What a request asks to extend: a request of its requester, and the one that last asked to extend it."""

    of: ApprovalRequest
    earlier: ApprovalRequest | None

    @property
    def extended(self) -> Extended:
        """What the new request keeps of it."""
        return Extended(self.of.request_id, self.of.so_far + _window(self.of))


def find_extend_rejection(
    extension: Extension, profile: str, rule: ApprovalRule, now: datetime
) -> ExtendRejection | None:
    """Say why a request for the profile cannot extend it at `now` (UTC); None if it can."""
    of, earlier = extension.of, extension.earlier
    status = of.status_at(now)
    if of.profile != profile:
        return ExtendRejection.OTHER_PROFILE
    if GrantUses.ONCE in (of.uses, rule.uses):
        return ExtendRejection.SINGLE_USE
    if status is RequestStatus.ENDED:
        return ExtendRejection.OVER
    if status is not RequestStatus.APPROVED or of.starts_at is None:
        return ExtendRejection.NOT_APPROVED
    if now < of.starts_at:
        return ExtendRejection.NOT_BEGUN
    if earlier is not None and earlier.status_at(now) in OPEN:
        return ExtendRejection.EXTENDED
    if rule.longest_after(extension.extended.so_far) < GRANT_ENDING:
        return ExtendRejection.NO_TIME_LEFT
    return None


def still_extends(request: ApprovalRequest, extended: ApprovalRequest | None) -> bool:
    """Whether the approval that a request extends, as it is now, is not withdrawn and has no other extension."""
    if request.extends is None:
        return True
    return (
        extended is not None
        and extended.status is not RequestStatus.WITHDRAWN
        and extended.extended_by == request.request_id
    )


def _window(request: ApprovalRequest) -> timedelta:
    if request.starts_at is None or request.ends_at is None:
        return timedelta(0)
    return request.ends_at - request.starts_at
