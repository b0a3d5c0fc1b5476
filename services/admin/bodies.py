"""What the admin API is sent: bodies and query strings. The OpenAPI document is generated from these models."""

from datetime import timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from shared.core.approval.status import RequestStatus
from shared.core.break_glass.policy import ReasonCode
from shared.core.break_glass.status import EventStatus
from shared.core.durations import format_duration
from shared.edge.inputs import Input, ProfileName, UserName, WrittenDuration, plain_text
from shared.edge.instants import Instant

# A grant with less time left serves no vend.
_SHORTEST_WINDOW: Final = timedelta(minutes=1)
MOST_ROWS: Final = 100


def _is_of_use(value: timedelta) -> timedelta:
    if value < _SHORTEST_WINDOW:
        raise ValueError(f"at least {format_duration(_SHORTEST_WINDOW)}: credentials need that long to be of use")
    return value


def _read_digits(value: object) -> object:
    """Read a number as a query string writes it."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


WindowDuration = Annotated[WrittenDuration, AfterValidator(_is_of_use)]
Comment = Annotated[str, plain_text(1, 1000)]
Limit = Annotated[Annotated[int, Field(ge=1, le=MOST_ROWS)], BeforeValidator(_read_digits)]
Cursor = Annotated[str, StringConstraints(min_length=1, max_length=512)]


class FileRequest(Input):
    """Ask for an approval. `starts_at` begins the window later, at most 7 days ahead."""

    profile: ProfileName
    reason: Annotated[str, plain_text(1, 1000)]
    duration: WindowDuration | None = None
    ticket: Annotated[str, plain_text(1, 64)] | None = None
    starts_at: Instant | None = None


class BeginBreakGlass(Input):
    """Declare an emergency. The justification is read by whoever is told of it and by the reviewer."""

    profile: ProfileName
    reason: Annotated[ReasonCode, Field(strict=False)]
    justification: Annotated[str, plain_text(20, 1000)]
    duration: WindowDuration | None = None


class Remark(Input):
    """What may be said with a vote, an end or a review."""

    comment: Comment | None = None


class ListFilters(Input):
    """Filters every long list knows: rows created from `since` to `until`, both included, newest first."""

    user: UserName | None = None
    profile: ProfileName | None = None
    since: Instant | None = None
    until: Instant | None = None
    limit: Limit = 50
    cursor: Cursor | None = None

    @model_validator(mode="after")
    def _filters_agree(self) -> Self:
        if self.since is not None and self.until is not None and self.since > self.until:
            raise ValueError("since is after until, and nothing lies between")
        if self.user is not None and getattr(self, "view", None) != "all":
            raise ValueError("user is a filter of view=all only")
        return self


class RequestFilters(ListFilters):
    """Which requests: one's own, those one can approve, or all, which takes the permission `read`."""

    view: Literal["mine", "approvable", "all"] = "mine"
    status: Annotated[RequestStatus, Field(strict=False)] | None = None


class EventFilters(ListFilters):
    """Which break-glass events: one's own, those one can review, or all, which takes the permission `read`."""

    view: Literal["mine", "reviewable", "all"] = "mine"
    status: Annotated[EventStatus, Field(strict=False)] | None = None


class ExplainRequest(Input):
    """Ask why. What is left out is the caller's own and the present instant."""

    profile: ProfileName
    user: UserName | None = None
    at: Instant | None = None
    account: Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")] | None = None
    role: Annotated[str, plain_text(0, 64)] | None = None
    source_ip: Annotated[str, StringConstraints(min_length=2, max_length=45)] | None = None
