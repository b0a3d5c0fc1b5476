"""Verifies Signature Version 4, in header form or query form.

First the signature's unverified claims (AWS General Reference, "Elements of an AWS API request signature"), then the
signature itself: botocore's signer computes it again over the received bytes, so signing and verification agree. This
file contains only what differs between composing a request and having received one.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPMessage
from typing import Final

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from deploy.local.aws import Keys
from deploy.local.gateway import refusals
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import ReceivedRequest

# API Gateway allows five minutes of skew either way.
_WINDOW: Final = timedelta(minutes=5)
_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_SCOPE_PARTS: Final = 5
_TERMINATOR: Final = "aws4_request"
_DATE: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_EXPIRES: Final = re.compile(r"[0-9]{1,6}")
_LONGEST_EXPIRY_S: Final = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class UnverifiedSignature:
    """The signature's elements as claimed; `lifetime` is the query form's, None in the header form."""

    access_key_id: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    signed_at: datetime
    session_token: str
    lifetime: timedelta | None


def read_signature(request: ReceivedRequest) -> UnverifiedSignature | Refusal | None:
    """Read the claimed signature. None: the request is unsigned."""
    authorization = request.header("authorization")
    if authorization is not None:
        return _read_header_form(request, authorization)
    query = {name.removeprefix("X-Amz-"): value for name, value in request.query_pairs if name.startswith("X-Amz-")}
    return _read_query_form(request, query) if "Algorithm" in query else None


def _read_header_form(request: ReceivedRequest, authorization: str) -> UnverifiedSignature | Refusal:
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != _ALGORITHM:
        return refusals.NOT_A_SIGNATURE.about(scheme=algorithm)
    parts = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in rest.split(","))}
    if missing := [name for name in ("Credential", "Signature", "SignedHeaders") if not parts.get(name)]:
        return refusals.incomplete(missing)
    sent = {name: request.header(f"x-amz-{name}") or "" for name in ("Date", "Security-Token")}
    return _assemble({**parts, **sent}, None)


def _read_query_form(request: ReceivedRequest, parts: Mapping[str, str]) -> UnverifiedSignature | Refusal:
    count = sum(name.startswith("X-Amz-") for name, _ in request.query_pairs)
    if len(parts) < count or parts["Algorithm"] != _ALGORITHM:
        return refusals.NOT_A_SIGNATURE.about(scheme="a")
    wanted = ("Credential", "Signature", "SignedHeaders", "Date", "Expires")
    if missing := [f"X-Amz-{name}" for name in wanted if not parts.get(name)]:
        return refusals.incomplete(missing)
    expires = parts["Expires"]
    if not _EXPIRES.fullmatch(expires) or not 0 < int(expires) <= _LONGEST_EXPIRY_S:
        return refusals.NOT_A_SIGNATURE.about(scheme="X-Amz-Expires")
    return _assemble(parts, timedelta(seconds=int(expires)))


def _assemble(parts: Mapping[str, str], lifetime: timedelta | None) -> UnverifiedSignature | Refusal:
    credential, timestamp = parts["Credential"], parts["Date"]
    scope = credential.rsplit("/", _SCOPE_PARTS - 1)
    if len(scope) != _SCOPE_PARTS or scope[4] != _TERMINATOR:
        return refusals.MALFORMED_CREDENTIAL.about(parts=credential.count("/") + 1)
    access_key_id, date, region, service, _ = scope
    signed_at = _read_date(timestamp)
    if signed_at is None:
        return refusals.MISSING_DATE
    if date != timestamp[:8]:
        return refusals.DATE_MISMATCH.about(date=date, timestamp=timestamp)
    names = tuple(parts["SignedHeaders"].split(";"))
    if "host" not in names or list(names) != sorted({name.lower() for name in names}):
        return refusals.HOST_NOT_SIGNED
    token = parts.get("Security-Token", "")
    return UnverifiedSignature(
        access_key_id, region, service, names, parts["Signature"], timestamp, signed_at, token, lifetime
    )


def _read_date(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def check_claims(claimed: UnverifiedSignature, *, region: str, service: str, now: datetime) -> Refusal | None:
    """Check what needs no secret: the scope and the age. The cheapest checks come first."""
    if claimed.service != service:
        return refusals.WRONG_SERVICE.about(service=service)
    if claimed.region != region:
        return refusals.WRONG_REGION.about(region=claimed.region)
    earliest, latest = now - (claimed.lifetime or _WINDOW), now + _WINDOW
    if claimed.signed_at < earliest:
        return _outside(refusals.EXPIRED_SIGNATURE, claimed, earliest, now)
    if claimed.signed_at > latest:
        return _outside(refusals.SIGNATURE_NOT_YET_CURRENT, claimed, latest, now)
    return None


def _outside(refusal: Refusal, claimed: UnverifiedSignature, limit: datetime, now: datetime) -> Refusal:
    minutes = abs(limit - now) // timedelta(minutes=1)
    return refusal.about(timestamp=claimed.timestamp, limit=limit, now=now, minutes=minutes)


def check_signature(
    request: ReceivedRequest, claimed: UnverifiedSignature, keys: Keys, now: datetime
) -> Refusal | None:
    """Check token, expiry and signature against the key's own secret."""
    if not _same(claimed.session_token, keys.session_token or ""):
        return refusals.UNKNOWN_TOKEN
    if keys.expires_at is not None and keys.expires_at <= now:
        return refusals.EXPIRED_TOKEN
    if not _same(claimed.signature, _compute_signature(request, claimed, keys)):
        return refusals.WRONG_SIGNATURE
    return None


def _compute_signature(request: ReceivedRequest, claimed: UnverifiedSignature, keys: Keys) -> str:
    """Compute the signature this secret gives for the request as received: for its body, not the hash it claims."""
    signer = _Signer(request, claimed, keys)
    in_query = "X-Amz-Signature" if claimed.lifetime is not None else None
    query = [pair for pair in request.query_pairs if pair[0] != in_query]
    rebuilt = AWSRequest(request.method, f"https://gateway{request.path}", data=request.body, params=query)
    rebuilt.context["timestamp"] = claimed.timestamp
    signature: str = signer.signature(signer.string_to_sign(rebuilt, signer.canonical_request(rebuilt)), rebuilt)
    return signature


class _Signer(SigV4Auth):  # type: ignore[misc]
    """The signer, limited to the headers that the signature names."""

    def __init__(self, received: ReceivedRequest, claimed: UnverifiedSignature, keys: Keys) -> None:
        credentials = Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
        super().__init__(credentials, claimed.service, claimed.region)
        self._received = received
        self._names = claimed.signed_headers

    def headers_to_sign(self, request: AWSRequest) -> HTTPMessage:  # noqa: ARG002 - the signer's own signature
        headers = HTTPMessage()
        for name, value in self._received.headers:
            if name.lower() in self._names:
                headers[name.lower()] = value
        return headers

    def signed_headers(self, headers_to_sign: HTTPMessage) -> str:  # noqa: ARG002 - the signer's own signature
        # As claimed: a signed header that did not arrive must invalidate the signature.
        return ";".join(self._names)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
