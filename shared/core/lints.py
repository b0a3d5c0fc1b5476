"""Lints: what is valid in a document and yet most likely not meant."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar


@dataclass(frozen=True, slots=True)
class Lint:
    """A finding: `place` in the document, `rule` the lint's own name, `message` what happens and what to write."""

    place: str
    rule: str
    message: str


class _Named(Protocol):
    @property
    def name(self) -> str: ...


class _OfAccounts(_Named, Protocol):
    @property
    def accounts(self) -> Sequence[str] | None: ...


Rule = TypeVar("Rule", bound=_OfAccounts)


def of_every_account(rules: Sequence[Rule]) -> list[tuple[int, Rule]]:
    """Find the rules, with their positions, that give power to callers of every trusted account."""
    return [(index, rule) for index, rule in enumerate(rules) if rule.accounts is None]


def forgotten_accounts(rules: Sequence[_OfAccounts]) -> Iterator[Lint]:
    """Find the rules that name no accounts in a document where others do."""
    found = of_every_account(rules)
    if len(found) < len(rules):
        message = "other rules name accounts, and this one takes callers of every trusted account: name those it is for"
        yield from (Lint(f"rules[{index}]", "every-account", message) for index, _ in found)


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
