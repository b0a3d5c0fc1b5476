"""The queries, by name: for CloudWatch Logs Insights over the functions' log groups, for Athena over the archive.

The first line of each file is a comment that says what it answers. Terraform reads the same files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Query:
    """`about` is the comment of the first line; `text` is the whole file."""

    about: str
    text: str


def load_logs_queries() -> Mapping[str, Query]:
    """Load the queries of CloudWatch Logs Insights."""
    return {file.stem: _load(file, "# ") for file in sorted(FOLDER.glob("logs/*.txt"))}


def load_athena_queries() -> Mapping[str, Query]:
    """Load the queries of Athena. They name the table without its database."""
    return {file.stem: _load(file, "-- ") for file in sorted(FOLDER.glob("athena/*.sql"))}


def _load(file: Path, comment: str) -> Query:
    text = file.read_text(encoding="utf-8")
    return Query(text.partition("\n")[0].removeprefix(comment), text)
