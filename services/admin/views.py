"""What the admin API answers, as models. The OpenAPI document is generated from them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from shared.core.action import Action
from shared.core.approval.status import RequestStatus
from shared.core.break_glass.policy import ReasonCode
from shared.core.break_glass.status import EventStatus
from shared.core.grants import GrantUses
from shared.edge.instants import Instant


class View(BaseModel):
    """The base of every answer. Absent is null; durations are whole seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def as_json(self) -> Mapping[str, Any]:
        return self.model_dump(mode="json")


class Window(View):
    """`[starts_at, ends_at)`."""

    starts_at: Instant
    ends_at: Instant


class ActionView(View):
    """Who did something, when, and what they said. `by` is null where time did it."""

    by: str | None
    at: Instant
    comment: str | None


def view_action(action: Action | None) -> ActionView | None:
    return None if action is None else ActionView(by=action.by, at=action.at, comment=action.comment)


class Approval(View):
    """One person's approval."""

    user: str
    at: Instant
    comment: str | None


class RequestView(View):
    """An approval request. `rule` and `policy_version` are the access policy's when it was filed."""

    id: str
    user: str
    profile: str
    status: RequestStatus
    reason: str
    ticket: str | None
    duration_s: int
    starts_at: Instant | None
    uses: GrantUses
    created_at: Instant
    pending_until: Instant
    window: Window | None
    approvals: tuple[Approval, ...]
    quorum: int
    approvers: tuple[str, ...]
    auto_approved: bool
    ended: ActionView | None
    rule: str | None
    policy_version: str


class EventView(View):
    """A break-glass event. `rule` and `policy_version` are the break-glass policy's when it began."""

    id: str
    user: str
    profile: str
    status: EventStatus
    reason: ReasonCode
    justification: str
    duration_s: int
    created_at: Instant
    window: Window
    review_required: bool
    ended: ActionView | None
    review: ActionView | None
    rule: str
    policy_version: str


class RequestAnswer(View):
    """One request."""

    request: RequestView


class RequestChanged(View):
    """One request after a change, and which targets could be told of it."""

    request: RequestView
    notified: Mapping[str, bool]


class RequestPage(View):
    """Some requests, newest first. More may follow while there is a cursor, even after an empty page.

    `unreadable` names rows that are left out, because the service cannot understand them.
    """

    requests: tuple[RequestView, ...]
    next_cursor: str | None
    unreadable: tuple[str, ...]


class EventAnswer(View):
    """One break-glass event."""

    event: EventView


class EventChanged(View):
    """One event after a change, and which targets could be told of it."""

    event: EventView
    notified: Mapping[str, bool]


class EventPage(View):
    """Some events, newest first. More may follow while there is a cursor, even after an empty page.

    `unreadable` names rows that are left out, because the service cannot understand them.
    """

    events: tuple[EventView, ...]
    next_cursor: str | None
    unreadable: tuple[str, ...]


class ConditionView(View):
    """One written condition. `holds` is null where the fact is not known; `words` need the permission `read`."""

    name: str
    holds: bool | None
    words: str | None


class RuleView(View):
    """One rule of the access policy: whether it matched, and whether it is the one that decides."""

    name: str
    effect: str
    shadow: bool
    matched: bool
    decides: bool
    conditions: tuple[ConditionView, ...]


class Outcome(View):
    """What a vend would answer: credentials by way of `via`, or the refusal `code`."""

    result: Literal["issue", "refuse"]
    via: Literal["direct", "approval", "break-glass"] | None
    grant_id: str | None
    duration_s: int | None
    code: str | None


class ExplainAnswer(View):
    """What would be decided, rule by rule.

    Without the permission `read`, `rules` are those about the asker and the profile, and `catalogue` says "unknown" of
    a profile that is disabled as well.
    """

    user: str
    profile: str
    at: Instant
    catalogue: Literal["enabled", "disabled", "unknown"]
    locked_out: bool
    outcome: Outcome
    rule: str | None
    policy_version: str
    rules: tuple[RuleView, ...]


class WhoamiAnswer(View):
    """How Sentinel sees the caller."""

    user: str
    kind: str
    account: str
    arn: str
    role: str
    session_name: str


class HealthAnswer(View):
    """A signed request reached the service and was answered."""

    status: Literal["ok"]


def whole_seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())
