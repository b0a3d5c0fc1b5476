"""Requests from Slack, from a route that is open to anyone. Nothing of one counts before its signature is verified.

Slack's documentation, "Verifying requests from Slack": the signature is of the time and of the body, byte by byte.
"""

import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from shared.edge.audit.line import AuditLine
from shared.edge.error_codes import Code
from shared.edge.events import AcceptedApis
from shared.edge.responses import File, Refusal, RefusedInWords, Response

SLACK_ROUTE: Final = "POST /slack"
# A press brings the whole message along, and a form all of its choices.
MAX_SLACK_BYTES: Final = 128 * 1024
NOT_SIGNED: Final = Refusal(Code.UNKNOWN_CALLER, "This request is not signed by Slack, or not within five minutes.")
_TOO_LONG: Final = Refusal(Code.INVALID_REQUEST, f"The body is over {MAX_SLACK_BYTES} bytes; Slack sends no such.")
_FORM: Final = "application/x-www-form-urlencoded"
_TIMESTAMP: Final = re.compile(r"[0-9]{10}")
_SIGNATURE: Final = re.compile(r"v0=[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class SlackRequest:
    """What came to the route. Nothing is verified yet; `received_at` (UTC) is the gateway's, None where it has none."""

    event: Mapping[str, Any] = field(repr=False)
    source_ip: str
    user_agent: str
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedBody:
    """A body with what claims to sign it, each written as Slack writes it. `timestamp` is in seconds since 1970."""

    timestamp: str
    signature: str = field(repr=False)
    body: bytes = field(repr=False)


# Answers a request from Slack: with the audit line to fill in, the deadline on the monotonic clock, and own account.
SlackSource = Callable[[SlackRequest, AuditLine, float, str], Awaitable[Response | Refusal | File | RefusedInWords]]


def find_slack_request(event: object, accepted: AcceptedApis) -> SlackRequest | None:
    """Find a request to the route in an event of an HTTP API; None for any other event, and for one of another API."""
    found, context = _mapping(event), _mapping(_mapping(event).get("requestContext"))
    http = _mapping(context.get("http"))
    if context.get("apiId") not in accepted.api_ids or context.get("accountId") != accepted.account:
        return None
    if found.get("version") != "2.0" or found.get("routeKey") != SLACK_ROUTE or http.get("method") != "POST":
        return None
    return SlackRequest(
        found, str(http.get("sourceIp") or ""), str(http.get("userAgent") or ""), _instant(context.get("timeEpoch"))
    )


def read_signed(request: SlackRequest) -> SignedBody | Refusal:
    """Read what a signature can be checked of. A header that is missing or comes twice is no signature."""
    timestamp = _header(request.event, "x-slack-request-timestamp")
    signature = _header(request.event, "x-slack-signature")
    if not _TIMESTAMP.fullmatch(timestamp) or not _SIGNATURE.fullmatch(signature):
        return NOT_SIGNED
    if _header(request.event, "content-type").partition(";")[0].strip().lower() != _FORM:
        return Refusal(Code.INVALID_REQUEST, f"The body must be {_FORM}, as Slack sends it.")
    body = _body(request.event)
    return body if isinstance(body, Refusal) else SignedBody(timestamp, signature, body)


def _header(event: Mapping[str, Any], name: str) -> str:
    """Give a header's value. HTTP APIs join the values of one that comes twice, and no joined value is well formed."""
    values = [value for key, value in _mapping(event.get("headers")).items() if str(key).lower() == name]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else ""


def _body(event: Mapping[str, Any]) -> bytes | Refusal:
    written = event.get("body")
    if not isinstance(written, str) or not written:
        return NOT_SIGNED
    if len(written) > 2 * MAX_SLACK_BYTES:
        return _TOO_LONG
    try:
        body = base64.b64decode(written, validate=True) if event.get("isBase64Encoded") else written.encode()
    except (binascii.Error, UnicodeEncodeError, ValueError):
        return NOT_SIGNED
    return body if len(body) <= MAX_SLACK_BYTES else _TOO_LONG


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _instant(milliseconds: object) -> datetime | None:
    if not isinstance(milliseconds, int) or isinstance(milliseconds, bool):
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return None
