from datetime import timedelta
from pathlib import Path

import click
from click.testing import CliRunner

from sentinel.commands._audit_lines import Lines, lines_options
from sentinel.errors import UsageError
from sentinel.settings import Settings
from sentinel.terminal.output import progress
from tests.evidence.history import BEGIN, END, write_history


def read(lines: Lines) -> list[bytes]:
    with progress() as shown:
        return [record.raw for _, record in lines.read(Settings(Path("none")), shown)]


def test_a_file_gives_its_lines_of_the_time_and_no_others(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(b"\n".join(write_history()))
    assert read(Lines(str(file), BEGIN, END)) == list(write_history())
    first = [line for line in write_history() if b'"time":"2026-06-01' in line]
    assert read(Lines(str(file), BEGIN, BEGIN + timedelta(days=1))) == first


def test_a_line_without_an_instant_is_counted_as_unread(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(b'{"kind":"sentinel.audit"}\n{"kind":"sentinel.audit","time":"June"}\n')
    lines = Lines(str(file), BEGIN, END)
    assert read(lines) == []
    assert lines.unread.count == 2


@click.command
@lines_options("30d")
def show(lines: Lines) -> None:
    click.echo(f"{(lines.end - lines.begin).days} {lines.source} {' '.join(lines.log_groups)}")


def test_by_default_the_logs_of_both_functions_are_read() -> None:
    ran = CliRunner().invoke(show, [])
    assert ran.output == "30 logs /aws/lambda/sentinel-vend /aws/lambda/sentinel-admin\n"
    named = CliRunner().invoke(show, ["--since", "7d", "--log-group", "mine"])
    assert named.output == "7 logs mine\n"


def test_a_time_that_ends_before_it_begins_is_refused() -> None:
    ran = CliRunner().invoke(show, ["--since", "1h", "--until", "2h"])
    assert isinstance(ran.exception, UsageError)
