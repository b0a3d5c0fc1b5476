"""The unverified claims of a request's signature, in header form or query form.

AWS General Reference, "Elements of an AWS API request signature".
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from deploy.local.gateway import refusals
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import ReceivedRequest

ALGORITHM: Final = "AWS4-HMAC-SHA256"
_SCOPE_PARTS: Final = 5
_TERMINATOR: Final = "aws4_request"
_DATE: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_EXPIRES: Final = re.compile(r"[0-9]{1,6}")
_LONGEST_EXPIRY_S: Final = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class UnverifiedSignature:
    """The signature's elements as claimed; `expires_s` is the query form's lifetime, None in the header form."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    session_token: str | None
    expires_s: int | None

    @property
    def signed_at(self) -> datetime:
        return datetime.strptime(self.timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def read_signature(request: ReceivedRequest) -> UnverifiedSignature | Refusal | None:
    """Read the claimed signature. None: the request is unsigned."""
    authorization = request.header("authorization")
    if authorization is not None:
        return _read_header_form(request, authorization)
    query = dict(request.query_pairs)
    return _read_query_form(request, query) if "X-Amz-Algorithm" in query else None


def _read_header_form(request: ReceivedRequest, authorization: str) -> UnverifiedSignature | Refusal:
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        return refusals.NOT_A_SIGNATURE.about(scheme=algorithm)
    parts = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in rest.split(","))}
    if missing := [name for name in ("Credential", "Signature", "SignedHeaders") if not parts.get(name)]:
        return _incomplete(missing)
    timestamp = request.header("x-amz-date") or ""
    token = request.header("x-amz-security-token")
    return _assemble(parts["Credential"], parts["SignedHeaders"], parts["Signature"], timestamp, token, None)


def _read_query_form(request: ReceivedRequest, query: dict[str, str]) -> UnverifiedSignature | Refusal:
    names = [name for name, _ in request.query_pairs if name.startswith("X-Amz-")]
    if len(set(names)) < len(names) or query["X-Amz-Algorithm"] != ALGORITHM:
        return refusals.NOT_A_SIGNATURE.about(scheme="a")
    wanted = ("X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date", "X-Amz-Expires")
    if missing := [name for name in wanted if not query.get(name)]:
        return _incomplete(missing)
    expires = query["X-Amz-Expires"]
    if not _EXPIRES.fullmatch(expires) or not 0 < int(expires) <= _LONGEST_EXPIRY_S:
        return refusals.NOT_A_SIGNATURE.about(scheme="X-Amz-Expires")
    return _assemble(
        query["X-Amz-Credential"],
        query["X-Amz-SignedHeaders"],
        query["X-Amz-Signature"],
        query["X-Amz-Date"],
        query.get("X-Amz-Security-Token"),
        int(expires),
    )


def _incomplete(missing: list[str]) -> Refusal:
    return refusals.INCOMPLETE_SIGNATURE.about(
        missing=" ".join(refusals.MISSING_PARAMETER.format(name=name) for name in missing)
    )


def _assemble(
    credential: str,
    signed_headers: str,
    signature: str,
    timestamp: str,
    token: str | None,
    expires_s: int | None,
) -> UnverifiedSignature | Refusal:
    scope = credential.rsplit("/", _SCOPE_PARTS - 1)
    if len(scope) != _SCOPE_PARTS or scope[4] != _TERMINATOR:
        return refusals.MALFORMED_CREDENTIAL.about(parts=credential.count("/") + 1)
    access_key_id, date, region, service, _ = scope
    if not _is_instant(timestamp):
        return refusals.MISSING_DATE
    if date != timestamp[:8]:
        return refusals.DATE_MISMATCH.about(date=date, timestamp=timestamp)
    names = tuple(signed_headers.split(";"))
    if "host" not in names or list(names) != sorted({name.lower() for name in names}):
        return refusals.HOST_NOT_SIGNED
    return UnverifiedSignature(
        access_key_id, date, region, service, names, signature, timestamp, token or None, expires_s
    )


def _is_instant(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.strptime(text, "%Y%m%dT%H%M%S%z")
    except ValueError:
        return False
    return True
