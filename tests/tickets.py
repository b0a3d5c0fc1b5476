"""A document `tickets/<name>`, and answers of the ticket system that it names."""

import json
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


def sends(body: bytes, status: int = 200, **headers: str) -> Behaviour:
    async def behave(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers={"Content-Type": "application/json", **headers})

    return behave
