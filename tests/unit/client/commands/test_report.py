import csv
import json
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sentinel.cli import cli
from sentinel.errors import UsageError
from sentinel.evidence.sources import SourceError
from tests.evidence.company import POLICY, PROFILES
from tests.evidence.history import write_history

Run = Callable[..., Result]
PERIOD = ("--since", "2026-06-01T00:00:00Z", "--until", "2026-07-01T00:00:00Z")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on the company's lines, its policy and its catalogue."""
    for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    (tmp_path / "lines").write_bytes(b"\n".join(write_history()))
    (tmp_path / "access.yaml").write_text(POLICY)
    (tmp_path / "profiles").mkdir()
    for name, text in PROFILES.items():
        (tmp_path / "profiles" / f"{name}.yaml").write_text(text)
    known = ("--policy", str(tmp_path / "access.yaml"), "--profiles", str(tmp_path / "profiles"))

    def run(*options: str) -> Result:
        source = ("--from", str(tmp_path / "lines"))
        return CliRunner().invoke(cli, ["report", *PERIOD, *source, *known, *options], standalone_mode=False)

    return run


def test_every_output_is_of_the_same_figures(run: Run, tmp_path: Path) -> None:
    page, folder = tmp_path / "report.html", tmp_path / "csv"
    ran = run("--html", str(page), "--csv", str(folder), "--json")
    assert ran.return_value == 0
    as_json = json.loads(ran.stdout)
    assert as_json["summary"]["sessions"] == 172
    with (folder / "summary.csv").open() as file:
        assert dict(list(csv.reader(file))[1:])["sessions"] == "172"
    assert "<li><b>172</b>sessions</li>" in page.read_text()
    assert len(list(folder.iterdir())) == 16


def test_files_are_readable_by_their_owner_alone_where_others_were_there(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.touch(mode=0o644)
    run("--html", str(page), "--csv", str(tmp_path / "csv"))
    assert {stat.S_IMODE(each.stat().st_mode) for each in (page, *(tmp_path / "csv").iterdir())} == {0o600}
    assert stat.S_IMODE((tmp_path / "csv").stat().st_mode) == 0o700


def test_without_a_file_the_figures_are_printed(run: Run) -> None:
    ran = run()
    assert re.search(r"^time to approve median +20m$", ran.stdout, re.MULTILINE)
    assert "break glass not reviewed" in ran.stdout


def test_a_file_that_cannot_be_written_is_refused_and_nothing_is_left(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ran = run("--html", str(tmp_path / "file" / "report.html"))
    assert isinstance(ran.exception, UsageError)
    assert [each.name for each in tmp_path.iterdir() if "report" in each.name] == []


def test_what_could_not_be_read_is_said_and_ends_in_3(run: Run, tmp_path: Path) -> None:
    with (tmp_path / "lines").open("ab") as file:
        file.write(b'\n{"kind":"sentinel.audit","ti')
    ran = run("--json")
    assert ran.return_value == 3
    assert "1 records could not be read" in json.loads(ran.stdout)["notes"][0]
    assert "1 records could not be read" in ran.stderr


def test_lines_that_are_not_there_end_in_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "lines").unlink()
    ran = run()
    assert isinstance(ran.exception, SourceError)
    assert ran.exception.exit_code == 2
