from typing import Any, Final

import click

from sentinel.api.client import open_api
from sentinel.api.grants import EVENTS, EventAnswer
from sentinel.commands._grants import optional_id_argument, show, step_command, window_option
from sentinel.errors import UsageError
from sentinel.settings import Settings
from sentinel.terminal.grants import print_grant, warn_unnotified
from sentinel.terminal.lists import list_options
from sentinel.terminal.options import connection_options, json_option, profile_argument, run
from sentinel.terminal.output import accepted, is_terminal
from shared.clock import utc_now

_REASONS: Final = ("incident", "maintenance", "security", "recovery", "other")
_EPILOG: Final = """\b
Examples:
  sentinel break-glass prod --reason incident --justification "INC-7: the shop is down, nobody is awake"
  sentinel exec prod -- bash
"""


@click.command("break-glass", epilog=_EPILOG)
@connection_options
@click.option("--reason", type=click.Choice(_REASONS), required=True, help="What kind of emergency.")
@click.option("--justification", metavar="TEXT", help="20 to 1000 characters; asked for on a terminal if left out.")
@window_option
@json_option
@profile_argument
def break_glass(
    settings: Settings, profile: str, reason: str, justification: str | None, duration: str | None, *, as_json: bool
) -> None:
    """Reach PROFILE without an approval. It is counted, everyone is told, and somebody reviews it."""
    if justification is None and not is_terminal():
        raise UsageError("a justification is missing", "pass --justification TEXT of 20 to 1000 characters")
    told = justification or click.prompt("Justification (20 to 1000 characters)", err=True)
    body = {"profile": profile, "reason": reason, "justification": told}
    answer = run(_begin(settings, body | ({"duration": duration} if duration else {})))
    warn_unnotified(answer)
    print_grant(answer.grant, utc_now(), as_json=as_json)


async def _begin(settings: Settings, body: dict[str, Any]) -> EventAnswer:
    async with open_api(settings) as api:
        return accepted(await api.ask(EVENTS, body))


@click.command("break-glasses")
@connection_options
@list_options(("mine", "reviewable", "all"), ("active", "closed", "expired", "reviewed"))
@json_option
@optional_id_argument
def break_glasses(settings: Settings, given_id: str | None, *, as_json: bool, **filters: Any) -> None:
    """List break-glass events, newest first, or show the one with ID.

    Yours by default. `--view reviewable` are those you can review; `--view all` takes the permission to read.
    """
    show(EVENTS, settings, given_id, as_json=as_json, **filters)


close = step_command(EVENTS, "close", "End the active break-glass event with ID.")
review = step_command(EVENTS, "review", "Record that you reviewed the event with ID. Nobody reviews their own.")
