from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from sentinel.commands._audit_lines import Lines, lines_options
from sentinel.errors import UsageError
from sentinel.evidence.replaying.judging import Replay
from sentinel.evidence.replaying.outcomes import Change
from sentinel.evidence.replaying.run import Replaying
from sentinel.evidence.replaying.words import (
    EXAMPLES,
    HEAD,
    NOT_COMPARED,
    cells,
    describe,
    examples,
    summary,
    totals,
    uncertainties,
)
from sentinel.policy.files import STDIN, UnusableInputError, load_file
from sentinel.policy.folders import load_catalogue
from sentinel.settings import Settings
from sentinel.system.files import replace_file
from sentinel.terminal.help import Command
from sentinel.terminal.options import connection_options, json_option
from sentinel.terminal.output import print_json, progress
from sentinel.terminal.tables import print_table, wide_option
from sentinel.terminal.times import WIRE
from shared.core.access.schema import AccessPolicy

_EPILOG: Final = """\b
Examples:
  sentinel policy replay --policy access.yaml --since 30d
  sentinel policy replay --policy access.yaml --from exported/ --fail-on less --html replay.html
"""
_FILE: Final = click.Path(path_type=Path)
# Something changes that must not.
_CHANGED: Final = 3
_ROWS_SHOWN: Final = 50
_EXAMPLES_SHOWN: Final = 5
_CHANGE: Final = "change"
_UNCERTAIN: Final = "uncertain"


@click.command("replay", cls=Command, epilog=_EPILOG)
@connection_options
@click.option("--policy", "policy_file", type=_FILE, required=True, metavar="FILE", help="The access policy to try.")
@click.option(
    "--profiles",
    type=_FILE,
    metavar="DIR",
    help="The profiles' documents, <name>.yaml each. Default: the profiles as they were.",
)
@lines_options("30d")
@click.option(
    "--fail-on",
    type=click.Choice([_CHANGE, Change.LESS.value, Change.MORE.value, _UNCERTAIN]),
    multiple=True,
    help="End with exit code 3 if this is found: any change, less or more access, or anything not exact; repeatable.",
)
@click.option(
    "--html", "page_file", type=_FILE, metavar="FILE", help="Also write a page with charts, readable by you alone."
)
@wide_option
@json_option
def replay(
    settings: Settings,
    lines: Lines,
    policy_file: Path,
    profiles: Path | None,
    fail_on: Sequence[str],
    page_file: Path | None,
    *,
    as_json: bool,
) -> int:
    """Say what a policy would have changed: past requests are decided on again.

    Grants, lockouts and the time of each request are as they were. The audit lines are read from the functions' log
    groups with your own AWS credentials (logs:FilterLogEvents), or from an export. What a line does not say for certain
    is counted apart, with the reason; a row of the sessions gives an estimate only.

    Exit code 0: replayed; 3: --fail-on was found; 2: a file, an option or the lines cannot be used; 1: the sessions
    cannot be read.
    """
    if policy_file == STDIN and lines.source == str(STDIN):
        raise UsageError("standard input cannot be both the policy and the lines")
    policy, _ = load_file(policy_file, AccessPolicy)
    replaying = Replaying(Replay(policy, None if profiles is None else load_catalogue(profiles)))
    with progress() as shown:
        for _, record in lines.read(settings, shown):
            replaying.take(record.fields)
    about = {
        "policy": str(policy_file),
        "profiles": "as they were" if profiles is None else str(profiles),
        "lines_from": ", ".join(lines.log_groups) if lines.is_from_logs else lines.source,
        "since": lines.begin.strftime(WIRE),
        "until": lines.end.strftime(WIRE),
    }
    remarks = [*lines.remarks(), NOT_COMPARED]
    if page_file is not None:
        from sentinel.evidence.replaying.page import replay_page  # noqa: PLC0415 - only a page needs it

        _write_page(page_file, replay_page(replaying.tally, lines.unread, about, remarks))
    if as_json:
        print_json(describe(replaying.tally, lines.unread, about, remarks))
    else:
        click.echo("Under {policy}, requests from {since} to {until}:".format_map(about))
        _print(replaying, lines)
        click.echo("\n" + "\n".join(remarks))
    return _CHANGED if _is_found(fail_on, replaying, lines) else 0


def _write_page(file: Path, page: str) -> None:
    try:
        replace_file(file, page, keeps_mode=False)
    except OSError as error:
        raise UnusableInputError([f"{file}: {error.strerror or error}"]) from None


def _print(replaying: Replaying, lines: Lines) -> None:
    tally = replaying.tally
    click.echo("\n".join(summary(tally)))
    groups = tally.ranked()
    if groups:
        click.echo()
        print_table(HEAD, [tuple(map(str, cells(*each))) for each in groups[:_ROWS_SHOWN]])
    if len(groups) > _ROWS_SHOWN:
        click.echo(f"and {len(groups) - _ROWS_SHOWN} further kinds of changes: --json and --html have them")
    if groups:
        click.echo("\n" + "\n".join(totals(tally)))
    if doubts := list(uncertainties(tally, lines.unread)):
        click.echo("\n" + "\n".join(doubts))
    if rows := examples(tally, _EXAMPLES_SHOWN):
        click.echo()
        print_table(EXAMPLES, rows)
    if not tally.lines:
        click.echo("there was no audit line of this time: --since and --from say which are read")


def _is_found(wanted: Sequence[str], replaying: Replaying, lines: Lines) -> bool:
    """Whether something was found that must not be there. An estimate counts as what it is an estimate of."""
    tally = replaying.tally
    found = {change.value for change in tally.changed + tally.estimated}
    if found:
        found.add(_CHANGE)
    # Where nothing was replayed, nothing is shown.
    if tally.doubts or lines.unread.count or not tally.exact:
        found.add(_UNCERTAIN)
    return not found.isdisjoint(wanted)
