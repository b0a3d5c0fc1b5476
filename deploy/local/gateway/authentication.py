"""Verifies a received request: returns its caller or a refusal. Cheap checks come first, one per line."""

from datetime import datetime
from typing import Final

from deploy.local.emulator.server import EmulatorUnreachableError
from deploy.local.gateway import refusals
from deploy.local.gateway.credential_scope import read_signature
from deploy.local.gateway.credentials import RememberedCredentials
from deploy.local.gateway.endpoints import Endpoint, Route
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import Caller, ReceivedRequest
from deploy.local.gateway.sigv4 import check_claims, check_signature

# API Gateway quotas: request line and headers together.
_HEADER_LIMIT: Final = 10_240


def check_shape(endpoint: Endpoint, request: ReceivedRequest) -> Refusal | None:
    """Check what the endpoint refuses before it verifies a signature."""
    line = len(f"{request.method} {request.target} HTTP/1.1\r\n".encode())
    fields = sum(len(f"{name}: {value}\r\n".encode()) for name, value in request.headers)
    if line + fields > _HEADER_LIMIT:
        return refusals.HEADERS_TOO_LARGE
    if not request.target.startswith("/") or "#" in request.target:
        return refusals.BAD_REQUEST
    return refusals.BODY_TOO_LARGE if len(request.body) > endpoint.body_limit else None


async def authenticate(
    endpoint: Endpoint,
    route: Route,
    request: ReceivedRequest,
    credentials: RememberedCredentials,
    now: datetime,
) -> Caller | Refusal:
    """Verify the caller's signature, and that their identity policies allow the call."""
    claimed = read_signature(request)
    if claimed is None:
        return endpoint.unsigned()
    if isinstance(claimed, Refusal):
        return claimed
    if refusal := check_claims(claimed, region=endpoint.region, service=endpoint.service, now=now):
        return refusal
    resource = endpoint.resource(request.method, route.path)
    try:
        known = await credentials.find_credential(claimed.access_key_id, endpoint.action, resource, now)
    except EmulatorUnreachableError:
        return refusals.UNAVAILABLE
    if isinstance(known, str):
        return refusals.EXPIRED_TOKEN if known == "expired" else refusals.UNKNOWN_TOKEN
    if refusal := check_signature(request, claimed, known.keys, now):
        return refusal
    if not known.allowed:
        return endpoint.not_permitted(known.arn, resource)
    return Caller(claimed.access_key_id, known.account, known.arn, known.user_id)
