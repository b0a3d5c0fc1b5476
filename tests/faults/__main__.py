"""Try every cell of the matrix and every death, print a line for each, and keep the figures in docs/assurance.md."""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from deploy.markdown import rewrite
from tests.faults.cells import CELLS, SENSELESS, STORIES

_FOLDER: Final = Path(__file__).parent
_PAGE: Final = _FOLDER.parents[1] / "docs" / "assurance.md"
_COMMAND: Final = "tests.faults"
_CASE: Final = re.compile(r"::(?P<test>\w+)\[(?P<case>.*)\]$")
_MATRIX: Final = "test_the_table_says_what_comes_of_it"
_DEATHS: Final = "test_a_killed_process_leaves_nothing_that_is_not_explained"


@dataclass(slots=True)
class Printer:
    """Prints each case when it is over; `counts` by test and outcome."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: list[pytest.TestReport] = field(default_factory=list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str]:
        """Keep pytest's own letters out of the lines."""
        return report.outcome, "", ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and not report.failed:
            return
        found = _CASE.search(report.nodeid)
        test, case = (found["test"], found["case"]) if found else (report.nodeid, report.nodeid)
        answer = dict(report.user_properties).get("answer", "no answer")
        self.counts[test, report.outcome] += 1
        sys.stdout.write(f"{'PASS' if report.passed else 'FAIL'} | {case} | {answer}\n")
        sys.stdout.flush()
        if report.failed:
            self.failures.append(report)

    def passed(self, test: str) -> int:
        return self.counts[test, "passed"]


def figures(cells: int, deaths: int) -> str:
    """Write what was tried."""
    calls = {(story.name, step.name) for story in STORIES for step in story.steps}
    kinds = {cell.kind.name for cell in CELLS}
    left_out = Counter(str(cell.senseless) for cell in SENSELESS)
    return "\n".join(
        [
            f"- {cells} cells passed: {len(calls)} calls of {len(STORIES)} requests, {len(kinds)} kinds of fault",
            f"- {deaths} deaths passed: a process killed before or after a write",
            f"- {sum(left_out.values())} cells left out:",
            *(f"    - {count}: {reason}" for reason, count in sorted(left_out.items())),
        ],
    )


def main(arguments: Iterable[str]) -> int:
    """Run, and give the exit code: pytest's own."""
    parser = argparse.ArgumentParser(prog=f"python -m {_COMMAND}", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="write the figures into docs/assurance.md")
    parser.add_argument("--processes", default="2", help="how many processes share the work")
    options = parser.parse_args(list(arguments))
    printer = Printer()
    quiet = ["-s", "-p", "no:cacheprovider", "-q", "--no-header", "--no-summary", "-o", "console_output_style=classic"]
    code = pytest.main([str(_FOLDER), "--every-cell", "-n", options.processes, *quiet], plugins=[printer])
    for failure in printer.failures:
        sys.stdout.write(f"\n{failure.nodeid}\n{failure.longreprtext}\n")
    text = figures(printer.passed(_MATRIX), printer.passed(_DEATHS))
    sys.stdout.write(f"\n{text}\n{len(printer.failures)} failed\n")
    if options.keep and code == 0:
        rewrite(_PAGE, _COMMAND, text)
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
