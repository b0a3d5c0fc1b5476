"""Lists of requests and events: the options they share, and reading all their pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from sentinel.api import SentinelApi
from sentinel.clock import utc_now
from sentinel.grants import ChangeT, Grant, GrantKind, PageT
from sentinel.options import profile_name
from sentinel.output import accepted
from sentinel.times import WIRE, parse_instant_or_ago

Result = TypeVar("Result")
_MOST_A_PAGE = 100


def list_options(views: tuple[str, ...], statuses: tuple[str, ...]) -> Callable[[Callable[..., Result]], Any]:
    """Add the filters every list knows; the first view is the default."""

    def add(command: Callable[..., Result]) -> Callable[..., Result]:
        for option in (
            click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many."),
            click.option("--until", metavar="TIME", help="Not newer than this instant, or this long ago."),
            click.option("--since", metavar="TIME", help="Not older than this instant, or this long ago: 24h."),
            click.option("--profile", metavar="NAME", callback=_optional_profile, help="Of one profile."),
            click.option("--user", metavar="USER", help="Of one user; takes --view all."),
            click.option("--status", type=click.Choice(statuses), help="In one state."),
            click.option("--view", type=click.Choice(views), default=views[0], show_default=True, help="Whose."),
        ):
            command = option(command)
        return command

    return add


@dataclass(frozen=True, slots=True)
class Filters:
    """What to list, and how many rows at most."""

    query: Mapping[str, str]
    limit: int


def read_filters(limit: int, since: str | None, until: str | None, **plain: str | None) -> Filters:
    """Read the options of `list_options`.

    Raises:
        UsageError: a time is none.

    """
    now = utc_now()
    times = {"since": since, "until": until}
    instants = {name: parse_instant_or_ago(text, f"--{name}", now) for name, text in times.items() if text}
    query = {name: text for name, text in plain.items() if text} | {
        name: instant.strftime(WIRE) for name, instant in instants.items()
    }
    return Filters(query, limit)


async def list_grants(api: SentinelApi, kind: GrantKind[ChangeT, PageT], filters: Filters) -> list[Grant]:
    """Read pages until there are enough rows, or no more.

    Raises:
        RefusedError: the service refuses.

    """
    found: list[Grant] = []
    cursor: str | None = None
    while len(found) < filters.limit:
        size = {"limit": str(min(_MOST_A_PAGE, filters.limit - len(found)))}
        position = {} if cursor is None else {"cursor": cursor}
        page = accepted(await api.page(kind, {**filters.query, **size, **position}))
        found.extend(page.grants)
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


def _optional_profile(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    return None if value is None else profile_name(context, parameter, value)
