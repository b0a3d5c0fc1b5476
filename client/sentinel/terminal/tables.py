"""Tables: an id, a user or a profile is never cut or wrapped, so that it can be copied.

What does not fit a terminal's width wraps in its column; where even that leaves too little, each row's further cells go
on a line of their own. `--wide`, and output that is not a terminal's, has one line a row.
"""

import os
import sys
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import Any, Final

import click

_WHOLE: Final = frozenset({"id", "event", "session", "status", "access", "user", "profile", "who", "check"})
_GAP: Final = 2
_LEAST: Final = 14
_META: Final = "sentinel.wide"

Row = Sequence[str]


def _remember(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    context.meta[_META] = value


wide_option: Final[Callable[[Any], Any]] = click.option(
    "--wide", is_flag=True, expose_value=False, callback=_remember, help="One line a row, however wide."
)


def print_table(head: Row, rows: Iterable[Row], styles: Mapping[str, str] | None = None) -> None:
    """Print rows under their head. `styles` colours a cell whose whole text is one of its keys."""
    from rich.console import Console  # noqa: PLC0415 - only a table for people needs rich
    from rich.text import Text  # noqa: PLC0415 - see above

    console = Console(highlight=False)
    shown = [tuple(row) for row in rows]
    widths = [max(map(_width, column)) for column in zip(head, *shown, strict=True)]
    limit = None if _is_wide() else console.width
    whole = [index for index, name in enumerate(head) if name in _WHOLE or index == 0]
    for line in _lay_out(head, shown, _fit(widths, whole, limit), whole, limit):
        text = Text("").join(Text(part, (styles or {}).get(part.strip(), "")) for part in line)
        text.rstrip()
        console.print(text, soft_wrap=True)


def _is_wide() -> bool:
    context = click.get_current_context(silent=True)
    return (context is not None and context.meta.get(_META, False)) or (
        not sys.stdout.isatty() and "COLUMNS" not in os.environ
    )


def _fit(widths: Sequence[int], whole: Sequence[int], limit: int | None) -> Sequence[int] | None:
    """Narrow the columns that may wrap until the table fits. None if that leaves them too little."""
    spare = 0 if limit is None else sum(widths) + _GAP * (len(widths) - 1) - limit
    fitted = list(widths)
    while spare > 0:
        widest = max(
            (index for index in range(len(fitted)) if index not in whole), key=fitted.__getitem__, default=None
        )
        if widest is None or fitted[widest] <= _LEAST:
            return None
        fitted[widest] -= 1
        spare -= 1
    return fitted


def _lay_out(
    head: Row, rows: Sequence[Row], widths: Sequence[int] | None, whole: Sequence[int], limit: int | None
) -> Iterable[list[str]]:
    if widths is not None:
        for row in (head, *rows):
            yield from _columns(row, widths, whole)
        return
    kept = [max(_width(row[index]) for row in (head, *rows)) for index in whole]
    yield from _columns([head[index] for index in whole], kept, range(len(kept)))
    for row in rows:
        yield from _columns([row[index] for index in whole], kept, range(len(kept)))
        rest = "; ".join(f"{head[i]}: {cell}" for i, cell in enumerate(row) if i not in whole and cell)
        yield from ([f"    {line}"] for line in wrap(rest, max(_LEAST, (limit or 0) - 4), break_on_hyphens=False))


def _columns(row: Row, widths: Sequence[int], whole: Container[int]) -> Iterable[list[str]]:
    """Write one row, on as many lines as its longest cell takes."""
    cells = [
        [cell] if index in whole or _width(cell) <= width else wrap(cell, width, break_on_hyphens=False)
        for index, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    for line in zip_longest(*cells, fillvalue=""):
        yield [part + " " * (width - _width(part) + _GAP) for part, width in zip(line, widths, strict=True)]


def _width(text: str) -> int:
    from rich.cells import cell_len  # noqa: PLC0415 - see above

    return cell_len(text)
