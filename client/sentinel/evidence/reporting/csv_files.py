"""The tables of a report as CSV files (RFC 4180), safe to open in a spreadsheet."""

import csv
import io
import re
from collections.abc import Mapping
from typing import Final

from sentinel.evidence.reporting.tables import Cell, Report, Table

# What makes a spreadsheet take a cell for a formula, also in full width; and where a cell begins in a spreadsheet of a
# country in which a semicolon or a tab separates them.
_FORMULA: Final = re.compile(r"(?:^|(?<=[;\t\r\n]))(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")


def csv_files(report: Report) -> Mapping[str, str]:
    """Give the text of each file by its name: one for each table, and `summary.csv`."""
    summary = Table("summary", ("figure", "value"), list(report.summary.items()))
    return {f"{table.name}.csv": _write(table) for table in (summary, *report.tables.values())}


def _write(table: Table) -> str:
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_neutralized(cell) for cell in row] for row in table.rows)
    return file.getvalue()


def _neutralized(cell: Cell) -> Cell:
    """Put an apostrophe before what would be a formula: a spreadsheet then takes the cell for text."""
    return _FORMULA.sub("'", cell) if isinstance(cell, str) else cell
