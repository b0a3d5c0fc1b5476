"""Verifies a received request: returns its caller or a refusal. Cheap checks come first, one per line."""

from datetime import datetime
from typing import Final, Protocol

from deploy.local.emulator.server import EmulatorUnreachableError, KnownCredential, Unusable
from deploy.local.gateway import refusals
from deploy.local.gateway.endpoints import Endpoint, Route
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import Caller, ReceivedRequest
from deploy.local.gateway.signature import check_claims, check_signature, read_signature

# API Gateway quotas: request line and headers together.
_HEADER_LIMIT: Final = 10_240
_REMEMBERED: Final = 1024


class CredentialSource(Protocol):
    """A source of credentials.

    `find_credential` returns current data, or raises EmulatorUnreachableError.
    """

    async def find_credential(self, access_key_id: str, action: str, resource: str) -> KnownCredential | Unusable: ...


class RememberedCredentials:
    """A source that answers earlier lookups from memory while the source behind it is unreachable.

    So a request still reaches the Lambda while the emulator is down, as on AWS, where verifying a signature does not
    depend on the services behind the Lambda. A remembered credential still expires at its time.
    """

    def __init__(self, source: CredentialSource) -> None:
        self._source = source
        self._remembered: dict[tuple[str, str, str], KnownCredential] = {}

    async def find_credential(
        self, access_key_id: str, action: str, resource: str, now: datetime
    ) -> KnownCredential | Unusable:
        """Find a credential.

        Raises:
            EmulatorUnreachableError: the source is unreachable, and this lookup was not made before.

        """
        question = (access_key_id, action, resource)
        try:
            found = await self._source.find_credential(*question)
        except EmulatorUnreachableError:
            remembered = self._remembered.get(question)
            if remembered is None:
                raise
            ends = remembered.keys.expires_at
            return "expired" if ends is not None and ends <= now else remembered
        self._remembered.pop(question, None)
        if isinstance(found, KnownCredential):
            self._remembered[question] = found
        if len(self._remembered) > _REMEMBERED:
            del self._remembered[next(iter(self._remembered))]
        return found


def check_shape(endpoint: Endpoint, request: ReceivedRequest) -> Refusal | None:
    """Check what the endpoint refuses before it verifies a signature."""
    line = len(f"{request.method} {request.target} HTTP/1.1\r\n".encode())
    fields = sum(len(f"{name}: {value}\r\n".encode()) for name, value in request.headers)
    if line + fields > _HEADER_LIMIT:
        return refusals.HEADERS_TOO_LARGE
    if not request.target.startswith("/") or "#" in request.target:
        return refusals.BAD_REQUEST
    return refusals.BODY_TOO_LARGE if len(request.body) > endpoint.kind.body_limit else None


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
        return endpoint.kind.unsigned
    if isinstance(claimed, Refusal):
        return claimed
    if refusal := check_claims(claimed, region=endpoint.region, service=endpoint.kind.service, now=now):
        return refusal
    resource = endpoint.resource(request.method, route.path)
    try:
        known = await credentials.find_credential(claimed.access_key_id, endpoint.kind.action, resource, now)
    except EmulatorUnreachableError:
        return refusals.UNAVAILABLE
    if isinstance(known, str):
        return refusals.EXPIRED_TOKEN if known == "expired" else refusals.UNKNOWN_TOKEN
    if refusal := check_signature(request, claimed, known.keys, now):
        return refusal
    if not known.allowed:
        return endpoint.not_permitted(known.arn, resource)
    return Caller(claimed.access_key_id, known.account, known.arn, known.user_id)
