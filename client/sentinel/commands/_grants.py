"""What the commands on requests and on events share: listing, showing one, changing one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final

import click

from sentinel.api.client import open_api
from sentinel.api.grants import ChangeT, Grant, GrantKind, PageT
from sentinel.commands._cache import forget_grant
from sentinel.commands._calls import call_api
from sentinel.commands._ids import IdKind, full_id, id_argument
from sentinel.errors import ClientError
from sentinel.settings import Settings
from sentinel.terminal.grants import note_extensions_ended, print_grant, print_grants, warn_unnotified
from sentinel.terminal.lists import Filters, list_options, read_filters, read_pages
from sentinel.terminal.options import connection_options, json_option, run
from sentinel.terminal.output import note
from shared.clock import utc_now

_COUNTED: Final = 20
window_option: Final = click.option("--duration", metavar="TIME", help="How long the window should be: 45m, 2h.")


def add_list(
    group: click.Group,
    kind: GrantKind[ChangeT, PageT],
    ids: IdKind,
    statuses: tuple[str, ...],
    summary: str,
) -> None:
    """Give a group the commands `list` and `show`."""

    @group.command("list", help=summary)
    @connection_options
    @list_options(ids.views, statuses)
    @json_option
    def list_(settings: Settings, *, as_json: bool, **filters: Any) -> None:
        own, actionable = ids.views[:2]
        wants_count = filters["view"] == own and not as_json
        found, waiting = run(_list(kind, settings, filters, actionable if wants_count else None))
        print_grants(found, kind.plural, utc_now(), as_json=as_json)
        if waiting:
            note(f"{waiting} you can decide: sentinel {group.name} list --view {actionable}")

    @group.command("show")
    @connection_options
    @json_option
    @id_argument(ids)
    def show(settings: Settings, given_id: str, *, as_json: bool) -> None:
        """Show the one with ID, with everything known of it."""
        grant_id = full_id(settings, ids, given_id)
        found = call_api(settings, lambda api: api.find(kind, grant_id))
        print_grant(found.grant, utc_now(), as_json=as_json)


def add_step(
    group: click.Group,
    kind: GrantKind[ChangeT, PageT],
    ids: IdKind,
    step: str,
    summary: str,
    statuses: Sequence[str],
) -> None:
    """Give a group the command that takes one step with a request or event that is in one of `statuses`."""

    @group.command(step, help=summary)
    @connection_options
    @click.option("--comment", metavar="TEXT", help="A comment; it is kept and shown.")
    @json_option
    @id_argument(ids)
    def command(settings: Settings, given_id: str, comment: str | None, *, as_json: bool) -> None:
        grant_id = full_id(settings, ids, given_id, statuses)
        answer = call_api(settings, lambda api: api.change(kind, grant_id, step, comment))
        warn_unnotified(answer)
        note_extensions_ended(answer)
        print_grant(answer.grant, utc_now(), as_json=as_json)
        if step in {"cancel", "close"}:
            forget_grant(settings, answer.grant)


async def _list(
    kind: GrantKind[ChangeT, PageT], settings: Settings, filters: dict[str, Any], actionable: str | None
) -> tuple[list[Grant], str]:
    """List the grants, and say over the same connection how many of the view `actionable` wait, if it is given."""
    chosen = read_filters(**filters)
    async with open_api(settings) as api:
        ask = partial(api.page, kind)
        found: Sequence[Grant] = await read_pages(ask, chosen)
        return list(found), "" if actionable is None else await _count_waiting(kind.plural, ask, actionable)


async def _count_waiting(plural: str, ask: Callable[[Mapping[str, str]], Awaitable[Any]], view: str) -> str:
    """Count what waits for the caller, up to a page of it; empty if nothing does, or it cannot be known."""
    with suppress(ClientError):
        waiting = len(await read_pages(ask, Filters({"view": view}, _COUNTED)))
        more = "or more " if waiting == _COUNTED else ""
        return f"{waiting} {more}{plural if waiting != 1 else plural.removesuffix('s')}" if waiting else ""
    return ""
