from collections.abc import Sequence
from typing import Any, Final

import click

from sentinel.api.sessions import SESSION_STATUSES, Session
from sentinel.api.sessions_client import open_session_api
from sentinel.cloudtrail.events import TrailEvent, athena_query, lake_query, print_events
from sentinel.cloudtrail.history import TrailDeniedError, open_trail, trail_region_option
from sentinel.commands._calls import call_session_api
from sentinel.commands._ids import SESSION_IDS, full_id, id_argument
from sentinel.commands.revoke import revoke
from sentinel.settings import Settings
from sentinel.terminal.help import Group
from sentinel.terminal.lists import list_options, read_filters, read_pages
from sentinel.terminal.options import connection_options, json_option, run
from sentinel.terminal.output import note, print_json
from sentinel.terminal.sessions import print_session, print_sessions
from shared.clock import utc_now

_LIST_EPILOG: Final = """\b
Examples:
  sentinel session list
  sentinel session list --view all --profile prod --status active
"""
_EPILOG: Final = """\b
Examples:
  sentinel session show 0123456789abcdef
  sentinel session show 0123456789abcdef --trail --trail-region eu-central-1 --trail-region us-east-1
"""


@click.group("session", cls=Group)
def session() -> None:
    """List, show and revoke what was vended."""


session.add_command(revoke)


@session.command("list", epilog=_LIST_EPILOG)
@connection_options
@list_options(("mine", "all"), SESSION_STATUSES)
@json_option
def list_(settings: Settings, *, as_json: bool, **filters: Any) -> None:
    """List sessions, newest first.

    Yours by default. `--view all` takes the permission to read.
    """
    print_sessions(run(_list(settings, filters)), utc_now(), as_json=as_json)


@session.command(epilog=_EPILOG)
@connection_options
@click.option("--trail", is_flag=True, help="Print the queries that find what it did, and the events themselves.")
@trail_region_option
@click.option("--limit", type=click.IntRange(1, 10_000), default=200, show_default=True, help="How many events.")
@json_option
@id_argument(SESSION_IDS)
def show(
    settings: Settings, given_id: str, trail_regions: Sequence[str], limit: int, *, trail: bool, as_json: bool
) -> None:
    """Show the session with ID.

    With --trail also what it did: the SQL for CloudTrail Lake and for Athena, and the events of CloudTrail's history,
    if your own AWS credentials may look them up.
    """
    found = _find(settings, full_id(settings, SESSION_IDS, given_id))
    if not trail:
        _show(found, as_json=as_json)
        return
    lake, athena = lake_query(found), athena_query(found)
    if not as_json:
        _show(found, as_json=False)
        click.echo(f"\nCloudTrail Lake:\n\n{lake}\n\nAthena:\n\n{athena}\n")
    events = _events(settings, found, trail_regions, limit)
    if as_json:
        shown = None if events is None else [event.model_dump(mode="json") for event in events]
        print_json({"session": found.model_dump(mode="json"), "lake": lake, "athena": athena, "events": shown})
    elif events is not None:
        print_events(events)


def _events(settings: Settings, found: Session, regions: Sequence[str], limit: int) -> Sequence[TrailEvent] | None:
    """Find what the session did; None, and a sentence, where the caller may not look."""
    try:
        return open_trail(settings, regions).find_session(found, limit)
    except TrailDeniedError as denied:
        note(f"{denied.message}: run one of the queries")
        return None


def _show(found: Session, *, as_json: bool) -> None:
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        print_session(found, utc_now())


def _find(settings: Settings, session_id: str) -> Session:
    return call_session_api(settings, lambda api: api.find(session_id)).session


async def _list(settings: Settings, filters: dict[str, Any]) -> list[Session]:
    chosen = read_filters(**filters)
    async with open_session_api(settings) as api:
        return await read_pages(api.page, chosen)
