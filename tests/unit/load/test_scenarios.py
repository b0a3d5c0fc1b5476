"""The scenarios' files, and what the command line makes of them."""

import pytest

from load import scenario as scenarios
from load.options import read_options
from load.scenario import FOLDER, ScenarioError, names, read_scenario


def test_every_scenario_has_a_locust_file_and_every_locust_file_a_scenario() -> None:
    files = {file.stem for file in FOLDER.glob("*.py")} - {"__init__"}
    assert set(names()) == files != set()


@pytest.mark.parametrize("name", names())
def test_every_scenario_can_be_read_and_reaches_its_own_rate(name: str) -> None:
    found = read_scenario(name)
    assert found.environments
    assert found.load.warm_up_s < found.load.seconds


def test_an_unknown_scenario_is_refused_with_those_there_are() -> None:
    with pytest.raises(ScenarioError, match="vend"):
        read_scenario("thursday")


@pytest.mark.parametrize(
    ("line", "place"),
    [("rat = 1", "load.rat"), ("users = 0", "load.users"), ("seconds = 'long'", "load.seconds")],
)
def test_a_file_that_says_what_cannot_be_is_refused_with_the_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, line: str, place: str
) -> None:
    folder = tmp_path_factory.mktemp("scenarios")
    load = {"users": "users = 1", "rate": "rate = 1.0", "seconds": "seconds = 10.0"}
    load[line.partition(" ")[0]] = line
    text = "\n".join(["title = 'x'", "[load]", *load.values(), "[functions]", "vend = 1", "[thresholds]", "rps = 1.0"])
    (folder / "odd.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(scenarios, "FOLDER", folder)
    with pytest.raises(ScenarioError, match=rf"odd\.toml: (.|\n)*\n{place}\n"):
        read_scenario("odd")


def test_the_command_line_changes_the_load_and_the_thresholds() -> None:
    found = read_options(["revocations", "--users", "3", "--rate", "2", "--seconds", "9", "--target-p99-ms", "50"])
    assert (found.scenario.load.users, found.scenario.load.rate, found.scenario.load.seconds) == (3, 2, 9)
    # One threshold for everything: those of the file's own names go.
    assert (found.scenario.thresholds.other_p99_ms, found.scenario.thresholds.p99_ms) == (50, {})


@pytest.mark.parametrize("arguments", [["thursday"], ["vend", "--users", "0"], ["vend", "--seconds", "4"]])
def test_what_cannot_be_ends_the_command_with_a_reason(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        read_options(arguments)
    assert "error: " in capsys.readouterr().err
