"""Sessions, revocations, lockouts and the kill switch as the service shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from pydantic import AwareDatetime, Field

from sentinel.api.grants import Action, GrantId
from sentinel.api.responses import Answer, ListAnswer, Shown

SessionStatus = Literal["active", "revoked", "expired", "failed"]
SESSION_STATUSES: Final[tuple[str, ...]] = get_args(SessionStatus)


class Session(Answer):
    """One vend. `rule` and `grant_id` say what let it happen; `revoked.comment` is the reason."""

    id: GrantId
    user: Shown
    profile: Shown
    status: SessionStatus
    via: Literal["direct", "approval", "break-glass"]
    grant_id: GrantId | None = None
    rule: Shown | None = None
    role_arn: Shown
    stamp: Shown
    account: Shown
    caller_arn: Shown
    source_ip: Shown | None = None
    policy_version: Shown | None = None
    line_digest: Shown | None = None
    request_id: Shown
    issued_at: AwareDatetime
    ends_at: AwareDatetime
    revoked: Action | None = None


class SessionAnswer(Answer):
    session: Session


class SessionPage(ListAnswer):
    rows_in = "sessions"
    row = Session
    rows: Sequence[Session] = Field(alias="sessions")
    next_cursor: str | None = None


TargetKind = Literal["user", "profile", "all"]


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a revocation or a lockout is for: a user, a profile, or everyone, and then `name` is empty."""

    kind: str
    name: str = ""

    def as_body(self) -> dict[str, str | bool]:
        return {self.kind: self.name or True}

    def as_query(self) -> dict[str, str]:
        return {self.kind: self.name or "true"}

    def __str__(self) -> str:
        return target_words(self.kind, self.name)


def target_words(kind: str, name: str | None) -> str:
    """Name a target in a sentence."""
    return "everyone" if kind == "all" else f"the {kind} {name}"


class Revocation(Answer):
    """Of all sessions of a user, of a profile, or at all, issued until `issued_until`.

    It is in force from the first answer on. `marked` rows of sessions say so by now; `complete` when all do.
    """

    id: GrantId
    target: TargetKind
    name: Shown | None = None
    by: Shown
    reason: Shown
    at: AwareDatetime
    issued_until: AwareDatetime
    marked: int
    complete: bool


class Lockout(Answer):
    """No new credentials for a user, a profile or everyone, until `ends_at` or, if that is None, until it is lifted."""

    id: GrantId
    target: TargetKind
    name: Shown | None = None
    reason: Shown
    by: Shown
    at: AwareDatetime
    ends_at: AwareDatetime | None = None
    lifted: Action | None = None


class KnownName(Answer):
    """Whether anything of a name was ever seen; None where that could not be looked up. `near` may have been meant."""

    seen: bool | None = None
    near: tuple[Shown, ...] = ()


class SwitchedAccount(Answer):
    """What became of the kill switch in one account; `version` is of the IAM policy."""

    account: Shown
    status: Literal["applied", "unchanged", "behind", "failed"]
    version: Shown | None = None
    detail: Shown | None = None


# Below so many percent, what comes next may end more than is revoked.
ROOM_TO_WARN: Final = 25


class KillSwitch(Answer):
    """The policy that takes live credentials away.

    `widened` are users, and profiles as `profile <name>`, of whom it denies more than was revoked; `uncovered` users
    who revoked their own and for whom there was no room. `room` is what is left, in percent.
    """

    status: Literal["applied", "unchanged", "partial", "failed", "off", "behind"]
    reach: Literal["exact", "later", "users", "everyone"]
    revocations: int
    room: int = 100
    widened: tuple[Shown, ...] = ()
    uncovered: tuple[Shown, ...] = ()
    applied_at: AwareDatetime | None = None
    accounts: tuple[SwitchedAccount, ...] = ()


class RevokedSession(Answer):
    """The answer to the revocation of one session."""

    session: Session
    lockout: Lockout | None = None
    kill_switch: KillSwitch
    notified: Mapping[str, bool] = Field(default_factory=dict)


class RevokedMany(Answer):
    """The answer to the revocation of many sessions."""

    revocation: Revocation
    lockout: Lockout | None = None
    known: KnownName | None = None
    kill_switch: KillSwitch
    notified: Mapping[str, bool] = Field(default_factory=dict)


class RevocationAnswer(Answer):
    revocation: Revocation


class LockoutAnswer(Answer):
    lockout: Lockout
    known: KnownName | None = None
    notified: Mapping[str, bool] = Field(default_factory=dict)


class LockoutList(ListAnswer):
    """Every lockout in force."""

    rows_in = "lockouts"
    row = Lockout
    rows: Sequence[Lockout] = Field(alias="lockouts")


class KillSwitchAnswer(Answer):
    kill_switch: KillSwitch
