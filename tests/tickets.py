"""A document `tickets/<name>`, and answers of the ticket system that it names."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from shared.core.ticket_lookup import TicketLookup
from shared.documents import load_ticket_lookup
from tests.service.notify.receiver import Behaviour

SECRET = "Bearer planted-ticket-secret"


def lookup_document(
    url: str = "https://jira.example/rest/api/3/issue/{ticket}?fields=status", **changes: Any
) -> dict[str, Any]:
    return {
        "url": url,
        "field": "fields.status.name",
        "values": ["Open", "In Progress"],
        "header": {"name": "Authorization", "value": SECRET},
    } | changes


def lookup(url: str = "https://jira.example/rest/api/3/issue/{ticket}?fields=status", **changes: Any) -> TicketLookup:
    return load_ticket_lookup(json.dumps(lookup_document(url, **changes)))


def says(state: object) -> Behaviour:
    """Answer like Jira, with a state."""
    return sends(json.dumps({"key": "INC-1", "fields": {"status": {"name": state}}}).encode())


def jira(issues: Mapping[str, str], credential: str) -> Behaviour:
    """Answer "Get issue" like Jira's REST API 3, by category of status: who is not let in sees no issue at all."""

    async def behave(request: web.Request) -> web.Response:
        key = request.path.removeprefix("/rest/api/3/issue/")
        if key not in issues or request.headers.get("Authorization") != credential:
            said = "Issue does not exist or you do not have permission to see it."
            return web.json_response({"errorMessages": [said], "errors": {}}, status=404)
        assert request.query == {"fields": "status"}
        status = {"name": "Any name of a team", "statusCategory": {"id": 4, "key": issues[key]}}
        return web.json_response({"id": "10002", "key": key, "fields": {"status": status}})

    return behave


def servicenow(changes: Mapping[str, str], credential: str) -> Behaviour:
    """Answer like ServiceNow's Table API: a list, in which a record that is not there is missing."""

    async def behave(request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != credential:
            error = {"message": "User Not Authenticated", "detail": "Required to provide Auth information"}
            return web.json_response({"error": error, "status": "failure"}, status=401)
        assert request.path == "/api/now/table/change_request"
        assert (request.query["sysparm_fields"], request.query["sysparm_limit"]) == ("state", "1")
        state = changes.get(request.query["sysparm_query"].removeprefix("number="))
        return web.json_response({"result": [] if state is None else [{"state": state}]})

    return behave


def sends(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    async def behave(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers={"Content-Type": "application/json", **headers})

    return behave
