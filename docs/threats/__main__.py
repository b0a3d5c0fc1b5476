"""`make security`: runs tests/security and every test the threat table names, and prints one line per threat."""

import sys
from collections.abc import Sequence
from typing import Final

import pytest

from docs.threats.table import PROJECT, Threat, load_threats
from docs.threats.verdicts import Outcomes, Verdict

_FOLDER: Final = "tests/security"
_QUIET: Final = ("-q", "--no-header", "--tb=short", "-r", "fE")


def main(arguments: Sequence[str]) -> int:
    """Run the tests; 0 where all passed and every threat is covered. `arguments` go to pytest."""
    threats, outcomes = load_threats(), Outcomes()
    code = pytest.main([*_QUIET, *arguments, f"--rootdir={PROJECT}", *selection(threats)], plugins=[outcomes])
    verdicts = list(outcomes.judge(threats))
    print_verdicts(verdicts)
    covered = sum(not verdict.faults for verdict in verdicts)
    print(f"{covered} of {len(verdicts)} threats covered; pytest ended with {int(code)}")  # noqa: T201 - the command's answer
    return int(code) or int(covered < len(verdicts))


def selection(threats: Sequence[Threat]) -> list[str]:
    """Name the folder, and the tests outside of it."""
    named = {test for threat in threats for test in threat.tests if not test.startswith(f"{_FOLDER}/")}
    return [_FOLDER, *sorted(named)]


def print_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Print each threat on a line, and below one that is not covered why."""
    width = max(len(verdict.threat.threat) for verdict in verdicts)
    for verdict in verdicts:
        word = "FAIL" if verdict.faults else "PASS"
        print(f"{verdict.threat.id:7} {verdict.threat.threat:{width}}  {word}  {verdict.tests:4} tests")  # noqa: T201 - the command's answer
        for fault in verdict.faults:
            print(f"        {fault}")  # noqa: T201 - the command's answer


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
