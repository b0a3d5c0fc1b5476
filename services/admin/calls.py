"""The admin API, call by call, as its documentation states it."""

from http import HTTPStatus
from typing import Final

from services.admin.bodies import BeginBreakGlass, EventFilters, ExplainRequest, FileRequest, Remark, RequestFilters
from services.admin.revoking_calls import CALLS as REVOKING_CALLS
from services.admin.views import (
    EventAnswer,
    EventChanged,
    EventPage,
    ExplainAnswer,
    HealthAnswer,
    RequestAnswer,
    RequestChanged,
    RequestPage,
    WhoamiAnswer,
)
from shared.edge.calls import Call
from shared.edge.codes import Code

_REQUESTS: Final = "/v1/requests"
_EVENTS: Final = "/v1/break-glass"
_DECIDING: Final = frozenset({Code.NOT_FOUND, Code.NOT_PERMITTED, Code.LOCKED_OUT, Code.CONFLICT})
_ASKING: Final = frozenset({Code.DENIED, Code.LOCKED_OUT, Code.CONFLICT})


def _change_request(name: str, summary: str) -> Call:
    return Call(
        name=f"{name}_request",
        method="POST",
        path=f"{_REQUESTS}/{{id}}/{name}",
        summary=summary,
        answer=RequestChanged,
        body=Remark,
        is_body_optional=True,
        refusals=_DECIDING,
    )


def _change_event(name: str, summary: str) -> Call:
    return Call(
        name=f"{name}_break_glass",
        method="POST",
        path=f"{_EVENTS}/{{id}}/{name}",
        summary=summary,
        answer=EventChanged,
        body=Remark,
        is_body_optional=True,
        refusals=_DECIDING,
    )


_OWN: Final = (
    Call("whoami", "GET", "/v1/whoami", "Show the caller how Sentinel sees them.", WhoamiAnswer),
    Call("health", "GET", "/v1/health", "Say that the service is there.", HealthAnswer),
    Call(
        "file_request",
        "POST",
        _REQUESTS,
        "Ask for an approval.",
        RequestChanged,
        HTTPStatus.CREATED,
        body=FileRequest,
        refusals=_ASKING,
    ),
    Call(
        "list_requests",
        "GET",
        _REQUESTS,
        "List approval requests.",
        RequestPage,
        query=RequestFilters,
        refusals=frozenset({Code.NOT_PERMITTED}),
    ),
    Call(
        "get_request",
        "GET",
        f"{_REQUESTS}/{{id}}",
        "Show one approval request.",
        RequestAnswer,
        refusals=frozenset({Code.NOT_FOUND}),
    ),
    _change_request("approve", "Approve a request; the approval that completes the quorum opens the window."),
    _change_request("deny", "Refuse a pending request."),
    _change_request("cancel", "Take a request back, pending or approved."),
    Call(
        "begin_break_glass",
        "POST",
        _EVENTS,
        "Break glass: reach a profile without an approval.",
        EventChanged,
        HTTPStatus.CREATED,
        body=BeginBreakGlass,
        refusals=_ASKING,
    ),
    Call(
        "list_break_glass",
        "GET",
        _EVENTS,
        "List break-glass events.",
        EventPage,
        query=EventFilters,
        refusals=frozenset({Code.NOT_PERMITTED}),
    ),
    Call(
        "get_break_glass",
        "GET",
        f"{_EVENTS}/{{id}}",
        "Show one break-glass event.",
        EventAnswer,
        refusals=frozenset({Code.NOT_FOUND}),
    ),
    _change_event("close", "End an active break-glass event."),
    _change_event("review", "Record the review of an event that is over."),
    Call(
        "explain",
        "POST",
        "/v1/explain",
        "Say what a vend would decide, rule by rule.",
        ExplainAnswer,
        body=ExplainRequest,
        refusals=frozenset({Code.NOT_PERMITTED}),
    ),
)
CALLS: Final = (*_OWN, *REVOKING_CALLS)
