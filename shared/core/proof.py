"""The proof of possession: a signed GetCallerIdentity request, sent in parts and rebuilt by its verifier.

    Authorization: Sentinel-STS key=ASIA…,date=20260301T120000Z,region=eu-central-1,token=…,signature=…

A caller signs the request below with credentials that Sentinel vended and sends only the parts that the verifier cannot
know. The authorizer forwards nothing that the caller composed: host, path, body and headers are the constants here, and
it adds the API's id itself. The id is signed, so a proof for one API is invalid for another. Where an API requires a
request binding, method, path and query of the request are signed as well. The request's body is not signed, and uses of
a proof are not counted.

A proof is accepted for a minute. STS itself accepts its signature for 15 minutes (Signature Version 4), so the holder
of a proof can use it that long at any verifier of GetCallerIdentity that requires no header of its own.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

SCHEME: Final = "Sentinel-STS"
API_HEADER: Final = "x-sentinel-api"
REQUEST_HEADER: Final = "x-sentinel-request"
BODY: Final = "Action=GetCallerIdentity&Version=2011-06-15"
CONTENT_TYPE: Final = "application/x-www-form-urlencoded; charset=utf-8"
LONGEST_LIFE: Final = timedelta(seconds=60)
# Clocks of a laptop and a Lambda differ by up to this; a date further ahead would make a proof last longer.
MOST_AHEAD: Final = timedelta(seconds=5)
# API Gateway takes 10,240 bytes of headers in all; STS's tokens are at most 4,096 characters.
MAX_HEADER_LENGTH: Final = 6144
_DATE: Final = "%Y%m%dT%H%M%SZ"
# In the order they are written. A temporary key id begins ASIA (IAM User Guide, "IAM identifiers").
_SHAPES: Final = {
    "key": re.compile(r"ASIA[A-Z0-9]{12,28}"),
    "date": re.compile(r"[0-9]{8}T[0-9]{6}Z"),
    "region": re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}"),
    "token": re.compile(r"[A-Za-z0-9+/=]{16,4096}"),
    "signature": re.compile(r"[0-9a-f]{64}"),
}


class MalformedProofError(ValueError):
    """The header is not a proof; the message names the wrong part and never repeats it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The parts of a proof, well-formed and not yet verified by STS. `signed_at` is UTC."""

    key: str
    signed_at: datetime
    region: str
    token: str = field(repr=False)
    signature: str = field(repr=False)

    def is_fresh(self, now: datetime) -> bool:
        """Whether it was signed within the minute before `now`."""
        return -MOST_AHEAD <= now - self.signed_at < LONGEST_LIFE

    def fingerprint(self) -> str:
        """Give a hash that identifies the proof and reveals nothing of it."""
        return hashlib.sha256(render_proof(self).encode()).hexdigest()


def parse_proof(header: str) -> Proof:
    """Parse an Authorization header strictly: every part once, in order, well-formed.

    Raises:
        MalformedProofError: it is anything else.

    """
    if len(header) > MAX_HEADER_LENGTH:
        raise MalformedProofError(f"longer than {MAX_HEADER_LENGTH} characters")
    scheme, _, rest = header.partition(" ")
    if scheme != SCHEME:
        raise MalformedProofError(f"the scheme is not {SCHEME}")
    pieces = [piece.partition("=") for piece in rest.split(",")]
    if [name for name, _, _ in pieces] != list(_SHAPES):
        raise MalformedProofError(f"write {', '.join(_SHAPES)}, each once and in this order")
    values = {name: value for name, _, value in pieces}
    if wrong := next((name for name, shape in _SHAPES.items() if not shape.fullmatch(values[name])), None):
        raise MalformedProofError(f"{wrong} does not have its shape")
    try:
        signed_at = datetime.strptime(values["date"], _DATE).replace(tzinfo=UTC)
    except ValueError:
        raise MalformedProofError("date is no date") from None
    return Proof(values["key"], signed_at, values["region"], values["token"], values["signature"])


def render_proof(proof: Proof) -> str:
    """Write the Authorization header of a proof."""
    date = proof.signed_at.strftime(_DATE)
    pieces = (proof.key, date, proof.region, proof.token, proof.signature)
    return f"{SCHEME} " + ",".join(f"{name}={piece}" for name, piece in zip(_SHAPES, pieces, strict=True))


def signed_headers(api_id: str, binding: str | None) -> Mapping[str, str]:
    """Give the headers that a proof's signature covers, in addition to SigV4's own; `binding` is the request's."""
    headers = {"content-type": CONTENT_TYPE, API_HEADER: api_id}
    return headers if binding is None else {**headers, REQUEST_HEADER: binding}


def request_binding(method: str, path: str, query: str = "") -> str:
    """Give the binding of a request: a hash of method, path (without the stage) and canonical query.

    Method and path are hashed first, because a decoded path may contain a `?`.
    """
    without_query = hashlib.sha256(f"{method.upper()} {path}".encode()).hexdigest()
    return hashlib.sha256(f"{without_query}?{query}".encode()).hexdigest() if query else without_query


def rebuild_headers(proof: Proof, host: str, api_id: str, binding: str | None) -> Mapping[str, str]:
    """Rebuild the headers of the signed request, only from constants, the verifier's own values and the proof's parts.

    STS confirms the caller only if exactly this request was signed with the credentials of the token (IAM User Guide,
    "Create a signed AWS API request").
    """
    date = proof.signed_at.strftime(_DATE)
    signed = {
        **signed_headers(api_id, binding),
        "host": host,
        "x-amz-date": date,
        "x-amz-security-token": proof.token,
    }
    scope = f"{proof.key}/{date[:8]}/{proof.region}/sts/aws4_request"
    names = ";".join(sorted(signed))
    authorization = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={proof.signature}"
    return {**signed, "authorization": authorization}
