"""`python -m deploy.docs.threats.trial`: runs tests to the first failure, once for each line of standard input.

A line is JSON: `{"answer": file, "tests": [id, …]}`. What went wrong first is written to the file as JSON:
`{"failed": test}`, `{"error": why}` where a test could not be collected or set up, and `{}` where all passed. Then an
empty line is printed. Each run is forked from this process, which has everything imported that is not the project's.
"""

import importlib
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

_WITHOUT: Final = ("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist")
# A control that is gone may leave a test waiting for ever.
_LIMIT: Final = "--timeout=300"
_OPTIONS: Final = ("-x", "-q", "--no-header", "--tb=no", _LIMIT, *_WITHOUT)
# What many tests import, and takes longest. None starts a thread, or is of a plugin: pytest imports those itself.
_LARGE: Final = ("aiohttp.web", "boto3", "moto.server", "orjson", "pydantic")


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


def main() -> None:
    """Serve until standard input ends."""
    for module in _LARGE:
        with suppress(ImportError):
            importlib.import_module(module)
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(Path(asked["answer"]), asked["tests"])
        os.waitpid(child, 0)
        sys.stdout.write("\n")
        sys.stdout.flush()


def _run(answer: Path, tests: list[str]) -> None:
    """Run the tests in this process, write the answer, and end."""
    # What tests print is not for who reads this process's output.
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(0, 1)
    first = FirstFailure()
    try:
        code = pytest.main([*_OPTIONS, *tests], plugins=[first])
        if code != pytest.ExitCode.OK and not first.found:
            first.found["error"] = f"pytest ended with {int(code)}"
    except BaseException as error:  # noqa: BLE001 - what a failed test left open may end pytest, after all was said
        if not first.found:
            first.found["error"] = f"pytest ended with {error!r}"
    finally:
        answer.write_text(json.dumps(first.found), encoding="utf-8")
        os._exit(0)


if __name__ == "__main__":
    main()
