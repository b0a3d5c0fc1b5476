"""The sum of a replay: changes by what, whose and by which rule, and all that is not a change, counted by reason.

It takes the memory of its groups, of which there is a limit, and not of the lines.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sentinel.evidence.bounded import Kept
from sentinel.evidence.replaying.judging import Inexact, Judged, NotDecided
from sentinel.evidence.replaying.outcomes import Change, compare, words_after

_MOST_GROUPS: Final = 20_000
_MOST_DAYS: Final = 4_000
_MOST_EXAMPLES: Final = 100
_IDS_KEPT: Final = 3
_DAY: Final = len("2026-01-01")
_ORDER: Final = {Change.LESS: 0, Change.MORE: 1, Change.OTHER: 2}


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
        if judged.request_id and len(self.request_ids) < _IDS_KEPT:
            self.request_ids.append(judged.request_id)


@dataclass(slots=True)
class Doubt:
    """Lines that cannot be replayed exactly, for one reason; of `unsaid` not even an estimate is possible."""

    count: int = 0
    unsaid: int = 0
    examples: list[Judged] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        """Count one more; the first are kept."""
        self.count += 1
        self.unsaid += judged.after is None
        if len(self.examples) < _MOST_EXAMPLES:
            self.examples.append(judged)


@dataclass(slots=True)
class Tally:
    """All counts of a replay.

    Of `lines`, some are `duplicates`, some are `without` a decision of an access policy, some were `not_decided` by it,
    `exact` ones could be replayed exactly, and the rest are `doubts` by reason. `moved` are requests with the same
    outcome by another rule. `not_remembered` lines may be duplicates of each other.
    """

    lines: int = 0
    duplicates: int = 0
    not_remembered: int = 0
    without: int = 0
    exact: int = 0
    changed: Counter[Change] = field(default_factory=Counter)
    estimated: Counter[Change] = field(default_factory=Counter)
    groups: Kept[Group, Requests] = field(default_factory=lambda: Kept(Requests, _MOST_GROUPS))
    days: Kept[str, Counter[Change]] = field(default_factory=lambda: Kept(Counter, _MOST_DAYS))
    moved: Kept[tuple[str, str], Requests] = field(default_factory=lambda: Kept(Requests, _MOST_GROUPS))
    not_decided: Counter[str] = field(default_factory=Counter)
    doubts: dict[Inexact, Doubt] = field(default_factory=dict)

    def add(self, judged: Judged | NotDecided | None) -> None:
        """Count a line that was judged."""
        match judged:
            case None:
                self.without += 1
            case NotDecided(reason):
                self.not_decided[reason] += 1
            case Judged(inexact=None):
                self.exact += 1
                self._add(judged, self.changed)
            case Judged(inexact=Inexact() as reason):
                self.doubts.setdefault(reason, Doubt()).add(judged)
                self._add(judged, self.estimated)

    def _add(self, judged: Judged, changes: Counter[Change]) -> None:
        before, after = judged.before, judged.after
        if before is None or after is None:
            return
        change = compare(before, after)
        rules = judged.rule_before, judged.rule_after
        if change is None:
            same = None if judged.rule_before in judged.rules_after else self.moved.find(rules)
        else:
            changes[change] += 1
            if (day := self.days.find(judged.at[:_DAY])) is not None:
                day[change] += 1
            words = before.words, words_after(before, after)
            same = self.groups.find(Group(change, *words, *rules, judged.profile, judged.user, judged.inexact is None))
        if same is not None:
            same.add(judged)

    @property
    def doubtful(self) -> int:
        """How many lines could not be replayed exactly."""
        return sum(doubt.count for doubt in self.doubts.values())

    def ranked(self) -> list[tuple[Group, Requests]]:
        """Give the groups, what takes access away first, then the most frequent."""
        return sorted(self.groups.items(), key=lambda each: (_ORDER[each[0].change], -each[1].count, each[0]))

    def by(self, name: str) -> list[tuple[str, Counter[Change]]]:
        """Sum the changes of the groups by one of their fields, the most frequent first."""
        sums: dict[str, Counter[Change]] = {}
        for group, requests in self.groups.items():
            sums.setdefault(getattr(group, name), Counter())[group.change] += requests.count
        return sorted(sums.items(), key=lambda each: (-each[1].total(), each[0]))
