"""The part of the admin API that shows and ends sessions, call by call."""

from http import HTTPStatus
from typing import Final

from services.admin.revoking_bodies import Lock, RevokeMany, RevokeSession, SessionFilters, Unlock
from services.admin.revoking_views import KillSwitchAnswer, LockoutChanged, LockoutList, ManyRevoked, RevocationAnswer
from services.admin.sessions.view import SessionAnswer, SessionPage, SessionRevoked
from shared.edge.calls import Call
from shared.edge.codes import Code

_SESSIONS: Final = "/v1/sessions"
_LOCKOUTS: Final = "/v1/lockouts"
_PERMITTED: Final = frozenset({Code.NOT_PERMITTED})
_CHANGING: Final = frozenset({Code.NOT_PERMITTED, Code.LOCKED_OUT, Code.CONFLICT})
_NOT_FOUND: Final = frozenset({Code.NOT_FOUND})

CALLS: Final = (
    Call("list_sessions", "GET", _SESSIONS, "List sessions.", SessionPage, query=SessionFilters, refusals=_PERMITTED),
    Call("get_session", "GET", f"{_SESSIONS}/{{id}}", "Show one session.", SessionAnswer, refusals=_NOT_FOUND),
    Call(
        "revoke_session",
        "POST",
        f"{_SESSIONS}/{{id}}/revoke",
        "Revoke one session.",
        SessionRevoked,
        body=RevokeSession,
        refusals=_CHANGING | _NOT_FOUND,
    ),
    Call(
        "revoke_many",
        "POST",
        "/v1/revocations",
        "Revoke every session of a user, of a profile or of everyone.",
        ManyRevoked,
        HTTPStatus.CREATED,
        body=RevokeMany,
        refusals=_CHANGING,
    ),
    Call(
        "continue_revocation",
        "POST",
        "/v1/revocations/{id}/continue",
        "Go on marking the sessions of a revocation, which stands already.",
        RevocationAnswer,
        refusals=_NOT_FOUND | {Code.LOCKED_OUT},
    ),
    Call("list_lockouts", "GET", _LOCKOUTS, "List the lockouts in force.", LockoutList, refusals=_PERMITTED),
    Call("lock", "POST", _LOCKOUTS, "Set a lockout.", LockoutChanged, body=Lock, refusals=_CHANGING),
    Call("unlock", "DELETE", _LOCKOUTS, "Lift a lockout.", LockoutChanged, query=Unlock, refusals=_CHANGING),
    Call(
        "kill_switch_status",
        "GET",
        "/v1/kill-switch",
        "Say whether the kill switch says what it should in every account.",
        KillSwitchAnswer,
        refusals=_PERMITTED,
    ),
    Call(
        "sync_kill_switch",
        "POST",
        "/v1/kill-switch/sync",
        "Write the kill switch where it does not say what it should.",
        KillSwitchAnswer,
        refusals=_PERMITTED | {Code.LOCKED_OUT},
    ),
)
