"""Revocations as statements of the kill switch, exactly or more densely."""

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

    Cutoffs within the same `window_s` (seconds) share one statement with the latest of their instants; None: all do.
    `by_key` names users by a digest, which has the same length for each.
    """

    window_s: int | None
    by_key: bool


# From the most exact to the densest. Larger windows contain the smaller ones, so a denser wording never ends less.
WORDINGS: Final = tuple(Wording(window_s, by_key) for window_s in (1, 60, 300, 900, None) for by_key in (False, True))

# People's revocations of their own sessions move another user's own cutoff by at most this.
_LONGEST_OWN_S: Final = 900


def denials(entries: Iterable[Revocation], wording: Wording) -> Sequence[Statement]:
    """Give the statements that deny the entries."""
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
    """Give the instant up to which each name's sessions end in this wording.

    People's revocations of their own sessions share instants only with each other: they never move a cutoff that was
    made with the permission to revoke.
    """
    latest: dict[str, Revocation] = {}
    for each in entries:
        if each.target is target:
            latest[each.name] = max(each, latest.get(each.name, each), key=_cutoff)
    windows: dict[tuple[bool, int], datetime] = {}
    for each in latest.values():
        window = _window(each, wording)
        windows[window] = max(each.issued_until, windows.get(window, each.issued_until))
    return {name: windows[_window(each, wording)] for name, each in latest.items()}


def _cutoff(revocation: Revocation) -> tuple[datetime, bool]:
    return revocation.issued_until, not revocation.is_own


def _window(revocation: Revocation, wording: Wording) -> tuple[bool, int]:
    longest_s = _LONGEST_OWN_S if revocation.is_own else None
    window_s = longest_s if wording.window_s is None else wording.window_s
    window = 0 if window_s is None else int(revocation.issued_until.timestamp()) // window_s
    return revocation.is_own, window


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
