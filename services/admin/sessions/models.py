"""A session as the API shows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from services.admin.common.models import ActionView, ListFilters, LockDuration, Reason, View, view_action
from services.admin.kill_switch.models import KillSwitchView
from services.admin.lockouts.models import LockoutView
from shared.core.session import Session, SessionState
from shared.core.stamp import Via
from shared.edge.inputs import Input
from shared.edge.timestamps import Timestamp


class SessionFilters(ListFilters):
    """Which sessions: one's own, or all, which takes the permission `read`; of all, by default those of 24 hours."""

    view: Literal["mine", "all"] = "mine"
    status: Annotated[SessionState, Field(strict=False)] | None = None


class RevokeSession(Input):
    """End one session. `lock_for` locks its user out besides, which takes the permission `lock`."""

    reason: Reason
    lock_for: LockDuration | None = None


class SessionView(View):
    """A session. `revoked` says by whom, when and why. `rule` and `policy_version` are the access policy's."""

    id: str
    user: str
    profile: str
    status: SessionState
    via: Via
    grant_id: str | None
    rule: str | None
    role_arn: str
    stamp: str
    account: str
    caller_arn: str
    source_ip: str | None
    policy_version: str | None
    line_digest: str | None
    request_id: str
    issued_at: Timestamp
    ends_at: Timestamp
    revoked: ActionView | None


class SessionRevoked(View):
    """A session after its revocation, and what came of it."""

    session: SessionView
    lockout: LockoutView | None
    kill_switch: KillSwitchView
    notified: Mapping[str, bool]


class SessionResponse(View):
    """One session. `current`: a vend of its profile would be of its role today, too; null where that is not known."""

    session: SessionView
    current: bool | None


class SessionPage(View):
    """Some sessions, newest first. More may follow while there is a cursor, even after an empty page.

    `unreadable` names rows that are left out, because the service cannot understand them.
    """

    sessions: tuple[SessionView, ...]
    next_cursor: str | None
    unreadable: tuple[str, ...]


def view_session(session: Session, now: datetime) -> SessionView:
    """Show a session as it is at `now`."""
    return SessionView(
        id=session.session_id,
        user=session.user,
        profile=session.profile,
        status=session.state_at(now),
        via=session.via,
        grant_id=session.grant_id,
        rule=session.rule,
        role_arn=session.role_arn,
        stamp=session.stamp,
        account=session.account,
        caller_arn=session.caller_arn,
        source_ip=session.source_ip,
        policy_version=session.policy_version,
        line_digest=session.line_digest,
        request_id=session.request_id,
        issued_at=session.issued_at,
        ends_at=session.ends_at,
        revoked=view_action(session.revoked),
    )
