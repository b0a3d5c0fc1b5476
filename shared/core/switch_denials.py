"""How revocations are worded as statements of the kill switch, exactly or more densely."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from shared.core.revocation import Revocation, Target
from shared.core.stamp import TagKey, tag_value, user_key
from shared.core.switch_guards import Statement


@dataclass(frozen=True, slots=True)
class Wording:
    """How densely cutoffs are written.

    Those in the same `window_s` (seconds) share one statement at the latest instant of them; None: all do. `by_key`
    names users by a digest, as long for each.
    """

    window_s: int | None
    by_key: bool


# From the most exact to the densest. Windows lie within each other, so a denser wording never ends less.
WORDINGS: Final = tuple(Wording(window_s, by_key) for window_s in (1, 60, 300, 900, None) for by_key in (False, True))


def denials(entries: Iterable[Revocation], wording: Wording) -> Sequence[Statement]:
    """Write what denies the entries."""
    live = list(entries)
    sessions = sorted({each.name for each in live if each.target is Target.SESSION})
    statements = [_deny({"StringEquals": {f"aws:PrincipalTag/{TagKey.SESSION}": sessions}})] if sessions else []
    for target in (Target.USER, Target.PROFILE):
        for instant, names in _statements_of(cutoffs(live, target, wording)):
            statements.append(_deny(_issued_until(instant) | {"StringEquals": _tagged(target, names, wording)}))
    if ends := [each.issued_until for each in live if each.target is Target.ALL]:
        statements.append(_deny(_issued_until(max(ends))))
    return statements


def cutoffs(entries: Iterable[Revocation], target: Target, wording: Wording) -> Mapping[str, datetime]:
    """Give the instant up to which each name's sessions end, as this wording has it."""
    latest: dict[str, datetime] = {}
    for each in entries:
        if each.target is target:
            latest[each.name] = max(each.issued_until, latest.get(each.name, each.issued_until))
    windows: dict[int, datetime] = {}
    for instant in latest.values():
        window = _window(instant, wording)
        windows[window] = max(instant, windows.get(window, instant))
    return {name: windows[_window(instant, wording)] for name, instant in latest.items()}


def _window(instant: datetime, wording: Wording) -> int:
    return 0 if wording.window_s is None else int(instant.timestamp()) // wording.window_s


def _statements_of(names: Mapping[str, datetime]) -> Iterator[tuple[datetime, list[str]]]:
    for instant in sorted(set(names.values())):
        yield instant, [name for name in names if names[name] == instant]


def _tagged(target: Target, names: Iterable[str], wording: Wording) -> dict[str, list[str]]:
    if target is Target.PROFILE:
        return {f"aws:PrincipalTag/{TagKey.PROFILE}": sorted(names)}
    if wording.by_key:
        return {f"aws:PrincipalTag/{TagKey.USER_KEY}": sorted(map(user_key, names))}
    return {f"aws:PrincipalTag/{TagKey.USER}": sorted(map(tag_value, names))}


def _deny(condition: dict[str, object]) -> Statement:
    return {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}


def _issued_until(instant: datetime) -> dict[str, object]:
    text = instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"DateLessThanEquals": {"aws:TokenIssueTime": text}}
