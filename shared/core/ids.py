"""Ids of sessions, requests and events: 80 random bits that can be read out over a telephone."""

import re
from typing import Final

ID_BYTES: Final = 10
ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
ID_PATTERN: Final = rf"[{ALPHABET}]{{16}}"
_ID: Final = re.compile(ID_PATTERN)


def new_id(random_bytes: bytes) -> str:
    """Encode 80 random bits as 16 characters of lower-case Crockford base32.

    Raises:
        ValueError: not exactly ten bytes.

    """
    if len(random_bytes) != ID_BYTES:
        raise ValueError(f"an id is made of {ID_BYTES} random bytes")
    number = int.from_bytes(random_bytes, "big")
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(75, -5, -5))


def is_id(text: str) -> bool:
    """Whether the text has the form of an id."""
    return _ID.fullmatch(text) is not None
