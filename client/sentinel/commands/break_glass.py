from functools import partial
from typing import Final

import click

from sentinel.api.grants import EVENT_STATUSES, EVENTS
from sentinel.commands._calls import call_api
from sentinel.commands._grants import add_list, add_step, window_option
from sentinel.commands._ids import EVENT_IDS
from sentinel.errors import UsageError
from sentinel.settings import Settings
from sentinel.terminal.grants import notified_words, print_grant, warn_unnotified
from sentinel.terminal.help import Group
from sentinel.terminal.options import connection_options, json_option, optional_profile_argument
from sentinel.terminal.output import is_terminal, note
from sentinel.terminal.picker import pick_profile
from shared.clock import utc_now

_REASONS: Final = ("incident", "maintenance", "security", "recovery", "other")
_EPILOG: Final = """\b
Examples:
  sentinel break-glass start prod --reason incident --justification "INC-7: the shop is down, no approver is awake"
  sentinel exec prod
"""


@click.group("break-glass", cls=Group)
def break_glass() -> None:
    """Reach a profile without an approval, and review the events of others."""


@break_glass.command(epilog=_EPILOG)
@connection_options
@click.option("--reason", type=click.Choice(_REASONS), required=True, help="What kind of emergency.")
@click.option("--justification", metavar="TEXT", help="20 to 1000 characters; asked for on a terminal if left out.")
@window_option
@json_option
@optional_profile_argument
def start(
    settings: Settings,
    profile: str | None,
    reason: str,
    justification: str | None,
    duration: str | None,
    *,
    as_json: bool,
) -> None:
    """Reach PROFILE without an approval. It is counted, notified and reviewed."""
    if justification is None and not is_terminal():
        raise UsageError("a justification is missing", "pass --justification TEXT of 20 to 1000 characters")
    chosen = profile or pick_profile(settings, denied_too=True)
    said = justification or click.prompt("Justification (20 to 1000 characters)", err=True)
    body = {"profile": chosen, "reason": reason, "justification": said}
    if duration:
        body["duration"] = duration
    answer = call_api(settings, lambda api: api.ask(EVENTS, body))
    warn_unnotified(answer)
    print_grant(answer.grant, utc_now(), as_json=as_json)
    if not as_json:
        note(notified_words(answer))
        note(f"use it: sentinel exec {chosen} -- COMMAND")
        note(f"when it is over: sentinel break-glass close {answer.grant.id} --comment TEXT")


add_list(
    break_glass,
    EVENTS,
    EVENT_IDS,
    EVENT_STATUSES,
    """List break-glass events, newest first.

    Yours by default. `--view reviewable` are those you can review; `--view all` takes the permission to read.
    """,
)
_step = partial(add_step, break_glass, EVENTS, EVENT_IDS)
_step("close", "End the active break-glass event with ID.", ["active"])
_step("review", "Record that you reviewed the event with ID. You cannot review your own.", ["closed", "expired"])
