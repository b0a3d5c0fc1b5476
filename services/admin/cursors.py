"""Cursors: where a list goes on. Opaque to callers, good for one hour, one caller and one set of filters.

A cursor holds an id and nothing else about any row, and no key protects it: a list shows its caller only what they may
see wherever it begins, so the digest is there to find mistakes, not to keep a secret.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import orjson

from services.admin.bodies import ListFilters
from shared.core.ids import is_id
from shared.edge.answers import Refusal
from shared.edge.codes import Code

MAX_AGE: Final = timedelta(hours=1)
_DIGEST_LENGTH: Final = 32
UNUSABLE: Final = Refusal(
    Code.INVALID_REQUEST,
    "The cursor is not one of this list's: take it as it was answered, with the same filters and the same caller, "
    f"within {int(MAX_AGE.total_seconds() / 60)} minutes, or begin again without one.",
)


@dataclass(frozen=True, slots=True)
class ListScope:
    """What a cursor is bound to: the kind of list, who reads it, and with which filters."""

    kind: str
    user: str
    filters: ListFilters

    def text(self) -> str:
        return f"{self.kind}\n{self.user}\n{self.filters.model_dump_json(exclude={'limit', 'cursor'})}"


def write_cursor(after: str, scope: ListScope, now: datetime) -> str:
    """Write the cursor that goes on after the row of this id."""
    issued_at = int(now.timestamp())
    content = [after, issued_at, _digest(after, issued_at, scope)]
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


def read_cursor(text: str, scope: ListScope, now: datetime) -> str | Refusal:
    """Read the id a cursor goes on after, or refuse one that is malformed, altered, stale or of another list."""
    try:
        after, issued_at, digest = orjson.loads(base64.b64decode(_padded(text), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        return UNUSABLE
    if not (isinstance(after, str) and is_id(after) and isinstance(issued_at, int) and isinstance(digest, str)):
        return UNUSABLE
    if digest != _digest(after, issued_at, scope):
        return UNUSABLE
    age_s = int(now.timestamp()) - issued_at
    return after if 0 <= age_s <= MAX_AGE.total_seconds() else UNUSABLE


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)


def _digest(after: str, issued_at: int, scope: ListScope) -> str:
    return hashlib.sha256(f"{after}\n{issued_at}\n{scope.text()}".encode()).hexdigest()[:_DIGEST_LENGTH]
