"""What the commands on requests and on events share: listing, showing one, changing one."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import click

from sentinel.api.client import open_api
from sentinel.api.grants import ChangeT, Grant, GrantKind, PageT
from sentinel.commands._cache import forget_grant
from sentinel.commands._calls import call_api
from sentinel.settings import Settings
from sentinel.terminal.grants import print_grant, print_grants, warn_unnotified
from sentinel.terminal.lists import list_options, read_filters, read_pages
from sentinel.terminal.options import connection_options, json_option, run
from shared.clock import utc_now
from shared.core.ids import is_id


def grant_id(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Refuse, as a click callback, what cannot be an id before anything is signed or sent."""
    if value is not None and not is_id(value):
        raise click.BadParameter(
            "an id is 16 lower-case letters and digits: see `sentinel requests`, `sentinel break-glasses`"
        )
    return value


window_option: Final = click.option("--duration", metavar="TIME", help="How long the window should be: 45m, 2h.")
optional_id_argument: Final = click.argument("given_id", metavar="[ID]", required=False, callback=grant_id)


def list_command(
    kind: GrantKind[ChangeT, PageT], name: str, views: tuple[str, ...], statuses: tuple[str, ...], summary: str
) -> click.Command:
    """Make the command that lists requests or events, or shows the one with an id."""

    @click.command(name, help=summary)
    @connection_options
    @list_options(views, statuses)
    @json_option
    @optional_id_argument
    def command(settings: Settings, given_id: str | None, *, as_json: bool, **filters: Any) -> None:
        if given_id is None:
            print_grants(run(_list(kind, settings, filters)), kind.plural, utc_now(), as_json=as_json)
        else:
            found = call_api(settings, lambda api: api.find(kind, given_id))
            print_grant(found.grant, utc_now(), as_json=as_json)

    return command


def step_command(kind: GrantKind[ChangeT, PageT], step: str, summary: str) -> click.Command:
    """Make the command that takes one step with one request or event."""

    @click.command(step, help=summary)
    @connection_options
    @click.option("--comment", metavar="TEXT", help="A comment; it is kept and shown.")
    @json_option
    @click.argument("given_id", metavar="ID", callback=grant_id)
    def command(settings: Settings, given_id: str, comment: str | None, *, as_json: bool) -> None:
        answer = call_api(settings, lambda api: api.change(kind, given_id, step, comment))
        warn_unnotified(answer)
        print_grant(answer.grant, utc_now(), as_json=as_json)
        if step in {"cancel", "close"}:
            forget_grant(settings, answer.grant)

    return command


async def _list(kind: GrantKind[ChangeT, PageT], settings: Settings, filters: dict[str, Any]) -> list[Grant]:
    chosen = read_filters(**filters)
    async with open_api(settings) as api:
        found: Sequence[Grant] = await read_pages(partial(api.page, kind), chosen)
    return list(found)
