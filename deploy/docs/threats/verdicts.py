"""From pytest's reports to one verdict per threat. A threat is covered when every test it names ran and passed."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from deploy.docs.threats.table import Threat


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
