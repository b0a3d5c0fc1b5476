"""The kill switch as the API shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.admin.common.models import View
from shared.core.kill_switch import Boundary, Reach
from shared.core.revocation import Revocation
from shared.edge.timestamps import Timestamp


class SwitchStatus(StrEnum):
    """The state of the kill switch: in one account, and in all of them together."""

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

    `widened` are users, and profiles as `profile <name>`, that lose sessions that were not revoked, because the policy
    had to fit. `uncovered` are users who revoked their own without the permission to revoke, and found no room:
    their credentials live on. `room` is what is left, in percent, before whole users are ended.
    """

    status: SwitchStatus
    reach: Reach
    revocations: int
    room: int
    widened: tuple[str, ...]
    uncovered: tuple[str, ...]
    applied_at: Timestamp | None
    accounts: tuple[SwitchAccount, ...]


class KillSwitchResponse(View):
    """The kill switch."""

    kill_switch: KillSwitchView


@dataclass(frozen=True, slots=True)
class Plan:
    """What the policy is to say, and by how many revocations."""

    boundary: Boundary
    revocations: int


def view_switch(
    plan: Plan | None,
    accounts: Sequence[SwitchAccount],
    now: datetime,
    revocation: Revocation | None = None,
) -> KillSwitchView:
    """Show what was planned, None where it did not come to that, and what came of it in each account.

    Where the `revocation` in question found no room, it failed, regardless of what else was written.
    """
    status = _overall([account.status for account in accounts])
    uncovered = frozenset[Revocation]() if plan is None else plan.boundary.uncovered
    if any(_is_about(each, revocation) for each in uncovered):
        status = SwitchStatus.FAILED
    elif uncovered and status in (SwitchStatus.APPLIED, SwitchStatus.UNCHANGED):
        status = SwitchStatus.PARTIAL
    is_written = SwitchStatus.APPLIED in [account.status for account in accounts]
    return KillSwitchView(
        status=status,
        reach=Reach.EXACT if plan is None else plan.boundary.reach,
        revocations=0 if plan is None else plan.revocations,
        room=100 if plan is None else plan.boundary.room,
        widened=() if plan is None else tuple(sorted(plan.boundary.widened)),
        uncovered=tuple(sorted({each.user or each.name for each in uncovered})),
        applied_at=now if is_written else None,
        accounts=tuple(accounts),
    )


def _is_about(each: Revocation, revocation: Revocation | None) -> bool:
    return revocation is not None and (each.target, each.name) == (revocation.target, revocation.name)


def _overall(statuses: Sequence[SwitchStatus]) -> SwitchStatus:
    if not statuses:
        return SwitchStatus.OFF
    if len(set(statuses)) == 1:
        return statuses[0]
    if SwitchStatus.FAILED in statuses:
        return SwitchStatus.PARTIAL
    return SwitchStatus.BEHIND if SwitchStatus.BEHIND in statuses else SwitchStatus.APPLIED
