from datetime import timedelta
from pathlib import Path

import click
import orjson
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


def line(at: str, deployment: object = "sentinel") -> bytes:
    return orjson.dumps({"kind": "sentinel.audit", "time": at, "deployment": deployment})


def test_instants_are_utc_whichever_offset_a_line_has(tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes(line("2026-06-10T23:30:00-05:00"))
    with progress() as shown:
        ((at, _),) = Lines(str(tmp_path / "lines"), BEGIN, END).read(Settings(Path("none")), shown)
    assert at.isoformat() == "2026-06-11T04:30:00+00:00"


def test_lines_that_do_not_reach_back_so_far_and_several_deployments_are_said(tmp_path: Path) -> None:
    written = [
        line("2026-06-20T00:00:00Z"),
        line("2026-06-20T00:00:00Z", "other\x1b"),
        line("2026-06-21T00:00:00Z", []),
    ]
    (tmp_path / "lines").write_bytes(b"\n".join(written))
    lines = Lines(str(tmp_path / "lines"), BEGIN, END)
    assert len(read(lines)) == 3
    assert lines.remarks() == [
        "There is no line from before 2026-06-20: nothing is known of the days before.",
        "Lines of several deployments are counted together: other, sentinel. --name NAME reads those of one.",
    ]


def test_of_a_file_the_lines_of_the_named_deployment_are_read(tmp_path: Path) -> None:
    at = "2026-06-01T00:00:00Z"
    (tmp_path / "lines").write_bytes(b"\n".join([line(at), line(at, "other"), line(at, None)]))
    lines = Lines(str(tmp_path / "lines"), BEGIN, END, only="other")
    assert (read(lines), lines.remarks()) == ([line(at, "other"), line(at, None)], [])
