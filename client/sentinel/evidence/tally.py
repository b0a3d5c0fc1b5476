"""The sum of a replay: changes by what, whose and by which rule, and all that is not a change, counted by reason.

It takes the memory of its groups, of which there is a limit, and not of the lines.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sentinel.evidence.outcomes import Change, compare, words_after
from sentinel.evidence.replay import Inexact, Judged, NotDecided

_MOST_GROUPS: Final = 20_000
_MOST_EXAMPLES: Final = 100
_REQUESTS_SHOWN: Final = 3


class Group(NamedTuple):
    """What requests have in common whose outcome would change. `before` and `after` are in words."""

    change: Change
    before: str
    after: str
    rule_before: str
    rule_after: str
    profile: str
    user: str
    is_exact: bool


@dataclass(slots=True)
class Requests:
    """How many requests there are in a group, when, and the ids of a few."""

    count: int = 0
    first_at: str = ""
    last_at: str = ""
    request_ids: list[str] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        """Count one more."""
        self.count += 1
        self.first_at = min(self.first_at or judged.at, judged.at)
        self.last_at = max(self.last_at, judged.at)
        if judged.request_id and len(self.request_ids) < _REQUESTS_SHOWN:
            self.request_ids.append(judged.request_id)


@dataclass(slots=True)
class Doubt:
    """Lines that cannot be replayed exactly, for one reason; of `unsaid` not even an estimate is possible."""

    count: int = 0
    unsaid: int = 0
    examples: list[Judged] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """All counts of a replay.

    `lines` were read; `outside` of the time, `duplicates`, and those `without` a decision of an access policy are among
    them. `exact` could be replayed exactly. `ungrouped` changes are in no group: there were too many.
    """

    lines: int = 0
    outside: int = 0
    duplicates: int = 0
    without: int = 0
    exact: int = 0
    changed: Counter[Change] = field(default_factory=Counter)
    estimated: Counter[Change] = field(default_factory=Counter)
    groups: dict[Group, Requests] = field(default_factory=dict)
    ungrouped: int = 0
    moved: Counter[tuple[str, str]] = field(default_factory=Counter)
    not_decided: Counter[str] = field(default_factory=Counter)
    doubts: dict[Inexact, Doubt] = field(default_factory=dict)

    def add(self, judged: Judged | NotDecided | None) -> None:
        """Count a line that was judged."""
        match judged:
            case None:
                self.without += 1
            case NotDecided(reason):
                self.not_decided[reason] += 1
            case Judged():
                self._add(judged)

    def _add(self, judged: Judged) -> None:
        if judged.inexact is None:
            self.exact += 1
        else:
            self._doubt(judged, judged.inexact)
        if judged.before is None or judged.after is None:
            return
        change = compare(judged.before, judged.after)
        if change is None:
            if judged.rule_before != judged.rule_after and (
                len(self.moved) < _MOST_GROUPS or (judged.rule_before, judged.rule_after) in self.moved
            ):
                self.moved[judged.rule_before, judged.rule_after] += 1
            return
        (self.changed if judged.inexact is None else self.estimated)[change] += 1
        group = Group(
            change,
            judged.before.words,
            words_after(judged.before, judged.after),
            judged.rule_before,
            judged.rule_after,
            judged.profile,
            judged.user,
            judged.inexact is None,
        )
        requests = self.groups.get(group)
        if requests is None:
            if len(self.groups) >= _MOST_GROUPS:
                self.ungrouped += 1
                return
            requests = self.groups[group] = Requests()
        requests.add(judged)

    def _doubt(self, judged: Judged, reason: Inexact) -> None:
        doubt = self.doubts.setdefault(reason, Doubt())
        doubt.count += 1
        doubt.unsaid += judged.after is None
        if len(doubt.examples) < _MOST_EXAMPLES:
            doubt.examples.append(judged)

    @property
    def is_certain(self) -> bool:
        """Whether every decision could be replayed exactly."""
        return not self.doubts

    def ranked(self) -> list[tuple[Group, Requests]]:
        """Give the groups, what takes access away first, then the most frequent."""
        order = {Change.LESS: 0, Change.MORE: 1, Change.OTHER: 2}
        return sorted(self.groups.items(), key=lambda each: (order[each[0].change], -each[1].count, each[0]))

    def by(self, *names: str) -> list[tuple[tuple[str, ...], Counter[Change]]]:
        """Sum the changes of the groups by some of their fields, the most frequent first."""
        sums: dict[tuple[str, ...], Counter[Change]] = {}
        for group, requests in self.groups.items():
            place = tuple(getattr(group, name) for name in names)
            sums.setdefault(place, Counter())[group.change] += requests.count
        return sorted(sums.items(), key=lambda each: (-each[1].total(), each[0]))
