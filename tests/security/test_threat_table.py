"""The threat table names code that is there and tests that pytest collects and runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, cast

import pytest

from deploy.docs.threats.__main__ import Outcomes, Verdict, whole
from deploy.docs.threats.table import PROJECT, load_threats

Outcome = Literal["passed", "failed", "skipped"]
When = Literal["setup", "call", "teardown"]
THREATS = load_threats()
NARROWING = ("keyword", "markexpr", "deselect", "lf", "ignore", "ignore_glob")


def complaints(items: list[pytest.Item], whole_files: set[Path]) -> Iterator[str]:
    """Find the ids that name nothing, or nothing that runs, among those of files that were collected whole."""
    collected = {whole(item.nodeid): item for item in items}
    for threat in THREATS:
        for test in threat.tests:
            item = collected.get(test)
            if item is None:
                if PROJECT / test.partition("::")[0] in whole_files:
                    yield f"{threat.id}: pytest collects no {test}"
            elif marked := {mark.name for mark in item.iter_markers()} & {"skip", "skipif", "xfail"}:
                yield f"{threat.id}: {test} is marked {', '.join(sorted(marked))}"


def collected_whole(config: pytest.Config) -> set[Path]:
    """Find the files this run asked for as a whole; of the others, only what they yielded can be judged."""
    if any(config.getoption(option, None) for option in NARROWING):
        return set()
    asked = [config.invocation_params.dir / each for each in config.args if "::" not in each]
    return {file for path in asked for file in (path.rglob("test_*.py") if path.is_dir() else [path])}


def test_every_test_the_table_names_is_collected_and_not_marked_to_be_skipped(request: pytest.FixtureRequest) -> None:
    assert list(complaints(request.session.items, collected_whole(request.config))) == []


def test_every_test_the_table_names_lies_in_a_file_that_is_there() -> None:
    files = {test.partition("::")[0] for threat in THREATS for test in threat.tests}
    assert [file for file in sorted(files) if not (PROJECT / file).is_file()] == []


def test_all_code_the_table_names_is_there() -> None:
    missing = [(threat.id, path) for threat in THREATS for path in threat.code if not (PROJECT / path).is_file()]
    assert missing == []


def test_no_id_comes_twice() -> None:
    ids = [threat.id for threat in THREATS]
    assert len(ids) == len(set(ids))


def report(test: str, when: str, outcome: str, *, wasxfail: bool = False) -> pytest.TestReport:
    made = pytest.TestReport(test, ("", 0, ""), {}, cast("Outcome", outcome), None, cast("When", when))
    if wasxfail:
        made.wasxfail = "reason: later"
    return made


def verdict(*reports: pytest.TestReport) -> Verdict:
    outcomes = Outcomes()
    for each in reports:
        outcomes.pytest_runtest_logreport(each)
    return next(outcomes.judge([THREATS[0].model_copy(update={"tests": ("tests/x.py::test_x",)})]))


class TestAVerdict:
    """A threat is covered by tests that ran and passed, and by nothing less."""

    ID = "tests/x.py::test_x"

    def passed(self, parameter: str = "") -> list[pytest.TestReport]:
        return [report(self.ID + parameter, when, "passed") for when in ("setup", "call", "teardown")]

    def test_is_a_pass_where_every_parameter_passed(self) -> None:
        found = verdict(*self.passed("[a]"), *self.passed("[b]"))
        assert (found.tests, found.faults) == (2, ())

    @pytest.mark.parametrize(
        "reports",
        [
            pytest.param([], id="did not run"),
            pytest.param([report(ID, "setup", "skipped")], id="skipped at its setup"),
            pytest.param([report(ID, "setup", "passed"), report(ID, "call", "skipped")], id="skipped itself"),
            pytest.param([report(ID, "call", "failed")], id="failed"),
            pytest.param([report(ID, "call", "passed"), report(ID, "teardown", "failed")], id="failed tidying up"),
            pytest.param([report(ID, "call", "skipped", wasxfail=True)], id="failed as expected"),
            pytest.param([report(ID, "setup", "passed")], id="died"),
            pytest.param([report(f"{ID}_too", "call", "passed")], id="another of a longer name"),
        ],
    )
    def test_is_a_failure_otherwise(self, reports: list[pytest.TestReport]) -> None:
        assert verdict(*reports).faults

    def test_is_a_failure_where_one_parameter_of_several_was_skipped(self) -> None:
        assert verdict(*self.passed("[a]"), report(f"{self.ID}[b]", "call", "skipped")).faults
