"""What models of several features share: the bases of inputs and of views, and the types of their fields."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from shared.core.durations import format_duration
from shared.core.grants import EventStatus, RequestStatus
from shared.core.people import Action
from shared.core.revocation import Target
from shared.edge.inputs import CallerName, Input, ProfileName, UserName, WrittenDuration, plain_text
from shared.edge.timestamps import Timestamp

# A grant with less time left serves no vend.
_SHORTEST: Final = timedelta(minutes=1)
_MOST_ROWS: Final = 100


def _serves_a_vend(value: timedelta) -> timedelta:
    if value < _SHORTEST:
        raise ValueError(f"at least {format_duration(_SHORTEST)}: credentials need that long to be of use")
    return value


def _is_long_enough(value: timedelta) -> timedelta:
    if value < _SHORTEST:
        raise ValueError(f"at least {format_duration(_SHORTEST)}")
    return value


def _read_digits(value: object) -> object:
    """Read a number as a query string writes it."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def _read_true(value: object) -> object:
    """Read a flag as a query string writes it."""
    return True if value == "true" else value


WindowDuration = Annotated[WrittenDuration, AfterValidator(_serves_a_vend)]
LockDuration = Annotated[WrittenDuration, AfterValidator(_is_long_enough)]
Reason = Annotated[str, plain_text(1, 1000)]
Comment = Annotated[str, plain_text(1, 1000)]
Limit = Annotated[Annotated[int, Field(ge=1, le=_MOST_ROWS)], BeforeValidator(_read_digits)]
Cursor = Annotated[str, StringConstraints(min_length=1, max_length=512)]


class Remark(Input):
    """An optional comment on a vote, an end or a review."""

    comment: Comment | None = None


class TargetInput(Input):
    """Exactly one of `user`, `profile` and `all`."""

    user: CallerName | None = None
    profile: ProfileName | None = None
    all: Annotated[Literal[True], BeforeValidator(_read_true)] | None = None

    @model_validator(mode="after")
    def _is_of_one(self) -> Self:
        if sum(each is not None for each in (self.user, self.profile, self.all)) != 1:
            raise ValueError("give exactly one of user, profile and all")
        return self

    @property
    def target(self) -> Target:
        if self.user is not None:
            return Target.USER
        return Target.ALL if self.profile is None else Target.PROFILE

    @property
    def name(self) -> str:
        return self.user or self.profile or ""


class ListFilters(Input):
    """Filters of every long list: rows created from `since` to `until`, both included, newest first."""

    user: UserName | None = None
    profile: ProfileName | None = None
    since: Timestamp | None = None
    until: Timestamp | None = None
    limit: Limit = 50
    cursor: Cursor | None = None

    @model_validator(mode="after")
    def _filters_agree(self) -> Self:
        if self.since is not None and self.until is not None and self.since > self.until:
            raise ValueError("since is after until, and nothing lies between")
        if self.user is not None and getattr(self, "view", None) not in ("all", "visible"):
            raise ValueError("user is a filter of view=all and view=visible only")
        return self


class GrantFilters(ListFilters):
    """Filters of a list of requests or of break-glass events.

    `view`: "mine", those the caller can act on, "visible" (all they may see: of profiles they approve, too), or "all".
    """

    view: str
    status: RequestStatus | EventStatus | None = None


class View(BaseModel):
    """The base of every response. Absent is null; durations are whole seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def as_json(self) -> Mapping[str, Any]:
        return self.model_dump(mode="json")


class Window(View):
    """`[starts_at, ends_at)`."""

    starts_at: Timestamp
    ends_at: Timestamp


class ActionView(View):
    """Who did something, when, and with which comment. `by` is null where time did it."""

    by: str | None
    at: Timestamp
    comment: str | None


def view_action(action: Action | None) -> ActionView | None:
    return None if action is None else ActionView(by=action.by, at=action.at, comment=action.comment)


def whole_seconds(duration: timedelta) -> int:
    return int(duration.total_seconds())
