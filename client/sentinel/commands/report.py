from pathlib import Path
from typing import Final

import click

from sentinel.commands._audit_lines import Lines, lines_options
from sentinel.commands._known_policy import known_options
from sentinel.errors import UsageError
from sentinel.evidence.reporting.csv_files import csv_files
from sentinel.evidence.reporting.gather import Known, gather
from sentinel.evidence.reporting.page import spell, write_page
from sentinel.evidence.reporting.tables import Report
from sentinel.settings import Settings
from sentinel.system.files import replace_file
from sentinel.terminal.help import Command
from sentinel.terminal.options import connection_options, json_option
from sentinel.terminal.output import note, print_json, progress
from sentinel.terminal.tables import print_table
from shared.clock import utc_now

_EPILOG: Final = """\b
Examples:
  sentinel report --since 90d --html report.html
  sentinel report --from ./export --policy access.yaml --profiles profiles --csv report
"""
_PATH: Final = click.Path(path_type=Path)
# The report was made, but not of everything.
_INCOMPLETE: Final = 3


@click.command(cls=Command, epilog=_EPILOG)
@connection_options
@lines_options("90d")
@known_options
@click.option("--html", "html_file", type=_PATH, metavar="FILE", help="Write a page that needs nothing else.")
@click.option("--csv", "csv_folder", type=_PATH, metavar="DIR", help="Write a file for each table.")
@json_option
def report(
    settings: Settings, lines: Lines, known: Known, html_file: Path | None, csv_folder: Path | None, *, as_json: bool
) -> int:
    """Say who had what, who approved it, what no one used, and how emergencies went.

    Audit lines are read from the functions' log groups with your own AWS credentials (logs:FilterLogEvents), or from
    files. Policy and profiles are those of --policy and --profiles; with --from logs, else those in Parameter Store.
    Each file is written at once, readable by you alone. Memory does not grow with the number of lines.

    Exit code 0: everything was read; 2: the lines cannot be read; 3: some could not, and the report says how many.
    """
    with progress() as shown:
        read = ((at, record.fields) for at, record in lines.read(settings, shown))
        found = gather(read, lines.begin, lines.end, lines.source, known, lines.unread)
    try:
        _write_files(found, html_file, csv_folder)
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}", "name a place that you can write to") from None
    if as_json:
        print_json(found.as_json())
    elif html_file is None and csv_folder is None:
        _print(found)
    for each in found.notes:
        note(each)
    return _INCOMPLETE if lines.unread.count or any(table.left_out for table in found.tables.values()) else 0


def _write_files(found: Report, html_file: Path | None, csv_folder: Path | None) -> None:
    texts = {} if csv_folder is None else {csv_folder / name: text for name, text in csv_files(found).items()}
    if html_file is not None:
        texts[html_file] = write_page(found, utc_now())
    for path, text in texts.items():
        replace_file(path, text, keeps_mode=False)
    for written in filter(None, (html_file, csv_folder)):
        note(f"wrote {written}")


def _print(found: Report) -> None:
    rows = [(name.removesuffix("_s").replace("_", " "), spell(name, value)) for name, value in found.summary.items()]
    print_table(("figure", "value"), [(name, "-" if value is None else str(value)) for name, value in rows])
