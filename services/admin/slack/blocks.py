"""What a message shows of a request or a break-glass event: its state, its facts, and the buttons that make sense.

Everything is `plain_text`, in which Slack reads no markup, mention or emoji (Block Kit reference, "Text object"), and
what people wrote is in quotes it cannot leave. Slack refuses a message over its limits (Block Kit reference, "Section
block", "Header block"), so texts are cut to them here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeAlias

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    HeaderBlock,
    PlainTextObject,
    RichTextBlock,
    RichTextElementParts,
    RichTextSectionElement,
    SectionBlock,
)

from services.admin.notify.formats.slack import escape
from services.admin.notify.quoting import name, quote
from services.admin.slack.buttons import Button, write_value
from shared.core.durations import format_duration
from shared.core.grants import GrantUses

# The object of the API's answers that the message shows.
Details: TypeAlias = Mapping[str, Any]
_MOST_HEADER: Final = 150
_MOST_TEXT: Final = 3000
_MOST_FIELD: Final = 2000
_ELLIPSIS: Final = "…"
_WORDS: Final[Mapping[Button, tuple[str, str | None]]] = {
    Button.APPROVE: ("Approve", "primary"),
    Button.DENY: ("Deny", "danger"),
    Button.CLOSE: ("Close", "danger"),
    Button.REVIEW: ("Review", "primary"),
    Button.EXTEND: ("Extend", None),
}


@dataclass(frozen=True, slots=True)
class Message:
    """A message: `text` is what notifications show instead of the blocks, escaped."""

    text: str
    blocks: Sequence[dict[str, Any]]


def render(details: Details, link: str | None, buttons: Sequence[Button] = ()) -> Message:
    """Show a grant as it is, with what can be pressed."""
    headline, state = _headline(details), _state(details)
    blocks: list[Block] = [
        HeaderBlock(text=_plain(headline, _MOST_HEADER)),
        SectionBlock(text=_plain(_why(details), _MOST_TEXT)),
        SectionBlock(fields=[_plain(f"{label}\n{fact}", _MOST_FIELD) for label, fact in _facts(details)]),
        SectionBlock(text=_plain(state, _MOST_TEXT)),
    ]
    if link is not None:
        blocks.append(_link(link))
    blocks += _actions(details, buttons)
    blocks.append(ContextBlock(elements=[_plain(_below(details), _MOST_FIELD)]))
    return Message(escape(f"{headline}: {_why(details)} {state}"), [block.to_dict() for block in blocks])


def render_reply(sentence: str) -> Message:
    """Show one sentence, for a thread or for one person."""
    return Message(escape(sentence), [SectionBlock(text=_plain(sentence, _MOST_TEXT)).to_dict()])


def render_warning(sentence: str, details: Details, buttons: Sequence[Button]) -> Message:
    """Show a sentence on a grant that ends soon, with what can be pressed."""
    blocks: list[Block] = [SectionBlock(text=_plain(sentence, _MOST_TEXT)), *_actions(details, buttons)]
    return Message(escape(sentence), [block.to_dict() for block in blocks])


def buttons_of_requester(details: Details) -> tuple[Button, ...]:
    """Give the buttons that make sense for who asked, on a grant in this state."""
    is_running = not _is_event(details) and details["status"] == "approved" and details["uses"] != GrantUses.ONCE
    return (Button.EXTEND,) if is_running and details["extended_by"] is None else ()


def buttons_for(details: Details) -> tuple[Button, ...]:
    """Give the buttons that make sense for those who decide, on a grant in this state."""
    if not _is_event(details):
        return (Button.APPROVE, Button.DENY) if details["status"] == "pending" else ()
    if details["status"] == "active":
        return (Button.CLOSE,)
    return (Button.REVIEW,) if details["review_required"] and details["review"] is None else ()


def _is_event(details: Details) -> bool:
    return "justification" in details


def _headline(details: Details) -> str:
    user, profile = name(details["user"]), name(details["profile"])
    status = str(details["status"])
    if _is_event(details):
        return f"{user} broke glass on {profile} ({status})"
    is_new = details["extends"] is None
    if status == "pending":
        return f"{user} asks {'for' if is_new else 'to extend'} {profile}"
    return f"{user}'s request {'for' if is_new else 'to extend'} {profile}: {status}"


def _why(details: Details) -> str:
    if _is_event(details):
        return f"{details['reason']}: {quote(details['justification'])}"
    return quote(details["reason"])


def _facts(details: Details) -> Iterator[tuple[str, str]]:
    yield "Who", name(details["user"])
    yield "Profile", name(details["profile"])
    yield "Duration", format_duration(timedelta(seconds=details["duration_s"]))
    if (window := details["window"]) is not None:
        yield "Window", f"{_instant(window['starts_at'])} to {_instant(window['ends_at'])}"
    elif details["starts_at"] is not None:
        yield "Begins", _instant(details["starts_at"])
    if _is_event(details):
        return
    if details["extends"] is not None:
        yield "Extends", details["extends"]
    if details["ticket"] is not None:
        yield "Ticket", quote(details["ticket"])
    yield "Approvals", " ".join([f"{len(details['approvals'])} of {details['quorum']}", *_voters(details)])
    yield "Can approve", ", ".join(map(name, details["approvers"])) or "no one else"


def _voters(details: Details) -> list[str]:
    voters = [f"{name(vote['user'])}{_comment(vote)}" for vote in details["approvals"]]
    return [f"({', '.join(voters)})"] if voters else []


def _state(details: Details) -> str:
    status, ended, review = details["status"], details["ended"], details.get("review")
    if review is not None:
        return f"Reviewed by {_act(review)}."
    if _is_event(details):
        ends = "Closed by " + _act(ended) if ended is not None and ended["by"] else "Ended by time"
        awaits = " It awaits a review." if details["review_required"] else ""
        return "It is in force." if status == "active" else f"{ends}.{awaits}"
    if ended is not None:
        return f"{status.capitalize()} by {_act(ended)}." if ended["by"] else f"{status.capitalize()} by time."
    if status == "pending":
        return f"It waits for a decision until {_instant(details['pending_until'])}."
    if status != "approved":
        return f"It is {status}."
    voters = ", ".join(name(vote["user"]) for vote in details["approvals"])
    return f"Approved by {'the approval policy' if details['auto_approved'] else voters}."


def _act(act: Details) -> str:
    return f"{name(act['by'])}, {_instant(act['at'])}{_comment(act)}"


def _comment(act: Details) -> str:
    return "" if act["comment"] is None else f" {quote(act['comment'])}"


def _below(details: Details) -> str:
    command = "break-glass show" if _is_event(details) else "request show"
    return f"{details['id']} · sentinel {command} {details['id']}"


def _instant(written: str) -> str:
    """Write `2026-11-02T13:00:00Z` as `2026-11-02 13:00 UTC`."""
    return f"{written[:10]} {written[11:16]} UTC"


def _link(url: str) -> Block:
    """Give a block that is one link: an object of its own, so that it is no markup in a text."""
    link = RichTextElementParts.Link(url=url, text="Open in the console")
    return RichTextBlock(elements=[RichTextSectionElement(elements=[link])])


def _actions(details: Details, buttons: Sequence[Button]) -> list[Block]:
    if not buttons:
        return []
    value = write_value(details)
    return [ActionsBlock(elements=[_button(each, value) for each in buttons])]


def _button(button: Button, value: str) -> ButtonElement:
    words, style = _WORDS[button]
    return ButtonElement(text=_plain(words, _MOST_HEADER), action_id=button.value, value=value, style=style)


def _plain(text: str, most: int) -> PlainTextObject:
    shown = text if len(text) <= most else text[: most - len(_ELLIPSIS)] + _ELLIPSIS
    return PlainTextObject(text=shown, emoji=False)
