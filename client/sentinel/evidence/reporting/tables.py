"""What a report consists of: tables of plain values, from which the page, the CSV files and the JSON are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

Cell: TypeAlias = str | int | None
Row: TypeAlias = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table. `left_out` counts what found no room in memory: it is in no row."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Row]
    left_out: int = 0

    def as_json(self) -> list[dict[str, Cell]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report, of the lines from `begin` up to `end`. `notes` say what it does not show, and why."""

    begin: datetime
    end: datetime
    source: str
    summary: Mapping[str, Cell]
    tables: Mapping[str, Table]
    notes: Sequence[str] = field(default=())

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def as_json(self) -> dict[str, Any]:
        return {
            "begin": written(self.begin),
            "end": written(self.end),
            "source": self.source,
            "summary": dict(self.summary),
            **{name: table.as_json() for name, table in self.tables.items()},
            "left_out": {name: table.left_out for name, table in self.tables.items() if table.left_out},
            "notes": list(self.notes),
        }


def written(at: datetime | None) -> str | None:
    """Write an instant as all three show it."""
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")
