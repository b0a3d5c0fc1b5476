"""The buttons of messages: their action ids, and what the value of one says, which is all that a press is read for."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.admin.common.shown_state import digest_of, is_digest
from shared.core.ids import is_id


class Button(StrEnum):
    """The `action_id` of each button. Slack gives back what the message had, so it is never changed lightly."""

    APPROVE = "sentinel.approve"
    DENY = "sentinel.deny"
    CLOSE = "sentinel.close"
    REVIEW = "sentinel.review"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a button was beside: the id of a request or an event, and the digest of it as it was shown."""

    id: str
    digest: str


def value_of(view: Mapping[str, Any]) -> str:
    """Give the value of a button beside a request or an event as the API shows it."""
    return f"{view['id']}:{digest_of(view)}"


def read_value(text: str) -> Shown | None:
    """Read the value of a button; None for any other text."""
    name, _, digest = text.partition(":")
    return Shown(name, digest) if is_id(name) and is_digest(digest) else None
