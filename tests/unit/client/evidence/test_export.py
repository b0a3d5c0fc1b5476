"""`sentinel audit export` over the thirty days of a small company."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from sentinel.cli import run_command_line
from tests.evidence.history import write_history
from tests.unit.client.evidence.test_ocsf import problems

Run = Callable[..., tuple[int, bytes, str]]
MONTH = ("--since", "2026-06-01T00:00:00Z", "--until", "2026-07-01T00:00:00Z")
LINES = list(write_history())


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Run the command on what Firehose would have delivered of the history: gzip, and an empty line between."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    Path("archive").mkdir()
    Path("archive/sentinel-audit-1.gz").write_bytes(gzip.compress(b"\n\n".join(LINES) + b"\n"))

    def run(*options: str, source: str = "archive", time: tuple[str, ...] = MONTH) -> tuple[int, bytes, str]:
        code = run_command_line(["audit", "export", "--from", source, *time, *options])
        captured = capfdbinary.readouterr()
        return code, captured.out, captured.err.decode()

    return run


def test_lines_keep_their_bytes(export: Run) -> None:
    code, out, said = export()
    assert code == 0
    assert out == b"".join(line + b"\n" for line in LINES)
    assert f"{len(LINES)} lines exported, 0 could not be read" in said


def test_events_of_a_whole_month_are_valid(export: Run) -> None:
    code, out, _ = export("--format", "ocsf")
    events: list[dict[str, Any]] = [orjson.loads(each) for each in out.splitlines()]
    assert (code, len(events)) == (0, len(LINES))
    assert [problem for event in events for problem in problems(event)] == []
    assert {event["activity_name"] for event in events} >= {"Create", "Update"}
    assert {event["metadata"]["original_time"] for event in events} == {json.loads(line)["time"] for line in LINES}


def test_only_the_time_that_is_asked_for_is_exported(export: Run) -> None:
    day = ("--since", "2026-06-10T00:00:00Z", "--until", "2026-06-11T00:00:00Z")
    _, out, _ = export(time=day)
    wanted = [line for line in LINES if json.loads(line)["time"].startswith("2026-06-10")]
    assert out.splitlines() == wanted != []


def test_what_cannot_be_read_is_named_and_no_success(export: Run) -> None:
    Path("archive/sentinel-audit-2").write_bytes(LINES[0][:-5] + b"\n" + LINES[1] + b"\n")
    code, out, said = export()
    assert code == 3
    assert out.endswith(LINES[1] + b"\n")
    assert "not read: archive/sentinel-audit-2:1: an audit line that is not whole" in said


def test_a_source_that_is_not_there_is_an_error(export: Run) -> None:
    code, out, said = export(source="nowhere")
    assert (code, out) == (2, b"")
    assert "nowhere" in said


def test_a_format_that_is_not_known_is_refused(export: Run) -> None:
    assert export("--format", "leef")[0] == 2
