"""The proof of possession: a signed GetCallerIdentity request, sent as its pieces and rebuilt by whoever checks it.

    Authorization: Sentinel-STS key=ASIA…,date=20260301T120000Z,region=eu-central-1,token=…,signature=…

A caller signs the request below with the credentials Sentinel vended them and sends only what cannot be known
otherwise. The authorizer forwards nothing the caller composed: host, path, body and headers are the constants here, and
the API's id is its own. The id is signed, so a proof for one API is none for another; a request binding, where an API
asks for one, signs the method, the path and the query of the request it is good for. No body is signed, and nothing
counts how often a proof is used.

A proof is taken for a minute. STS itself takes the signature in it for 15 (Signature Version 4), so whoever holds a
proof can show it for so long to any verifier of GetCallerIdentity that asks for no header of its own.
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
# The clocks of a laptop and a Lambda differ; a proof from further ahead than this was made to last.
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
    """The header is not a proof; the message names the piece and never repeats it."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The pieces of a proof, each of the right shape and none of them checked by STS yet. `signed_at` is UTC."""

    key: str
    signed_at: datetime
    region: str
    token: str = field(repr=False)
    signature: str = field(repr=False)

    def is_fresh(self, now: datetime) -> bool:
        """Whether it was signed within the last minute, by the clock of whoever asks."""
        return -MOST_AHEAD <= now - self.signed_at < LONGEST_LIFE

    def fingerprint(self) -> str:
        """Name the proof without giving away anything of it."""
        return hashlib.sha256(render_proof(self).encode()).hexdigest()


def parse_proof(header: str) -> Proof:
    """Read an Authorization header, strictly: every piece once, in order, of its shape.

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
    """Give the headers, beside SigV4's own, that a proof's signature covers; `binding` is of the one request."""
    headers = {"content-type": CONTENT_TYPE, API_HEADER: api_id}
    return headers if binding is None else {**headers, REQUEST_HEADER: binding}


def request_binding(method: str, path: str, query: str = "") -> str:
    """Name one request by its method and its path, as the API sees them, without the stage, and its canonical query.

    The path is hashed by itself first: decoded, it may hold a `?` of its own.
    """
    without_query = hashlib.sha256(f"{method.upper()} {path}".encode()).hexdigest()
    return hashlib.sha256(f"{without_query}?{query}".encode()).hexdigest() if query else without_query


def rebuild_headers(proof: Proof, host: str, api_id: str, binding: str | None) -> Mapping[str, str]:
    """Write the headers of the request the proof says was signed, all from constants, our own values and its pieces.

    STS answers only where exactly this request was signed with the credentials the token belongs to (IAM User Guide,
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
