"""Gateway events, through the edge the vend and the admin Lambda share, up to the call that would answer.

Behind the edge stand the real inputs of every call, and nothing that could fail: so every answer here is a refusal of
the event or of the input, or says that it was read. "Could not decide" would be our own mistake.
"""

import asyncio
import io
import json
from collections.abc import Callable
from typing import Any, Final

from services.admin.api import ENDPOINTS
from services.vend.request import parse_vend_request
from shared.edge.api import Endpoint
from shared.edge.inputs import parse_body, parse_optional_body, parse_query
from shared.edge.lambda_app import LambdaApp, Operation, RequestContext
from shared.edge.responses import Refusal, Response
from shared.edge.settings import load_settings
from shared.edge.traces import open_tracer
from tests.gateway_events import API_ID, http_api_event, rest_api_event
from tests.lambda_context import FakeContext
from tests.security.fuzz.target import Target
from tests.security.promises import check_answer

_SETTINGS: Final = {
    "SENTINEL_API_ID": API_ID,
    "SENTINEL_SESSION_TABLE": "session",
    "SENTINEL_GRANT_TABLE": "grant",
    "SENTINEL_BUDGET_TABLE": "budgets",
}
_READ: Final = Response({"read": True})
JSON: Final = {"content-type": "application/json"}


def _read_input_of(call: Endpoint) -> Operation:
    async def operation(asked: RequestContext) -> Response | Refusal:
        if call.body is not None:
            parse: Callable[..., Any] = parse_optional_body if call.is_body_optional else parse_body
            found = parse(asked.request, call.body)
        else:
            found = None if call.query is None else parse_query(asked.request, call.query)
        return found if isinstance(found, Refusal) else _READ

    return operation


async def _read_vend(asked: RequestContext) -> Response | Refusal:
    found = parse_vend_request(asked.request)
    return found if isinstance(found, Refusal) else _READ


class Edge:
    """A Lambda whose calls read their input and do nothing."""

    def __init__(self) -> None:
        self._stdout = io.StringIO()
        routes = {
            ("GET", "/"): _read_vend,
            ("POST", "/"): _read_vend,
            **{(call.method, call.path): _read_input_of(call) for call in ENDPOINTS},
        }
        self._app = LambdaApp(
            "vend", load_settings(_SETTINGS), asyncio.Runner(), routes, open_tracer("vend"), self._stdout
        )

    def check(self, event: object) -> dict[str, Any]:
        """Answer one event, and give the answer's body."""
        self._stdout.seek(0)
        self._stdout.truncate()
        response = self._app(event, FakeContext())
        return check_answer(response, self._stdout.getvalue())[0]


_edges: list[Edge] = []


def check_event(data: bytes) -> None:
    try:
        event = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not _edges:
        _edges.append(Edge())
    _edges[0].check(event)


TARGETS: Final = (
    Target(
        "gateway-event",
        check_event,
        tuple(
            json.dumps(event).encode()
            for event in (
                http_api_event(query="profile=dev&duration=1h"),
                http_api_event("POST", "/", body='{"profile": "dev"}', headers=JSON),
                http_api_event("POST", "/v1/requests", body='{"profile": "prod", "reason": "x"}', headers=JSON),
                http_api_event("GET", "/v1/requests/0123456789abcdef"),
                rest_api_event("DELETE", "/v1/lockouts", {"user": ["alice"]}),
                rest_api_event("GET", "/v1/sessions", {"limit": ["5"], "cursor": ["x"]}),
            )
        ),
    ),
)
