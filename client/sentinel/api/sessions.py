"""Sessions as the service shows them: the record of each vend, and what became of it."""

from collections.abc import Sequence
from typing import Final, Literal

from pydantic import AwareDatetime, Field

from sentinel.api.grants import Action, GrantId
from sentinel.api.responses import Answer, ListAnswer, Shown

SessionStatus = Literal["active", "revoked", "expired", "failed"]
SESSION_STATUSES: Final = ("active", "revoked", "expired", "failed")


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
