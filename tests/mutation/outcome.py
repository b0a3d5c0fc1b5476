"""What came of changing the decisions: of each module, and whether it is enough."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

LEAST_PERCENT: Final = 90.0


@dataclass(frozen=True, slots=True)
class Change:
    """What a mutant changes, in words that stay true while lines move: its function, and the lines of both."""

    function: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Module:
    """The mutants of one module; `unknown` are those that were not tried, or came to nothing."""

    name: str
    killed: int
    survivors: Sequence[str]
    unknown: int

    @property
    def tried(self) -> int:
        return self.killed + len(self.survivors)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of the mutants that were tried, and which survivors are not explained."""

    modules: Sequence[Module]
    unexplained: Sequence[Change]

    @property
    def killed(self) -> int:
        return sum(module.killed for module in self.modules)

    @property
    def tried(self) -> int:
        return sum(module.tried for module in self.modules)

    @property
    def percent(self) -> float:
        """The share that a test noticed of all that were tried; explained survivors count as not noticed."""
        return 100 * self.killed / self.tried if self.tried else 0.0

    @property
    def passed(self) -> bool:
        return self.percent >= LEAST_PERCENT and not self.unexplained


def judge(modules: Sequence[Module], explained: Mapping[Change, str], describe: Callable[[str], Change]) -> Verdict:
    """Compare what has survived with what is explained."""
    survivors = [describe(name) for module in modules for name in module.survivors]
    return Verdict(modules, [change for change in survivors if change not in explained])
