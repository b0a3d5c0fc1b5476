"""Pages of which a command writes the section between its two markers, and people the rest; and Markdown tables."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path


class MarkedPageError(ValueError):
    """The page has not exactly one pair of the command's markers; the message says which."""


def markers(command: str) -> tuple[str, str]:
    """Return the comments between which a command (`load.capacity`) writes."""
    begin, end = (f"<!-- written by python -m {command}: {word} -->" for word in ("begin", "end"))
    return begin, end


def replace(page: str, command: str, text: str) -> str:
    """Put a text between the command's markers.

    Raises:
        MarkedPageError: the page lacks them, or has them more than once.

    """
    begin, end = markers(command)
    before, found_begin, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not found_begin or not found_end or begin in after or end in after:
        raise MarkedPageError(f"the page must have exactly one {begin} and, after it, one {end}")
    return f"{before}{begin}\n{text}\n{end}{after}"


def rewrite(file: Path, command: str, text: str) -> None:
    """Put a text between the command's markers in a file.

    Raises:
        MarkedPageError: as `replace`.
        OSError: the file cannot be read or written.

    """
    file.write_text(replace(file.read_text(encoding="utf-8"), command, text), encoding="utf-8")


def table(head: Sequence[str], rows: Iterable[Sequence[object]], rule: Sequence[str] = ()) -> str:
    """Return a Markdown table. `rule` holds each column's dashes and colons; by default no column is aligned."""
    dashes = "|".join(rule or ["---"] * len(head))
    return "\n".join([_row(head), f"|{dashes}|", *(_row(row) for row in rows)])


def table_of(rows: Sequence[Mapping[str, object]]) -> str:
    """Return a Markdown table of rows that hold their cells by the columns' names."""
    return table(list(rows[0]), (list(row.values()) for row in rows))


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"
