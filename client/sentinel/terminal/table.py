"""A table for people."""

from collections.abc import Iterable, Sequence


def print_table(head: Sequence[str], rows: Iterable[Sequence[str]], styles: dict[str, str] | None = None) -> None:
    """Print rows under their head; the first column is never wrapped, so that an id can be copied.

    `styles` colours a cell whose whole text is one of its keys.
    """
    # Only a table for people needs rich.
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.table import Table  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415 - see above

    table = Table(*head, box=None, pad_edge=False)
    table.columns[0].no_wrap = True
    for row in rows:
        # Text, not str: what people write must not be read as markup.
        table.add_row(*(Text(cell, (styles or {}).get(cell, "")) for cell in row))
    Console().print(table)
