"""What a person sees of a request or an event before they decide, as a digest: a decision is on what was shown."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

# Of the views of requests and events: what was asked, and what has become of it.
_SHOWN: Final = (
    *("id", "user", "profile", "status", "reason", "justification", "ticket", "duration_s", "starts_at"),
    *("window", "approvals", "quorum", "ended", "review"),
)
_LENGTH: Final = 16
_DIGEST: Final = re.compile(rf"[0-9a-f]{{{_LENGTH}}}")


def digest_of(view: Mapping[str, Any]) -> str:
    """Give the digest of a request or an event as the API shows it."""
    shown = {key: view[key] for key in _SHOWN if view.get(key) is not None}
    text = json.dumps(shown, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def is_digest(text: str) -> bool:
    return _DIGEST.fullmatch(text) is not None
