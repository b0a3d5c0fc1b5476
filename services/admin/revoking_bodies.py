"""What is sent to list, revoke and lock. The OpenAPI document is generated from these models."""

from datetime import timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from services.admin.bodies import Comment, ListFilters
from shared.core.durations import format_duration
from shared.core.revocation import Target
from shared.core.session import SessionState
from shared.edge.inputs import CallerName, Input, ProfileName, UserName, WrittenDuration, plain_text

_SHORTEST: Final = timedelta(minutes=1)


def _is_felt(value: timedelta) -> timedelta:
    if value < _SHORTEST:
        raise ValueError(f"at least {format_duration(_SHORTEST)}")
    return value


def _read_true(value: object) -> object:
    """Read a flag as a query string writes it."""
    return True if value == "true" else value


LockDuration = Annotated[WrittenDuration, AfterValidator(_is_felt)]
Reason = Annotated[str, plain_text(1, 1000)]


class SessionFilters(ListFilters):
    """Which sessions: one's own, or all, which takes the permission `read`; of all, by default those of 24 hours."""

    view: Literal["mine", "all"] = "mine"
    status: Annotated[SessionState, Field(strict=False)] | None = None


class RevokeSession(Input):
    """End one session. `lock_for` locks its user out besides, which takes the permission `lock`."""

    reason: Reason
    lock_for: LockDuration | None = None


class _OfSomebody(Input):
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


class RevokeMany(_OfSomebody):
    """End everything issued to a user, of a profile or to everyone. `lock_for` keeps new credentials away longer."""

    reason: Reason
    lock_for: LockDuration | None = None


class Lock(_OfSomebody):
    """No new credentials for a user, of a profile or for everyone. Without `duration` it lasts until it is lifted."""

    reason: Reason
    duration: LockDuration | None = None


class Unlock(_OfSomebody):
    """Lift the lockout of a user, a profile or everyone."""

    # A lockout of a name that no caller can have, set by an earlier version, can still be lifted.
    user: UserName | None = None
    comment: Comment | None = None
