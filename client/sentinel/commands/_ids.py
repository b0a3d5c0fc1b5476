"""Ids on the command line, whole or by their beginning.

A beginning is looked up in the lists the caller may read: their own, those they can decide, and, with the permission to
read, all. One that fits several is an error that names them, and so is one that the lists are too long to decide.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

import click

from sentinel.errors import Refusal, UsageError
from sentinel.settings import Settings
from sentinel.terminal.completing import complete_kept
from sentinel.terminal.lists import Page
from sentinel.terminal.options import run
from sentinel.terminal.output import accepted
from shared.core.ids import ALPHABET, is_id

_SHORTEST: Final = 4
_PAGES: Final = 10
_ROWS_A_PAGE: Final = "100"
# Refusals of a list that other callers may read.
_NOT_FOR_THIS_CALLER: Final = frozenset({"not_permitted", "denied"})


class Row(Protocol):
    """What tells one request, event or session from another."""

    @property
    def id(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def profile(self) -> str: ...


@dataclass(frozen=True, slots=True)
class IdKind:
    """Whose ids they are: the command that lists them, and its views from the narrowest on."""

    noun: Literal["request", "event", "session"]
    group: str
    views: tuple[str, ...]


REQUEST_IDS: Final = IdKind("request", "request", ("mine", "approvable", "all"))
EVENT_IDS: Final = IdKind("event", "break-glass", ("mine", "reviewable", "all"))
SESSION_IDS: Final = IdKind("session", "session", ("mine", "all"))

AskPage = Callable[[Mapping[str, str]], Awaitable[Page[Any] | Refusal]]


def id_argument(kind: IdKind, *, required: bool = True) -> Callable[[Any], Any]:
    """Add the argument `given_id`: an id or its beginning, checked before anything is signed or sent."""
    metavar = "ID" if required else "[ID]"
    return click.argument("given_id", metavar=metavar, required=required, **_checked(kind))


def id_option(kind: IdKind, name: str, help_words: str) -> Callable[[Any], Any]:
    """Add an option that takes an id or its beginning, checked as an argument is."""
    return click.option(name, metavar="ID", help=help_words, **_checked(kind))


def _checked(kind: IdKind) -> dict[str, Any]:
    def check(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
        if value is None or is_id(value) or _may_begin_one(value):
            return value
        raise click.BadParameter(
            f"an id is 16 lower-case letters and digits, or the first {_SHORTEST} or more of them: "
            f"see `sentinel {kind.group} list`"
        )

    return {"callback": check, "shell_complete": complete_kept(kind.noun)}


def whole_id(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Refuse, as a click callback, what is not a whole id: for ids that no list shows."""
    if value is not None and not is_id(value):
        raise click.BadParameter("an id is 16 lower-case letters and digits")
    return value


def full_id(settings: Settings, kind: IdKind, given: str, statuses: Sequence[str] = ("",)) -> str:
    """Complete the beginning of an id among those in one of `statuses`; a whole id is returned as it is.

    Raises:
        UsageError: none begins so, or several do, or the lists are too long to decide.
        RefusedError: the service refuses the caller's own list.

    """
    return given if is_id(given) else run(_complete(settings, kind, given, statuses))


async def _complete(settings: Settings, kind: IdKind, given: str, statuses: Sequence[str]) -> str:
    from sentinel.api.client import open_api  # noqa: PLC0415 - only a beginning needs the lists
    from sentinel.api.grants import EVENTS, REQUESTS  # noqa: PLC0415 - as above
    from sentinel.api.sessions_client import SessionApi  # noqa: PLC0415 - as above

    async with open_api(settings) as api:
        pages: Mapping[str, AskPage] = {
            REQUEST_IDS.noun: lambda filters: api.page(REQUESTS, filters),
            EVENT_IDS.noun: lambda filters: api.page(EVENTS, filters),
            SESSION_IDS.noun: SessionApi(api.transport).page,
        }
        return await find_full_id(pages[kind.noun], kind, given, statuses)


async def find_full_id(ask: AskPage, kind: IdKind, given: str, statuses: Sequence[str]) -> str:
    """As `full_id`, with the list to ask."""
    found: dict[str, Row] = {}
    is_whole = True
    for view in kind.views:
        for status in statuses:
            filters = {"view": view, **({"status": status} if status else {})}
            rows, read_all = await _read(ask, filters, is_own=view == kind.views[0])
            is_whole = is_whole and read_all
            found |= {row.id: row for row in rows if row.id.startswith(given)}
    if len(found) > 1:
        raise UsageError(f"{given} is the beginning of {len(found)} ids; write more of one", _listed(found.values()))
    if not is_whole:
        raise UsageError(f"there are too many {kind.noun}s to look {given} up", "write the whole id")
    if not found:
        state = f" that is {' or '.join(statuses)}" if statuses[0] else ""
        raise UsageError(
            f"no {kind.noun}{state} that you may see has an id that begins with {given}",
            f"`sentinel {kind.group} list` shows yours",
        )
    return next(iter(found))


async def _read(ask: AskPage, filters: Mapping[str, str], *, is_own: bool) -> tuple[list[Row], bool]:
    """Read a list's first pages, and whether they are all of it. One that is not for this caller is empty."""
    rows: list[Row] = []
    cursor: str | None = None
    for _ in range(_PAGES):
        page = await ask({**filters, "limit": _ROWS_A_PAGE, **({"cursor": cursor} if cursor else {})})
        if isinstance(page, Refusal) and not is_own and page.code in _NOT_FOR_THIS_CALLER:
            return [], True
        answer = accepted(page)
        rows += answer.rows
        cursor = answer.next_cursor
        if cursor is None:
            return rows, True
    return rows, False


def _listed(rows: Any) -> str:
    return "\n  ".join(f"{row.id}  {row.status}  {row.user}  {row.profile}" for row in rows)


def _may_begin_one(text: str) -> bool:
    return len(text) in range(_SHORTEST, 16) and set(text) <= set(ALPHABET)
