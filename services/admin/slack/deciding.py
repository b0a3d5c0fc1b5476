"""Presses of buttons on requests and events, and the form to deny with a comment."""

from collections.abc import Mapping
from typing import Any, Final

from services.admin.slack.acting import Acting
from services.admin.slack.answers import NOTHING_TO_SAY, Answer
from services.admin.slack.buttons import Button, read_value
from services.admin.slack.extending import ask
from services.admin.slack.forms import COMMENT, Metadata, denial, read_metadata
from services.admin.slack.payloads import Press, Submission
from shared.edge.error_codes import Code
from shared.edge.responses import Refusal, Response

_OPERATIONS: Final[Mapping[Button, str]] = {
    Button.APPROVE: "approve_request",
    Button.DENY: "deny_request",
    Button.CLOSE: "close_break_glass",
    Button.REVIEW: "review_break_glass",
}
_NOT_OURS: Final = Refusal(Code.INVALID_REQUEST, "This button or form is not one of Sentinel's.")
# The target of notices that edits the message that was pressed.
_CHAT: Final = "slack"


async def press(acting: Acting, sent: Press) -> Answer:
    """Do what a button says, for the state it was shown with. To deny or to extend, ask for more first."""
    button = next((each for each in Button if each == sent.action), None)
    shown = read_value(sent.value)
    if button is None or shown is None:
        return await acting.talk.refuse(_NOT_OURS)
    acting.audit.grant_id = shown.id
    if button is Button.DENY:
        return await acting.talk.open(denial(Metadata(sent.channel, sent.value)))
    if button is Button.EXTEND:
        return await ask(acting, sent, shown)
    outcome = await acting.run(_OPERATIONS[button], shown=shown)
    if isinstance(outcome, Refusal):
        return await acting.talk.refuse(outcome)
    return NOTHING_TO_SAY if _is_seen(outcome) else await acting.talk.say(_words(outcome))


async def deny(acting: Acting, sent: Submission) -> Answer:
    """Deny with the comment of the form, for the state that the button was shown with."""
    kept = read_metadata(sent)
    shown = None if kept is None else read_value(kept.value)
    if shown is None:
        return await acting.talk.refuse(_NOT_OURS, COMMENT)
    comment = sent.values.get(COMMENT)
    outcome = await acting.run("deny_request", {"comment": comment} if comment else None, shown)
    if isinstance(outcome, Refusal):
        return await acting.talk.refuse(outcome, COMMENT)
    return await acting.talk.say(_words(outcome))


def _is_seen(outcome: Response) -> bool:
    """Whether the message that was pressed shows the change already."""
    return not outcome.is_unchanged and bool(outcome.body["notified"].get(_CHAT))


def _words(outcome: Response) -> str:
    kind, view = next((kind, outcome.body[kind]) for kind in ("request", "event") if kind in outcome.body)
    start = f"Nothing changed: the {kind} already is" if outcome.is_unchanged else f"Done: the {kind} is"
    return f"{start} {view['status']}{_by(view)}."


def _by(view: Mapping[str, Any]) -> str:
    act = view.get("review") or view["ended"]
    if act is not None:
        return f" by {act['by']}" if act["by"] else ""
    users = [approval["user"] for approval in view.get("approvals", ())]
    return f", approved by {' and '.join(users)} ({len(users)} of {view['quorum']})" if users else ""
