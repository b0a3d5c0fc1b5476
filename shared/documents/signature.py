"""Signed documents: one line with a signature, and after it the document as it is stored without one.

    signed:<version>:<store by>:<signature>

The signature says: this text, in this parameter, as this version of it, if it is stored by then. Parameter Store counts
versions and keeps the time of each, so a caller who may only write parameters can bring back no older text, and none of
another parameter; deleting and creating a parameter counts from 1 again, but does not turn back the time.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.documents.document import DocumentError, Problem
from shared.documents.envelope import SIGNED, split_signature, unpack
from shared.documents.public_keys import PublicKeys

_LINE: Final = re.compile(SIGNED + r"([1-9][0-9]{0,9}):([1-9][0-9]{9}):([A-Za-z0-9+/]{80,96}={0,2})")
# What is signed begins with it, so that a signature for another purpose is not one of a document.
_PURPOSE: Final = "sentinel document 1"
# The longest signature in DER has 72 bytes: two numbers of 33 bytes, each with two bytes before it, and two for both.
_LONGEST: Final = 96


@dataclass(frozen=True, slots=True)
class Place:
    """Which version of which parameter; the ARN names the account and the region, too."""

    arn: str
    version: int


@dataclass(frozen=True, slots=True)
class Stored(Place):
    """A version that is stored, and when Parameter Store says that it was."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Signature:
    """What the line says. `store_by` is in seconds since 1970; `value` is ECDSA in DER."""

    version: int
    store_by: int
    value: bytes

    @property
    def line(self) -> str:
        """The line, without its end."""
        return f"{SIGNED}{self.version}:{self.store_by}:{base64.b64encode(self.value).decode()}"


def line_length(version: int) -> int:
    """Give the number of bytes, at most, by which the signature of a version lengthens a document."""
    return len(f"{SIGNED}{version}:0000000000:\n") + _LONGEST


def read_line(line: str) -> Signature:
    """Read a signature's line.

    Raises:
        DocumentError: it is malformed.

    """
    malformed = _refusal("its signature is malformed")
    if (found := _LINE.fullmatch(line)) is None:
        raise malformed
    try:
        return Signature(int(found[1]), int(found[2]), base64.b64decode(found[3], validate=True))
    except binascii.Error:
        raise malformed from None


def statement(place: Place, store_by: int, text: str) -> bytes:
    """Give the bytes that are signed: the text, unpacked, by its SHA-256."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return "\n".join((_PURPOSE, place.arn, str(place.version), str(store_by), digest, "")).encode()


def require_signed(value: str, stored: Stored, keys: PublicKeys) -> None:
    """Return if a stored value is signed for where, as which version and when it is stored.

    Raises:
        DocumentError: it is not; the message says why.

    """
    line, document = split_signature(value)
    if line is None:
        raise _refusal("it is not signed")
    signature = read_line(line)
    if signature.version != stored.version:
        raise _refusal(f"it is version {stored.version}, and its signature is for version {signature.version}")
    if stored.at.timestamp() > signature.store_by:
        raise _refusal("it was stored later than its signature allows")
    if split_signature(document)[0] is not None:
        raise _refusal("it is signed twice")
    if not keys.verify(signature.value, statement(stored, signature.store_by, unpack(document))):
        raise _refusal("its signature is not of this text for this parameter by the key that is set")


def _refusal(message: str) -> DocumentError:
    return DocumentError([Problem("", None, f"{message}: sign it, and store it again")])
