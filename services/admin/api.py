"""The endpoints of the admin API: the router and the OpenAPI document are made of this table."""

from http import HTTPStatus
from typing import Final

from services.admin.break_glass.models import BeginBreakGlass, EventChanged, EventFilters, EventPage, EventResponse
from services.admin.common.models import Remark
from services.admin.explain.models import ExplainRequest, ExplainResponse
from services.admin.groups.models import GroupFilters, GroupList, PushedGroupView, PushGroup
from services.admin.kill_switch.models import KillSwitchResponse
from services.admin.lockouts.models import Lock, LockoutChanged, LockoutList, Unlock
from services.admin.requests.models import (
    FileRequest,
    RequestChanged,
    RequestFiled,
    RequestFilters,
    RequestPage,
    RequestResponse,
)
from services.admin.revocations.models import ManyRevoked, RevocationResponse, RevokeMany
from services.admin.sessions.models import RevokeSession, SessionFilters, SessionPage, SessionResponse, SessionRevoked
from services.admin.whoami import HealthResponse, WhoamiResponse
from shared.edge.api import Endpoint
from shared.edge.error_codes import Code

_REQUESTS: Final = "/v1/requests"
_EVENTS: Final = "/v1/break-glass"
_SESSIONS: Final = "/v1/sessions"
_LOCKOUTS: Final = "/v1/lockouts"
_GROUPS: Final = "/v1/groups"
_MEMBERS: Final = f"{_GROUPS}/{{name}}/members"
_PERMITTED: Final = frozenset({Code.NOT_PERMITTED})
_CHANGING: Final = frozenset({Code.NOT_PERMITTED, Code.LOCKED_OUT, Code.CONFLICT})
_NOT_FOUND: Final = frozenset({Code.NOT_FOUND})
_ASKING: Final = frozenset({Code.DENIED, Code.LOCKED_OUT, Code.CONFLICT})


def _change(name: str, summary: str, path: str = _REQUESTS) -> Endpoint:
    """Give the endpoint of one step, such as `approve_request`, on a request or an event."""
    return Endpoint(
        name=name,
        method="POST",
        path=f"{path}/{{id}}/{name.partition('_')[0]}",
        summary=summary,
        response=RequestChanged if path == _REQUESTS else EventChanged,
        body=Remark,
        is_body_optional=True,
        refusals=_CHANGING | _NOT_FOUND,
    )


_GRANT_ENDPOINTS: Final = (
    Endpoint("whoami", "GET", "/v1/whoami", "Show the caller how Sentinel sees them.", WhoamiResponse),
    Endpoint("health", "GET", "/v1/health", "Say that the service is there.", HealthResponse),
    Endpoint(
        "file_request",
        "POST",
        _REQUESTS,
        "Ask for an approval.",
        RequestFiled,
        HTTPStatus.CREATED,
        body=FileRequest,
        refusals=_ASKING | _NOT_FOUND,
    ),
    Endpoint(
        "list_requests",
        "GET",
        _REQUESTS,
        "List approval requests.",
        RequestPage,
        query=RequestFilters,
        refusals=_PERMITTED,
    ),
    Endpoint(
        "get_request",
        "GET",
        f"{_REQUESTS}/{{id}}",
        "Show one approval request.",
        RequestResponse,
        refusals=_NOT_FOUND,
    ),
    _change("approve_request", "Approve a request; the approval that completes the quorum opens the window."),
    _change("deny_request", "Refuse a pending request."),
    _change("cancel_request", "Take a request back, pending or approved."),
    Endpoint(
        "begin_break_glass",
        "POST",
        _EVENTS,
        "Break glass: reach a profile without an approval.",
        EventChanged,
        HTTPStatus.CREATED,
        body=BeginBreakGlass,
        refusals=_ASKING,
    ),
    Endpoint(
        "list_break_glass",
        "GET",
        _EVENTS,
        "List break-glass events.",
        EventPage,
        query=EventFilters,
        refusals=_PERMITTED,
    ),
    Endpoint(
        "get_break_glass",
        "GET",
        f"{_EVENTS}/{{id}}",
        "Show one break-glass event.",
        EventResponse,
        refusals=_NOT_FOUND,
    ),
    _change("close_break_glass", "End an active break-glass event.", _EVENTS),
    _change("review_break_glass", "Record the review of an event that is over.", _EVENTS),
    Endpoint(
        "explain",
        "POST",
        "/v1/explain",
        "Say what a vend would decide, rule by rule.",
        ExplainResponse,
        body=ExplainRequest,
        refusals=_PERMITTED,
    ),
)
_SESSION_ENDPOINTS: Final = (
    Endpoint(
        "list_sessions", "GET", _SESSIONS, "List sessions.", SessionPage, query=SessionFilters, refusals=_PERMITTED
    ),
    Endpoint("get_session", "GET", f"{_SESSIONS}/{{id}}", "Show one session.", SessionResponse, refusals=_NOT_FOUND),
    Endpoint(
        "revoke_session",
        "POST",
        f"{_SESSIONS}/{{id}}/revoke",
        "Revoke one session.",
        SessionRevoked,
        body=RevokeSession,
        refusals=_CHANGING | _NOT_FOUND,
    ),
    Endpoint(
        "revoke_many",
        "POST",
        "/v1/revocations",
        "Revoke every session of a user, of a profile or of everyone.",
        ManyRevoked,
        HTTPStatus.CREATED,
        body=RevokeMany,
        refusals=_CHANGING,
    ),
    Endpoint(
        "continue_revocation",
        "POST",
        "/v1/revocations/{id}/continue",
        "Continue to mark the sessions of a revocation, which holds already.",
        RevocationResponse,
        refusals=_NOT_FOUND | {Code.LOCKED_OUT},
    ),
    Endpoint("list_lockouts", "GET", _LOCKOUTS, "List the lockouts in force.", LockoutList, refusals=_PERMITTED),
    Endpoint("lock", "POST", _LOCKOUTS, "Set a lockout.", LockoutChanged, body=Lock, refusals=_CHANGING),
    Endpoint("unlock", "DELETE", _LOCKOUTS, "Lift a lockout.", LockoutChanged, query=Unlock, refusals=_CHANGING),
    Endpoint(
        "kill_switch_status",
        "GET",
        "/v1/kill-switch",
        "Say whether the kill switch says what it should in every account.",
        KillSwitchResponse,
        refusals=_PERMITTED,
    ),
    Endpoint(
        "sync_kill_switch",
        "POST",
        "/v1/kill-switch/sync",
        "Write the kill switch where it does not say what it should.",
        KillSwitchResponse,
        refusals=_PERMITTED | {Code.LOCKED_OUT},
    ),
)
_GROUP_ENDPOINTS: Final = (
    Endpoint(
        "list_groups",
        "GET",
        _GROUPS,
        "List the groups that a user is known to be in.",
        GroupList,
        query=GroupFilters,
        refusals=_PERMITTED,
    ),
    Endpoint(
        "list_group_members",
        "GET",
        _MEMBERS,
        "Show who is pushed into a group.",
        PushedGroupView,
        refusals=_PERMITTED | _NOT_FOUND,
    ),
    Endpoint(
        "push_group",
        "PUT",
        _MEMBERS,
        "Replace all members of a pushed group.",
        PushedGroupView,
        body=PushGroup,
        refusals=_CHANGING,
    ),
    Endpoint(
        "remove_group",
        "DELETE",
        _MEMBERS,
        "End a push: none of its members is in the group.",
        PushedGroupView,
        refusals=_CHANGING | _NOT_FOUND,
    ),
)
ENDPOINTS: Final = (*_GRANT_ENDPOINTS, *_SESSION_ENDPOINTS, *_GROUP_ENDPOINTS)
