"""Lints: what is valid in a document and yet most likely not meant."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Lint:
    """A finding: `place` in the document, `rule` the lint's own name, `message` what happens and what to write."""

    place: str
    rule: str
    message: str


class _Named(Protocol):
    @property
    def name(self) -> str: ...


def unreachable(rules: Sequence[_Named], globs: Sequence[Sequence[Iterable[str]]]) -> Iterator[Lint]:
    """Find rules that an earlier one leaves nothing for; `globs` are each rule's lists, all of which must match."""
    for later, wanted in enumerate(globs):
        for earlier, taken in enumerate(globs[:later]):
            if all(_takes_all(one, other) for one, other in zip(taken, wanted, strict=True)):
                yield Lint(
                    f"rules[{later}]",
                    "unreachable",
                    f"never reached: rule {rules[earlier].name!r} before it names everything this one does",
                )
                break


def _takes_all(earlier: Iterable[str], later: Iterable[str]) -> bool:
    """Whether every glob of the later list is in the earlier one. A glob that covers another unseen is let pass."""
    return set(later) <= set(earlier)
