"""The forms (modals): to deny with a comment, and to ask for an approval.

Limits: Block Kit reference, "Modal view" (title and buttons 24 characters, metadata 3,000), "Select menu element" (100
options) and "Option object" (75 characters).
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from services.admin.slack.payloads import Submission
from shared.core.profile import is_profile_name
from shared.edge.http_request import load_json

DENY: Final = "sentinel.deny"
REQUEST: Final = "sentinel.request"
COMMENT: Final = "comment"
PROFILE: Final = "profile"
# The blocks of the form to ask are named like the fields of the API's body.
REQUEST_BLOCKS: Final = (PROFILE, "reason", "duration", "ticket")
MOST_OPTIONS: Final = 100
Form: TypeAlias = dict[str, Any]
_MOST_REASON: Final = 1000
_MOST_TICKET: Final = 64
_MOST_TEXT: Final = 3000


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a form keeps: the channel it was opened in, and the value of the button that opened it."""

    channel: str
    value: str = ""

    def write(self) -> str:
        return json.dumps({"channel": self.channel, "value": self.value})


def read_metadata(sent: Submission) -> Metadata | None:
    """Read what one of our forms kept; None where it is not one of ours."""
    try:
        found = load_json(sent.metadata.encode())
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not all(isinstance(found.get(key), str) for key in ("channel", "value")):
        return None
    return Metadata(found["channel"], found["value"])


@dataclass(frozen=True, slots=True)
class Choice:
    """A profile that may be asked for, and whether its requests need a ticket."""

    profile: str
    needs_ticket: bool


def denial(metadata: Metadata) -> Form:
    """Give the form in which an approver says why not."""
    comment = _input(COMMENT, "Why not", _text_element(_MOST_REASON, is_long=True), is_optional=True)
    return _modal(DENY, "Deny the request", "Deny", metadata, [comment])


def asking(metadata: Metadata, choices: Sequence[Choice], chosen: str) -> Form:
    """Give the form in which to ask for one of the profiles; the first hundred, `chosen` among them if it is one."""
    listed = sorted(choices, key=lambda choice: (choice.profile != chosen, choice.profile))[:MOST_OPTIONS]
    return _modal(REQUEST, "Ask for an approval", "Ask", metadata, list(_asking_blocks(listed, chosen)))


def sent_off(text: str) -> Form:
    """Give what a form shows after it was sent off."""
    block = {"type": "section", "text": _plain(text[:_MOST_TEXT])}
    return {"type": "modal", "title": _plain("Sentinel"), "close": _plain("Close"), "blocks": [block]}


def _asking_blocks(choices: Sequence[Choice], chosen: str) -> Iterator[Form]:
    options = [_option(choice.profile) for choice in choices]
    select: Form = {"type": "static_select", "action_id": PROFILE, "options": options}
    if options[0]["value"] == chosen:
        select["initial_option"] = options[0]
    yield _input(PROFILE, "Profile", select)
    yield _input("reason", "Reason", _text_element(_MOST_REASON, is_long=True))
    yield _input("duration", "Duration, such as 45m or 1h30m", _text_element(_MOST_TICKET), is_optional=True)
    if any(choice.needs_ticket for choice in choices):
        are_all = all(choice.needs_ticket for choice in choices)
        yield _input(
            "ticket", "Ticket, where the profile takes one", _text_element(_MOST_TICKET), is_optional=not are_all
        )


def _option(profile: str) -> Form:
    assert is_profile_name(profile), "the catalogue lists only names that fit an option"
    return {"text": _plain(profile), "value": profile}


def _modal(form: str, title: str, submit: str, metadata: Metadata, blocks: Sequence[Form]) -> Form:
    return {
        "type": "modal",
        "callback_id": form,
        "private_metadata": metadata.write(),
        "title": _plain(title),
        "submit": _plain(submit),
        "close": _plain("Cancel"),
        "blocks": blocks,
    }


def _input(name: str, label: str, element: Form, *, is_optional: bool = False) -> Form:
    return {"type": "input", "block_id": name, "label": _plain(label), "element": element, "optional": is_optional}


def _text_element(most: int, *, is_long: bool = False) -> Form:
    return {"type": "plain_text_input", "action_id": "text", "multiline": is_long, "max_length": most}


def _plain(text: str) -> Form:
    return {"type": "plain_text", "text": text, "emoji": False}
