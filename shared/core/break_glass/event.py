"""A break-glass event: who got access without an approval, why, for how long, and who reviewed it.

    active ──→ closed | expired ──→ reviewed

Time moves `active` to `expired` without a write: decide by `status_at`.
"""

from dataclasses import dataclass
from datetime import datetime

from shared.core.action import Action
from shared.core.break_glass.policy import ReasonCode
from shared.core.break_glass.status import EventStatus
from shared.core.people import Person


@dataclass(frozen=True, slots=True)
class BreakGlassEvent:
    """One event. It starts when it is created; instants are UTC, to the second.

    `ends_at` is its planned end, `ended` says how it really ended, and `review` who reviewed it. `rule` and
    `policy_version` are of the break-glass policy.
    """

    event_id: str
    invoker: Person
    invoker_arn: str
    account: str
    profile: str
    reason: ReasonCode
    justification: str
    created_at: datetime
    ends_at: datetime
    is_review_required: bool
    rule: str
    policy_version: str
    status: EventStatus = EventStatus.ACTIVE
    ended: Action | None = None
    review: Action | None = None

    @property
    def user(self) -> str:
        return self.invoker.user

    def status_at(self, now: datetime) -> EventStatus:
        """Give the state at an instant: the written status, and what time has changed since."""
        has_lapsed = self.status is EventStatus.ACTIVE and now >= self.ends_at
        return EventStatus.EXPIRED if has_lapsed else self.status

    @property
    def over_at(self) -> datetime:
        """When the event was, or will be, over."""
        return self.ends_at if self.ended is None else self.ended.at

    @property
    def awaits_review(self) -> bool:
        """Whether a review is required and missing, also while the event is active."""
        return self.is_review_required and self.status is not EventStatus.REVIEWED
