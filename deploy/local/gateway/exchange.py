"""Reads requests and writes responses for every endpoint, byte for byte, and creates the gateway's ids."""

import json
import secrets
from datetime import datetime
from typing import Final

from aiohttp import web

from deploy.local.gateway.answers import HttpAnswer
from deploy.local.gateway.endpoints import Endpoint, EndpointKind
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import ReceivedRequest

# The endpoints count the header bytes themselves; the server must let at least that many through.
LINE_LIMIT: Final = 64 * 1024


async def receive(incoming: web.Request) -> ReceivedRequest:
    """Read a request as it arrived."""
    return ReceivedRequest(
        method=incoming.method,
        target=incoming.raw_path,
        headers=[(_text(name), _text(value)) for name, value in incoming.raw_headers],
        body=await incoming.read(),
        source_ip=incoming.remote or "",
    )


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def refuse(refusal: Refusal) -> HttpAnswer:
    """Return a refusal as the response that AWS sends."""
    headers = [("content-type", "application/json"), ("x-amzn-errortype", refusal.error_type)]
    return HttpAnswer(refusal.status, headers, json.dumps({refusal.message_key: refusal.message}).encode())


def respond(answer: HttpAnswer) -> web.Response:
    """Send an answer."""
    response = web.Response(status=answer.status, body=answer.body)
    response.headers.popall("content-type", None)
    for name, value in answer.headers:
        response.headers.add(name, value)
    response.headers.add("x-amzn-requestid", new_uuid())
    return response


def new_uuid() -> str:
    """Create the id of an invocation."""
    text = secrets.token_hex(16)
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def new_request_id(endpoint: Endpoint) -> str:
    """Create a request id in the endpoint's format: 16 characters of base64 for HTTP APIs, a UUID for the others."""
    return f"{secrets.token_urlsafe(11)}=" if endpoint.kind is EndpointKind.HTTP_API else new_uuid()


def new_trace_id(now: datetime) -> str:
    """Create a trace id in X-Ray's format."""
    return f"Root=1-{int(now.timestamp()):08x}-{secrets.token_hex(12)}"
