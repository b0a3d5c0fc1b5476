"""A session as the API shows it."""

from datetime import datetime
from enum import StrEnum

from services.admin.views import ActionView, View, view_action
from shared.aws.session_rows import SessionRow
from shared.aws.tables import SessionStatus
from shared.core.stamp import Via
from shared.edge.instants import Instant


class SessionState(StrEnum):
    """How a session stands now."""

    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"
    FAILED = "failed"  # recorded, but STS issued nothing


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


def state_of(row: SessionRow, now: datetime) -> SessionState:
    """Tell how a session stands at an instant (UTC)."""
    if row.status is not SessionStatus.ACTIVE:
        return SessionState(row.status.value)
    return SessionState.EXPIRED if now >= row.ends_at else SessionState.ACTIVE


def view_session(row: SessionRow, now: datetime) -> SessionView:
    """Show a session as it is at `now`."""
    return SessionView(
        id=row.session_id,
        user=row.user,
        profile=row.profile,
        status=state_of(row, now),
        via=row.via,
        grant_id=row.grant_id,
        rule=row.rule,
        role_arn=row.role_arn,
        stamp=row.stamp,
        account=row.account,
        caller_arn=row.caller_arn,
        source_ip=row.source_ip,
        policy_version=row.policy_version,
        request_id=row.request_id,
        issued_at=row.issued_at,
        ends_at=row.ends_at,
        revoked=view_action(row.revoked),
    )
