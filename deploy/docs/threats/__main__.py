"""`make security`: tests/security and every test the threat table names, a line per threat; then removals of controls.

A removal takes a row's control away in a copy, and the row's own tests have to notice. `--removals` says which: a
number of them, chosen by what the project's files hold (3, by default), `all`, ids of rows (`VND-1,AUT-6`),
or `none`. With `--only-removals` the table's tests do not run first. Everything else goes to pytest.
"""

import argparse
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Final

import pytest

from deploy.docs.threats.removing import Trial, Word, attempt, copied, fingerprint
from deploy.docs.threats.table import PROJECT, Removal, Threat, load_removals, load_threats

_FOLDER: Final = "tests/security"
_QUIET: Final = ("-q", "--no-header", "--tb=short", "-r", "fE")
# As many trials at once as the tests have workers; most of a trial is pytest starting.
_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """`tests` counts what ran, each parameter for itself. `faults` say what was not shown; empty is a pass."""

    threat: Threat
    tests: int
    faults: tuple[str, ...]


class Outcomes:
    """A pytest plugin that remembers how each test ended; under xdist it belongs into the controller."""

    def __init__(self) -> None:
        self._phases: defaultdict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = "xfailed" if hasattr(report, "wasxfail") else report.outcome
        self._phases[whole(report.nodeid)][report.nodeid].append(f"{report.when} {outcome}")

    def judge(self, threats: Sequence[Threat]) -> Iterator[Verdict]:
        """Give the verdict on each threat."""
        for threat in threats:
            faults = tuple(fault for test in threat.tests for fault in self._faults(test))
            yield Verdict(threat, sum(len(self._phases.get(test, {})) for test in threat.tests), faults)

    def _faults(self, test: str) -> Iterator[str]:
        ran = self._phases.get(test, {})
        if not ran:
            yield f"{test} did not run"
        for nodeid, phases in ran.items():
            if wrong := [phase for phase in phases if not phase.endswith(" passed")]:
                yield f"{nodeid}: {', '.join(wrong)}"
            elif "call passed" not in phases:
                yield f"{nodeid} has no result"


def whole(nodeid: str) -> str:
    """Leave out a test's parameters."""
    return nodeid.partition("[")[0]


def main(arguments: Sequence[str]) -> int:
    """Run the tests and the removals; 0 where all passed, every threat is covered and every removal was noticed."""
    parser = argparse.ArgumentParser(prog="python -m deploy.docs.threats", description=__doc__, allow_abbrev=False)
    parser.add_argument(
        "--removals", default="3", help="a number, `all`, `none`, or ids of rows (default: %(default)s)"
    )
    parser.add_argument("--only-removals", action="store_true", help="do not run the table's tests first")
    given, rest = parser.parse_known_args(arguments)
    threats = load_threats()
    try:
        chosen = choose(given.removals, load_removals(), fingerprint)
    except LookupError as error:
        parser.error(str(error))
    code = 0 if given.only_removals else run_tests(threats, rest)
    # What fails as it is would notice anything.
    return code or try_removals(chosen, threats)


def run_tests(threats: Sequence[Threat], arguments: Sequence[str]) -> int:
    """Run the table's tests with pytest's `arguments`, and print a line per threat."""
    outcomes = Outcomes()
    code = pytest.main([*_QUIET, *arguments, f"--rootdir={PROJECT}", *selection(threats)], plugins=[outcomes])
    verdicts = list(outcomes.judge(threats))
    print_verdicts(verdicts)
    covered = sum(not verdict.faults for verdict in verdicts)
    _say(f"{covered} of {len(verdicts)} threats covered; pytest ended with {int(code)}")
    return int(code) or int(covered < len(verdicts))


def try_removals(removals: Sequence[Removal], threats: Sequence[Threat]) -> int:
    """Try removals, each against the tests of its row, and print a line for each."""
    tests = {threat.id: threat.tests for threat in threats}
    copies: SimpleQueue[Path] = SimpleQueue()

    def try_one(removal: Removal) -> Trial:
        copy = copies.get()
        try:
            return attempt(removal, tests[removal.id], copy)
        finally:
            copies.put(copy)

    noticed = 0
    with ExitStack() as stack:
        for _ in range(min(_AT_ONCE, len(removals))):
            copies.put(stack.enter_context(copied()))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for trial in pool.map(try_one, removals):
                noticed += trial.word is Word.NOTICED
                _say(f"{trial.removal.id:7} {trial.word:9} {trial.removal.what}\n{'':18}{trial.detail}")
    _say(f"{noticed} of {len(removals)} removals noticed by the tests of their rows")
    return int(noticed < len(removals))


def choose(wanted: str, removals: Sequence[Removal], seed: Callable[[], str]) -> Sequence[Removal]:
    """Choose removals as `--removals` says; `seed` gives the text that a sample depends on.

    Raises:
        LookupError: no row has such an id.

    """
    if wanted in ("all", "none"):
        return removals if wanted == "all" else ()
    if wanted.isdecimal():
        text = seed()
        _say(f"a sample of {wanted} removals, for the files {text}")
        return random.Random(text).sample(removals, min(int(wanted), len(removals)))  # noqa: S311 - chooses, guards nothing
    ids = wanted.split(",")
    if unknown := set(ids) - {removal.id for removal in removals}:
        raise LookupError(f"no removal is declared for {', '.join(sorted(unknown))}")
    return [removal for removal in removals if removal.id in ids]


def selection(threats: Sequence[Threat]) -> list[str]:
    """Name the folder, and the tests outside of it."""
    named = {test for threat in threats for test in threat.tests if not test.startswith(f"{_FOLDER}/")}
    return [_FOLDER, *sorted(named)]


def print_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Print each threat on a line, and below one that is not covered why."""
    width = max(len(verdict.threat.threat) for verdict in verdicts)
    for verdict in verdicts:
        word = "FAIL" if verdict.faults else "PASS"
        _say(f"{verdict.threat.id:7} {verdict.threat.threat:{width}}  {word}  {verdict.tests:4} tests")
        for fault in verdict.faults:
            _say(f"        {fault}")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the command's answer


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
