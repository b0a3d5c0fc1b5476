"""The forms (modals): to deny with a comment, to ask for an approval, and to extend one.

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
EXTEND: Final = "sentinel.extend"
COMMENT: Final = "comment"
PROFILE: Final = "profile"
REASON: Final = "reason"
# The blocks of the forms to ask and to extend are named like the fields of the API's body.
EXTENSION_BLOCKS: Final = (REASON, "duration", "ticket")
REQUEST_BLOCKS: Final = (PROFILE, *EXTENSION_BLOCKS)
MOST_OPTIONS: Final = 100
Form: TypeAlias = dict[str, Any]
_MOST_REASON: Final = 1000
_MOST_TICKET: Final = 64
_MOST_TEXT: Final = 3000
_KEPT: Final = ("channel", "value", "profile")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a form keeps: the channel it was opened in, the value of the button that opened it, and its profile."""

    channel: str
    value: str = ""
    profile: str = ""

    def write(self) -> str:
        return json.dumps({key: getattr(self, key) for key in _KEPT})


def read_metadata(sent: Submission) -> Metadata | None:
    """Read what one of our forms kept; None where it is not one of ours."""
    try:
        found = load_json(sent.metadata.encode())
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not all(isinstance(found.get(key), str) for key in _KEPT):
        return None
    return Metadata(*(found[key] for key in _KEPT))


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
    others = len(choices) - len(listed)
    label = f"Profile ({others} more: /sentinel request NAME)" if others else "Profile"
    return _modal(REQUEST, "Ask for an approval", "Ask", metadata, list(_asking_blocks(listed, chosen, label)))


def extending(metadata: Metadata, longest: str, *, needs_ticket: bool) -> Form:
    """Give the form in which to extend an approval, by at most `longest`."""
    return _modal(EXTEND, "Extend the approval", "Ask", metadata, list(_extending_blocks(longest, needs_ticket)))


def sent_off(text: str) -> Form:
    """Give what a form shows after it was sent off."""
    block = {"type": "section", "text": _plain(text[:_MOST_TEXT])}
    return {"type": "modal", "title": _plain("Sentinel"), "close": _plain("Close"), "blocks": [block]}


def _asking_blocks(choices: Sequence[Choice], chosen: str, label: str) -> Iterator[Form]:
    options = [_option(choice.profile) for choice in choices]
    select: Form = {"type": "static_select", "action_id": PROFILE, "options": options}
    if options[0]["value"] == chosen:
        select["initial_option"] = options[0]
    yield _input(PROFILE, label, select)
    yield _input(REASON, "Reason", _text_element(_MOST_REASON, is_long=True))
    yield _input("duration", "Duration, such as 45m or 1h30m", _text_element(_MOST_TICKET), is_optional=True)
    if any(choice.needs_ticket for choice in choices):
        are_all = all(choice.needs_ticket for choice in choices)
        yield _input(
            "ticket", "Ticket, where the profile takes one", _text_element(_MOST_TICKET), is_optional=not are_all
        )


def _extending_blocks(longest: str, needs_ticket: bool) -> Iterator[Form]:  # noqa: FBT001
    yield _input(REASON, "Why it takes longer", _text_element(_MOST_REASON, is_long=True))
    label = f"By how much, such as 45m; at most {longest}"
    yield _input("duration", label, _text_element(_MOST_TICKET), is_optional=True)
    if needs_ticket:
        yield _input("ticket", "Ticket", _text_element(_MOST_TICKET))


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
