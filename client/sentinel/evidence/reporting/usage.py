"""Who had what and how often, what no one used, what was refused, and access that could be given by approval."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sentinel.evidence.bounded import Kept
from sentinel.evidence.reporting.lines import Line
from sentinel.evidence.reporting.tables import Row, Table, written
from shared.core.access.schema import AccessPolicy
from shared.core.people import person_key
from shared.core.profile import Profile
from shared.core.stamp import Via

_MOST_USES: Final = 100_000
_MOST_REFUSALS: Final = 20_000
_MOST_RULES: Final = 10_000
_DAY: Final = timedelta(days=1)
# Besides requests for credentials. Older lines name the rule of a request in its steps, too, and of an event the rule
# of the break-glass policy.
_DECIDED_BY_A_RULE: Final = "file_request"
# Access on so few days of thirty is worth a question: an approval each time would disturb no one.
_RARE_DAYS_OF_30: Final = 2


@dataclass(slots=True)
class Use:
    """How often something happened, on which days of the period (a bit for each), and when first and last."""

    count: int = 0
    days: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, at: datetime, day: int) -> None:
        self.count += 1
        self.days |= 1 << day
        self.first = at if self.first is None else min(self.first, at)
        self.last = at if self.last is None else max(self.last, at)


# The user, the profile, the rule and via what; then user, profile, code and rule of a refusal.
_Granted = tuple[str, str, str | None, str]
_Refused = tuple[str | None, str | None, str, str | None]


class Usage:
    """Counts requests for credentials, and which rules decided anything."""

    def __init__(self, begin: datetime, end: datetime) -> None:
        self._begin = begin.replace(hour=0, minute=0, second=0, microsecond=0)
        self._days = -((self._begin - end) // _DAY)
        self._granted: Kept[_Granted, Use] = Kept(Use, _MOST_USES)
        self._refused: Kept[_Refused, Use] = Kept(Use, _MOST_REFUSALS)
        self._decided: Kept[str, Use] = Kept(Use, _MOST_RULES)
        # The first day of which there is a line: of those before it nothing is known.
        self._first_day = self._days
        self._by_day = [dict.fromkeys(Via, 0) for _ in range(self._days)]

    def add(self, line: Line) -> None:
        day, rule = (line.at - self._begin) // _DAY, line.text("rule")
        self._first_day = min(self._first_day, day)
        is_decision = line.is_vend or line.operation == _DECIDED_BY_A_RULE
        if is_decision and rule is not None and (decided := self._decided.find(rule)) is not None:
            decided.add(line.at, day)
        user, profile, via = line.text("user"), line.text("profile"), line.text("via")
        outcome, code = line.text("outcome"), line.text("code")
        if line.is_vend and outcome == "issued" and user and profile and via in set(Via):
            self._by_day[day][Via(via)] += 1
            if (use := self._granted.find((user, profile, rule, via))) is not None:
                use.add(line.at, day)
        elif outcome in ("refused", "failed") and code and (refused := self._refused.find((user, profile, code, rule))):
            refused.add(line.at, day)

    def access(self) -> Table:
        """Say who had what, by which rule, and how often; the most frequent first."""
        columns = ("user", "profile", "rule", "via", "sessions", "days", "first", "last")
        uses = sorted(self._granted.items(), key=lambda each: (-each[1].count, *map(str, each[0])))
        rows = [(*key, use.count, use.days.bit_count(), written(use.first), written(use.last)) for key, use in uses]
        return Table("access", columns, rows, self._granted.left_out)

    def days(self) -> Table:
        """Say how many sessions were issued on each day, by what they are based on."""
        days = [f"{self._begin + number * _DAY:%Y-%m-%d}" for number in range(self._days)]
        rows: list[Row] = [(day, *(counts[via] for via in Via)) for day, counts in zip(days, self._by_day, strict=True)]
        return Table("days", ("day", *(via.value for via in Via)), rows)

    def profiles(self, catalogue: Collection[str]) -> Table:
        """List every profile that was used or is in the catalogue: by how many users, how often, and when last."""
        columns = ("profile", "users", "sessions", *(via.value for via in Via), "last")
        uses: dict[str, list[tuple[_Granted, Use]]] = {name: [] for name in catalogue}
        for key, use in self._granted.items():
            uses.setdefault(key[1], []).append((key, use))
        return Table("profiles", columns, [_profile_row(name, uses[name]) for name in sorted(uses)])

    def rules(self, policy: AccessPolicy | None) -> Table:
        """List every rule that decided something or is in the policy: what it decided, and what was issued by it."""
        effects = {} if policy is None else {rule.name: rule.effect for rule in policy.rules if not rule.shadow}
        decided = {name: use.count for name, use in self._decided.items()}
        issued: dict[str | None, int] = {}
        for key, use in self._granted.items():
            issued[key[2]] = issued.get(key[2], 0) + use.count
        gone = "not known" if policy is None else "no longer there"
        rows = [
            (name, effects.get(name, gone), decided.get(name, 0), issued.get(name, 0))
            for name in [*effects, *sorted(decided.keys() - effects.keys())]
        ]
        return Table("rules", ("rule", "effect", "decided", "sessions"), rows, self._decided.left_out)

    def unused(self, policy: AccessPolicy | None, catalogue: Mapping[str, Profile]) -> Table:
        """List the rules that decided nothing, and the profiles of which no session was issued."""
        used = {key[1] for key, _ in self._granted.items()}
        decided = {name for name, _ in self._decided.items()}
        rules = () if policy is None else policy.rules
        rows: list[Row] = [
            ("rule", rule.name, rule.effect) for rule in rules if not rule.shadow and rule.name not in decided
        ]
        rows += [
            ("profile", name, "enabled" if profile.enabled else "disabled")
            for name, profile in sorted(catalogue.items())
            if name not in used
        ]
        return Table("unused", ("kind", "name", "what"), rows)

    def standing(self) -> Table:
        """List access that people have without an approval and used on few days; the rarest first."""
        columns = ("user", "profile", "rule", "days", "sessions", "first", "last")
        return Table("standing", columns, sorted(self._rare(), key=lambda row: (row[3], *map(str, row))))

    def _rare(self) -> Iterator[Row]:
        """Count the days of a person with a profile together: by any rule, and by any spelling of the name."""
        direct = [(key, use) for key, use in self._granted.items() if key[3] == Via.DIRECT]
        days: defaultdict[tuple[str, str], int] = defaultdict(int)
        for (user, profile, _, _), use in direct:
            days[person_key(user), profile] |= use.days
        known_days = self._days - self._first_day
        for (user, profile, rule, _), use in direct:
            person = person_key(user)
            is_rare = days[person, profile].bit_count() * 30 <= _RARE_DAYS_OF_30 * known_days
            # A role and a workload cannot ask for an approval; only their keys have a slash.
            if is_rare and "/" not in person:
                yield user, profile, rule, use.days.bit_count(), use.count, written(use.first), written(use.last)

    def refusals(self) -> Table:
        """List what was refused or failed, the most frequent first."""
        columns = ("user", "profile", "code", "rule", "count", "last")
        uses = sorted(self._refused.items(), key=lambda each: (-each[1].count, *map(str, each[0])))
        rows = [(*key, use.count, written(use.last)) for key, use in uses]
        return Table("refusals", columns, rows, self._refused.left_out)


def _profile_row(name: str, uses: Sequence[tuple[_Granted, Use]]) -> Row:
    by_via = [sum(use.count for key, use in uses if key[3] == via.value) for via in Via]
    last = max((use.last for _, use in uses if use.last), default=None)
    return (name, len({key[0] for key, _ in uses}), sum(by_via), *by_via, written(last))
