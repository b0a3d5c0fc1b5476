"""`python -m docs.threats.trial ANSWER TEST …`: runs tests to the first failure, and writes what it was as JSON.

`{"failed": test}`, `{"error": why}` where a test could not be collected or set up, and `{}` where all passed.
"""

import json
import sys
from pathlib import Path
from typing import Final

import pytest

_OPTIONS: Final = (
    "-x",
    "-q",
    "--no-header",
    "--tb=no",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:randomly",
    "-p",
    "no:xdist",
)


class FirstFailure:
    """A pytest plugin that remembers what went wrong first."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.found.setdefault("error", f"{report.nodeid} cannot be collected: {report.longreprtext[-300:]}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and report.when == "setup":
            self.found.setdefault("error", f"{report.nodeid} cannot be set up: {report.longreprtext[-300:]}")
        elif report.failed:
            self.found.setdefault("failed", report.nodeid)


def main(answer: str, *tests: str) -> None:
    """Run the tests and write the answer."""
    first = FirstFailure()
    code = pytest.main([*_OPTIONS, *tests], plugins=[first])
    if not first.found and code != pytest.ExitCode.OK:
        first.found["error"] = f"pytest ended with {int(code)}"
    Path(answer).write_text(json.dumps(first.found), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
