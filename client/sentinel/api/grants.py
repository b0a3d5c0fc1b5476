"""Approval requests and break-glass events as the service shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Generic, Literal, TypeVar, get_args

from pydantic import AwareDatetime, Field, StringConstraints

from sentinel.api.responses import Answer, ListAnswer, Shown
from shared.core.ids import ID_PATTERN

GrantId = Annotated[str, StringConstraints(pattern=f"^{ID_PATTERN}$")]
RequestStatus = Literal["pending", "approved", "denied", "cancelled", "expired", "consumed", "ended", "withdrawn"]
EventStatus = Literal["active", "closed", "expired", "reviewed"]

REQUEST_STATUSES: Final[tuple[str, ...]] = get_args(RequestStatus)
EVENT_STATUSES: Final[tuple[str, ...]] = get_args(EventStatus)


class Window(Answer):
    """The period in which a grant applies; `ends_at` is exclusive."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime


class Action(Answer):
    """Who acted, when, and their comment; `by` is None for an expiry."""

    by: Shown | None = None
    at: AwareDatetime
    comment: Shown | None = None


class Approval(Answer):
    user: Shown
    at: AwareDatetime
    comment: Shown | None = None


class ApprovalRequest(Answer):
    """A request and its outcome. `approvers` are globs of the users who may approve.

    `extends` is the approval that it extends, `extended_by` the request that last asked to extend it.
    """

    id: GrantId
    user: Shown
    profile: Shown
    status: RequestStatus
    reason: Shown
    ticket: Shown | None = None
    duration_s: int
    starts_at: AwareDatetime | None = None
    extends: GrantId | None = None
    extended_by: GrantId | None = None
    uses: Literal["window", "once"]
    created_at: AwareDatetime
    pending_until: AwareDatetime
    window: Window | None = None
    approvals: tuple[Approval, ...] = ()
    quorum: int = 1
    approvers: tuple[Shown, ...] = ()
    auto_approved: bool = False
    ended: Action | None = None


class BreakGlassEvent(Answer):
    id: GrantId
    user: Shown
    profile: Shown
    status: EventStatus
    reason: Shown
    justification: Shown
    duration_s: int
    created_at: AwareDatetime
    window: Window
    review_required: bool = False
    ended: Action | None = None
    review: Action | None = None


Grant = ApprovalRequest | BreakGlassEvent


class RequestAnswer(Answer):
    """A request; after a change, which targets were notified. `link`: its page in the console, of a new one.

    `extensions_ended` are the requests that extended it and ended with it.
    """

    grant: ApprovalRequest = Field(alias="request")
    notified: Mapping[str, bool] = Field(default_factory=dict)
    extensions_ended: tuple[GrantId, ...] = ()
    link: Shown | None = None


class EventAnswer(Answer):
    """An event; after a change, which targets were notified."""

    grant: BreakGlassEvent = Field(alias="event")
    notified: Mapping[str, bool] = Field(default_factory=dict)


class RequestPage(ListAnswer):
    rows_in = "requests"
    row = ApprovalRequest
    rows: Sequence[ApprovalRequest] = Field(alias="requests")
    next_cursor: str | None = None


class EventPage(ListAnswer):
    rows_in = "events"
    row = BreakGlassEvent
    rows: Sequence[BreakGlassEvent] = Field(alias="events")
    next_cursor: str | None = None


ChangeT = TypeVar("ChangeT", RequestAnswer, EventAnswer)
PageT = TypeVar("PageT", RequestPage, EventPage)


@dataclass(frozen=True, slots=True)
class GrantKind(Generic[ChangeT, PageT]):
    """Where a kind of grant lives in the API, and how its answers are read. `plural` is its name in lists."""

    path: str
    plural: str
    change: type[ChangeT]
    page: type[PageT]


REQUESTS: Final = GrantKind("/v1/requests", "requests", RequestAnswer, RequestPage)
EVENTS: Final = GrantKind("/v1/break-glass", "events", EventAnswer, EventPage)
