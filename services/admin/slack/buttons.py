"""The buttons of a message: what each is called, and the state of the grant that it was shown with.

Slack sends an action's id and value back as they were posted. Neither proves anything: who may do what is decided by
the same operation as for any other caller. The digest only says what the person had before their eyes.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import orjson

from shared.core.ids import is_id


class Button(StrEnum):
    """What a button asks for, as the `action_id` of its element."""

    APPROVE = "sentinel.request.approve"
    DENY = "sentinel.request.deny"
    CLOSE = "sentinel.break_glass.close"
    REVIEW = "sentinel.break_glass.review"
    EXTEND = "sentinel.request.extend"

    @property
    def is_of_a_request(self) -> bool:
        return self in (Button.APPROVE, Button.DENY)


# What decides which state of a request or an event is shown: the object of the API's answers has more.
_SHOWN: Final = (
    "id",
    "user",
    "profile",
    "status",
    "reason",
    "justification",
    "ticket",
    "duration_s",
    "starts_at",
    "extends",
    "window",
    "quorum",
    "review_required",
    "ended",
    "review",
)
_DIGEST_LENGTH: Final = 16
# Block Kit reference, "Button element": at most 2000 characters; ours has a tenth of that.
MOST_VALUE: Final = 2000


@dataclass(frozen=True, slots=True)
class ButtonValue:
    """What a button carries: the id of the grant, and the digest of the state that was shown."""

    id: str
    state: str


def state_digest(details: Mapping[str, Any]) -> str:
    """Digest what is shown of a request or an event, given as the API answers it: another state has another digest."""
    shown = {key: details.get(key) for key in _SHOWN}
    votes = [vote["user"] for vote in details.get("approvals", ())]
    text = orjson.dumps({**shown, "votes": votes}, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:_DIGEST_LENGTH]


def write_value(details: Mapping[str, Any]) -> str:
    """Write the value of a button on the message of a request or an event."""
    return orjson.dumps({"id": details["id"], "state": state_digest(details)}).decode()


def read_value(text: str) -> ButtonValue | None:
    """Read the value of a button; None where it is not one of ours. Anyone could have written it."""
    if len(text) > MOST_VALUE:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or found.keys() != {"id", "state"}:
        return None
    grant_id, state = found["id"], found["state"]
    if not isinstance(grant_id, str) or not isinstance(state, str) or not is_id(grant_id):
        return None
    return ButtonValue(grant_id, state)
