"""A break-glass event: who went in without an approval, why, for how long, and who looked at it afterwards.

    active ──→ closed | expired ──→ reviewed

Time moves `active` to `expired` without anyone writing it down, so `status_at` is what counts.
"""

from dataclasses import dataclass
from datetime import datetime

from shared.core.action import Action
from shared.core.break_glass.policy import ReasonCode
from shared.core.break_glass.status import EventStatus
from shared.core.people import Person


@dataclass(frozen=True, slots=True)
class BreakGlassEvent:
    """One event. It begins when it is created; instants are UTC, to the second.

    `ends_at` is the end it was given, `ended` how it came to its end, and `review` says by whom it was looked at
    afterwards. `rule` and `policy_version` are the break-glass policy's.
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
        """Tell the state at an instant: what was written, moved on by time."""
        has_lapsed = self.status is EventStatus.ACTIVE and now >= self.ends_at
        return EventStatus.EXPIRED if has_lapsed else self.status

    @property
    def over_at(self) -> datetime:
        """When the event was, or will be, over."""
        return self.ends_at if self.ended is None else self.ended.at

    @property
    def awaits_review(self) -> bool:
        """Whether a review is asked for and has not been given, however far the event is."""
        return self.is_review_required and self.status is not EventStatus.REVIEWED
