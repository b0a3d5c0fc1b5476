"""What is answered about sessions, revocations, lockouts and the kill switch, as models for the OpenAPI document."""

from collections.abc import Mapping
from enum import StrEnum

from services.admin.views import ActionView, View
from shared.core.kill_switch import Reach
from shared.core.revocation import Target
from shared.edge.instants import Instant


class SwitchStatus(StrEnum):
    """How the kill switch stands: of one account, and of all of them together."""

    APPLIED = "applied"  # written just now; IAM takes seconds to spread it
    UNCHANGED = "unchanged"  # says what it should already
    BEHIND = "behind"  # does not say what it should
    PARTIAL = "partial"  # some accounts failed, or what some people revoke of their own found no room
    FAILED = "failed"
    OFF = "off"  # no account is configured


class SwitchAccount(View):
    """The kill switch in one account. `version` is IAM's."""

    account: str
    status: SwitchStatus
    version: str | None
    detail: str | None


class KillSwitchView(View):
    """The kill switch.

    `widened` are users, and profiles as `profile <name>`, that lose sessions nobody revoked, because the policy had to
    fit. `uncovered` are users who revoked their own without the permission to revoke, and for whom there was no room:
    their credentials live on. `room` is what is left, in percent, before whole users are ended.
    """

    status: SwitchStatus
    reach: Reach
    revocations: int
    room: int
    widened: tuple[str, ...]
    uncovered: tuple[str, ...]
    applied_at: Instant | None
    accounts: tuple[SwitchAccount, ...]


class KillSwitchAnswer(View):
    """The kill switch."""

    kill_switch: KillSwitchView


class LockoutView(View):
    """A lockout. `name` is null for everyone; without `ends_at` it lasts until it is lifted."""

    id: str
    target: Target
    name: str | None
    reason: str
    by: str
    at: Instant
    ends_at: Instant | None
    lifted: ActionView | None


class KnownName(View):
    """Whether anything of the named user or profile was ever seen, and what else may have been meant.

    Seen is a session, a request, an event, or the name written in a policy. `seen` is null where that could not be
    looked up. What was asked for is done in any case.
    """

    seen: bool | None
    near: tuple[str, ...]


class LockoutChanged(View):
    """A lockout after a change, and which targets could be told of it. `known` is null for everyone, and lifting."""

    lockout: LockoutView
    known: KnownName | None
    notified: Mapping[str, bool]


class LockoutList(View):
    """Every lockout in force, newest first. `unreadable` names those the service cannot understand: they still hold."""

    lockouts: tuple[LockoutView, ...]
    unreadable: tuple[str, ...]


class RevocationView(View):
    """A revocation of many sessions. It stands from the first answer on; `marked` rows say so by now."""

    id: str
    target: Target
    name: str | None
    reason: str
    by: str
    at: Instant
    issued_until: Instant
    marked: int
    complete: bool


class ManyRevoked(View):
    """A revocation of many sessions, and what came of it. `known` is null for everyone."""

    revocation: RevocationView
    lockout: LockoutView
    known: KnownName | None
    kill_switch: KillSwitchView
    notified: Mapping[str, bool]


class RevocationAnswer(View):
    """A revocation and how far its rows are marked."""

    revocation: RevocationView
