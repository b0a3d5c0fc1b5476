"""The stored form of a document: as written, or gzipped and base64-encoded after the marker `gzip:`.

Either may follow a line with a signature (shared/documents/signature.py), which is no part of the document. A standard
parameter holds 4 KB and an advanced one 8 KB (Systems Manager User Guide, "Managing parameter tiers").
"""

import base64
import binascii
import gzip
import zlib
from typing import Final

from shared.documents.document import DocumentError, Problem

MARKER: Final = "gzip:"
SIGNED: Final = "signed:"
# Checked before any parser gets the text; far above the size of hand-written documents.
MAX_BYTES: Final = 64 * 1024
_GZIP_WBITS: Final = 31


class DoesNotFitError(ValueError):
    """The document is too large to store, even packed; all sizes are in bytes."""

    def __init__(self, plain_bytes: int, packed_bytes: int, limit: int) -> None:
        self.plain_bytes = plain_bytes
        self.packed_bytes = packed_bytes
        self.limit = limit
        super().__init__(f"{plain_bytes} bytes as written and {packed_bytes} bytes gzipped, of {limit} that fit")


def pack(text: str, limit: int) -> str:
    """Give the form to store in at most `limit` bytes: the text itself, or gzipped if the text does not fit.

    Raises:
        DoesNotFitError: neither form fits.

    """
    data = text.encode()
    if len(data) <= limit:
        return text
    packed = MARKER + base64.b64encode(gzip.compress(data, mtime=0)).decode()
    if len(packed) > limit:
        raise DoesNotFitError(len(data), len(packed), limit)
    return packed


def is_packed(text: str) -> bool:
    """Whether the text is in the gzipped form."""
    return text.startswith(MARKER)


def split_signature(text: str) -> tuple[str | None, str]:
    """Split a stored form into the line of its signature, None without one, and the document."""
    if not text.startswith(SIGNED):
        return None, text
    line, _, document = text.partition("\n")
    return line, document


def unpack(text: str) -> str:
    """Give the text as it was written. A signature is left out, and not checked.

    Raises:
        DocumentError: over 64 KB, or not valid after the marker. Decompression stops at the limit.

    """
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise _unreadable("the text holds half a surrogate pair, which is not UTF-8") from None
    if len(data) > MAX_BYTES:
        raise _too_large()
    _, document = split_signature(text)
    return _unpack_gzip(document.removeprefix(MARKER).strip()) if is_packed(document) else document


def _unpack_gzip(encoded: str) -> str:
    stream = zlib.decompressobj(_GZIP_WBITS)
    try:
        data = stream.decompress(base64.b64decode(encoded, validate=True), MAX_BYTES + 1)
    except (binascii.Error, zlib.error, ValueError):
        raise _unreadable(f'what follows "{MARKER}" must be gzip data in base64') from None
    if len(data) > MAX_BYTES:
        raise _too_large()
    if not stream.eof or stream.unused_data:
        raise _unreadable("the gzip data is cut short or followed by something else: store it again")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise _unreadable("the gzip data does not hold UTF-8 text") from None


def _too_large() -> DocumentError:
    return _unreadable(f"a document holds at most {MAX_BYTES} bytes: split it, or shorten it with globs")


def _unreadable(message: str) -> DocumentError:
    return DocumentError([Problem("", None, message)])
