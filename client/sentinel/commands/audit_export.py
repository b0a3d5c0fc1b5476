import sys
from typing import Final

import click
import orjson

from sentinel.commands._audit_lines import Lines, lines_options
from sentinel.evidence.ocsf import VERSION, to_event
from sentinel.evidence.records import Record
from sentinel.settings import Settings
from sentinel.terminal.help import Command
from sentinel.terminal.options import connection_options
from sentinel.terminal.output import note, progress

_EPILOG: Final = """\b
Examples:
  sentinel audit export --since 24h > audit.json
  sentinel audit export --format ocsf --from archive/ --since 30d > events.json
"""
_OCSF: Final = "ocsf"
# Exported, but not everything could be read.
_INCOMPLETE: Final = 3


@click.command("export", cls=Command, epilog=_EPILOG)
@connection_options
@lines_options("24h")
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", _OCSF]),
    default="json",
    show_default=True,
    help=f"The lines with their exact bytes, or as events of OCSF {VERSION}, class API Activity.",
)
def export(settings: Settings, lines: Lines, form: str) -> int:
    """Write audit lines to standard output, one JSON object a line, in the order they are read.

    They are read from the functions' log groups with your own AWS credentials (logs:FilterLogEvents), or from a file or
    folder, such as a copy of the archive. As json a line keeps its bytes, so that its hash can still be checked; an
    event of OCSF has every field of its line, what the class has no attribute for in `unmapped`.

    Exit code 0: everything was exported; 3: some lines could not be read, the first of them are named; 2: a file, an
    option or the lines cannot be used; 1: the sessions cannot be read.
    """
    out, count = sys.stdout.buffer, 0
    with progress() as shown:
        for _, record in lines.read(settings, shown):
            out.write(_written(record, form) + b"\n")
            count += 1
    out.flush()
    for place in lines.unread.places:
        note(f"not read: {place}")
    note(f"{count} lines exported, {lines.unread.count} could not be read")
    return _INCOMPLETE if lines.unread.count else 0


def _written(record: Record, form: str) -> bytes:
    return orjson.dumps(to_event(record.fields)) if form == _OCSF else record.raw
