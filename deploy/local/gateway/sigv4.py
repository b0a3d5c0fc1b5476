"""Verifies Signature Version 4: computes the signature over the received bytes again and compares it.

botocore's signer builds the canonical request, so signing and verification agree. This file contains only what differs
between composing a request and having received one. AWS General Reference, "Create a signed AWS API request".
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from http.client import HTTPMessage
from typing import Final
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from deploy.local.gateway import refusals
from deploy.local.gateway.credential_scope import UnverifiedSignature
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import ReceivedRequest
from deploy.local.keys import Keys

# API Gateway allows five minutes of skew either way.
WINDOW: Final = timedelta(minutes=5)


def check_claims(claimed: UnverifiedSignature, *, region: str, service: str, now: datetime) -> Refusal | None:
    """Check what needs no secret: the scope and the age. The cheapest checks come first."""
    if claimed.service != service:
        return refusals.WRONG_SERVICE.about(service=service)
    if claimed.region != region:
        return refusals.WRONG_REGION.about(region=claimed.region)
    lifetime = WINDOW if claimed.expires_s is None else timedelta(seconds=claimed.expires_s)
    if claimed.signed_at < now - lifetime:
        return _outside(refusals.EXPIRED_SIGNATURE, claimed, now - lifetime, now)
    if claimed.signed_at > now + WINDOW:
        return _outside(refusals.SIGNATURE_NOT_YET_CURRENT, claimed, now + WINDOW, now)
    return None


def _outside(refusal: Refusal, claimed: UnverifiedSignature, limit: datetime, now: datetime) -> Refusal:
    minutes = abs(limit - now) // timedelta(minutes=1)
    return refusal.about(timestamp=claimed.timestamp, limit=limit, now=now, minutes=minutes)


def check_signature(
    request: ReceivedRequest, claimed: UnverifiedSignature, keys: Keys, now: datetime
) -> Refusal | None:
    """Check token, expiry and signature against the key's own secret."""
    if not _same(claimed.session_token or "", keys.session_token or ""):
        return refusals.UNKNOWN_TOKEN
    if keys.expires_at is not None and keys.expires_at <= now:
        return refusals.EXPIRED_TOKEN
    if not _same(claimed.signature, compute_signature(request, claimed, keys)):
        return refusals.WRONG_SIGNATURE
    return None


def compute_signature(request: ReceivedRequest, claimed: UnverifiedSignature, keys: Keys) -> str:
    """Compute the signature this secret gives for the request as received."""
    signer = _Verifier(request, claimed, keys)
    rebuilt = AWSRequest(method=request.method, url=f"https://gateway{request.path}", data=request.body)
    rebuilt.context["timestamp"] = claimed.timestamp
    signature: str = signer.signature(signer.string_to_sign(rebuilt, signer.canonical_request(rebuilt)), rebuilt)
    return signature


class _Verifier(SigV4Auth):  # type: ignore[misc]
    """The signer, limited to the headers that the signature names and to the query as it arrived."""

    def __init__(self, received: ReceivedRequest, claimed: UnverifiedSignature, keys: Keys) -> None:
        credentials = Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
        super().__init__(credentials, claimed.service, claimed.region)
        self._received = received
        self._claimed = claimed

    def headers_to_sign(self, request: AWSRequest) -> HTTPMessage:  # noqa: ARG002 - the signer's own signature
        headers = HTTPMessage()
        for name, value in self._received.headers:
            if name.lower() in self._claimed.signed_headers:
                headers[name.lower()] = value
        return headers

    def signed_headers(self, headers_to_sign: HTTPMessage) -> str:  # noqa: ARG002 - the signer's own signature
        # As claimed: a signed header that did not arrive must invalidate the signature.
        return ";".join(self._claimed.signed_headers)

    def canonical_query_string(self, request: AWSRequest) -> str:  # noqa: ARG002 - the signer's own signature
        signature_name = "X-Amz-Signature" if self._claimed.expires_s is not None else None
        pairs = [
            (_encode(name), _encode(value)) for name, value in self._received.query_pairs if name != signature_name
        ]
        return "&".join(f"{name}={value}" for name, value in sorted(pairs))

    def payload(self, request: AWSRequest) -> str:  # noqa: ARG002 - the signer's own signature
        # The hash of the body that arrived, not the one a header claims.
        return hashlib.sha256(self._received.body).hexdigest()


def _encode(text: str) -> str:
    return quote(text, safe="-_.~")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
