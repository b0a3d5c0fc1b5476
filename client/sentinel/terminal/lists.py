"""Lists: the options they share, and reading all their pages."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import click

from sentinel.errors import Refusal
from sentinel.terminal.completing import complete_profile
from sentinel.terminal.options import optional_profile_name
from sentinel.terminal.output import accepted, note
from sentinel.terminal.tables import wide_option
from sentinel.terminal.times import WIRE, parse_instant_or_ago
from shared.clock import utc_now

Result = TypeVar("Result")
Row_co = TypeVar("Row_co", covariant=True)
_MOST_A_PAGE = 100
_NAMED = 5
_SHOWN = 80


def list_options(views: tuple[str, ...], statuses: tuple[str, ...]) -> Callable[[Callable[..., Result]], Any]:
    """Add the filters every list knows; the first view is the default."""

    def add(command: Callable[..., Result]) -> Callable[..., Result]:
        for option in (
            wide_option,
            click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many."),
            click.option("--until", metavar="TIME", help="Not newer than this instant, or this long ago."),
            click.option("--since", metavar="TIME", help="Not older than this instant, or this long ago: 24h."),
            click.option(
                "--profile",
                metavar="NAME",
                callback=optional_profile_name,
                shell_complete=complete_profile,
                help="Of one profile.",
            ),
            click.option("--user", metavar="USER", help="Of one user; takes --view all."),
            click.option("--status", type=click.Choice(statuses), help="In one state."),
            click.option("--view", type=click.Choice(views), default=views[0], show_default=True, help="Whose."),
        ):
            command = option(command)
        return command

    return add


class Rows(Protocol[Row_co]):
    """A list, of which something may have been left out: by this client, or by the service."""

    @property
    def rows(self) -> Sequence[Row_co]: ...
    @property
    def dropped(self) -> int: ...
    @property
    def unreadable(self) -> tuple[str, ...]: ...


class Page(Rows[Row_co], Protocol[Row_co]):
    """One page of an answer, newest first; there are more while there is a cursor, even after an empty page."""

    @property
    def next_cursor(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Filters:
    """What to list, and how many rows at most."""

    query: Mapping[str, str]
    limit: int


def read_filters(limit: int, since: str | None, until: str | None, **plain: str | None) -> Filters:
    """Read the options of `list_options`.

    Raises:
        UsageError: a time is malformed.

    """
    now = utc_now()
    times = {"since": since, "until": until}
    instants = {name: parse_instant_or_ago(text, f"--{name}", now) for name, text in times.items() if text}
    query = {name: text for name, text in plain.items() if text} | {
        name: instant.strftime(WIRE) for name, instant in instants.items()
    }
    return Filters(query, limit)


async def read_pages(
    ask: Callable[[Mapping[str, str]], Awaitable[Page[Row_co] | Refusal]], filters: Filters
) -> list[Row_co]:
    """Read pages until there are enough rows, or no more, and say what was left out of them.

    Raises:
        RefusedError: the service refuses.

    """
    found: list[Row_co] = []
    dropped, unreadable = 0, dict[str, None]()
    cursor: str | None = None
    while len(found) < filters.limit:
        size = {"limit": str(min(_MOST_A_PAGE, filters.limit - len(found)))}
        position = {} if cursor is None else {"cursor": cursor}
        page = accepted(await ask({**filters.query, **size, **position}))
        found.extend(page.rows)
        dropped += page.dropped
        unreadable |= dict.fromkeys(page.unreadable)
        cursor = page.next_cursor
        if cursor is None:
            break
    say_left_out(dropped, tuple(unreadable))
    return found


def all_of(answer: Rows[Row_co]) -> Sequence[Row_co]:
    """Return the rows of a list without pages, and note what was left out."""
    say_left_out(answer.dropped, answer.unreadable)
    return answer.rows


def say_left_out(dropped: int, unreadable: tuple[str, ...]) -> None:
    """Note what a list does not show. The service still decides by what is left out."""
    if dropped:
        note(
            f"left out {dropped} that this version cannot read: upgrade sentinel, and if that does not help, contact "
            "the platform team"
        )
    if unreadable:
        shown = ", ".join(each[:_SHOWN] for each in unreadable[:_NAMED])
        more = f" and {len(unreadable) - _NAMED} more" if len(unreadable) > _NAMED else ""
        note(f"the service left out {len(unreadable)} that it cannot read: {shown}{more}; contact the platform team")
