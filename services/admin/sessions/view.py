"""A session as the API shows it."""

from collections.abc import Mapping
from datetime import datetime

from services.admin.revoking_views import KillSwitchView, LockoutView
from services.admin.views import ActionView, View, view_action
from shared.core.session import Session, SessionState
from shared.core.stamp import Via
from shared.edge.instants import Instant


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
    request_id: str
    issued_at: Instant
    ends_at: Instant
    revoked: ActionView | None


class SessionRevoked(View):
    """A session after its revocation, and what came of it."""

    session: SessionView
    lockout: LockoutView | None
    kill_switch: KillSwitchView
    notified: Mapping[str, bool]


class SessionAnswer(View):
    """One session. `current`: a vend of its profile would be of its role today, too; null where that cannot be told."""

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
        request_id=session.request_id,
        issued_at=session.issued_at,
        ends_at=session.ends_at,
        revoked=view_action(session.revoked),
    )
