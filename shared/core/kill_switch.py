"""The kill switch: a permissions boundary that allows protected roles everything and denies revoked sessions.

It is a pure function of the live revocations: the same set gives the same text, in any order.

A managed policy has at most 6,144 characters, without white space (IAM User Guide, "IAM and AWS STS quotas"). The keys
`aws:PrincipalTag` and `aws:TokenIssueTime` are in every request that a vended session signs (IAM User Guide, "AWS
global condition context keys").
"""

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from shared.core.revocation import Revocation, Target
from shared.core.session_policy import VERSION
from shared.core.switch_denials import WORDINGS, Wording, cutoffs, denials
from shared.core.switch_guards import POLICY_NAME, Guarded, without_owner

__all__ = ["MAX_LENGTH", "POLICY_NAME", "Boundary", "Reach", "build_boundary", "first_document"]

MAX_LENGTH: Final = 6144
_EXACT: Final = WORDINGS[0]
# Which of the two is shorter depends on the names.
_DENSEST: Final = WORDINGS[-2:]


class Reach(StrEnum):
    """How much more than what was revoked the document denies, in order to fit."""

    EXACT = "exact"
    LATER = "later"  # some revoked users also lose sessions issued to them minutes later
    USERS = "users"  # some users lose sessions that were not revoked
    EVERYONE = "everyone"  # every session issued up to the last revocation ends


@dataclass(frozen=True, slots=True)
class Boundary:
    """The document and its effects.

    `widened` names those who lose sessions that were not revoked: users, and profiles as `profile <name>`. `uncovered`
    are revocations of people's own sessions that did not fit. `room` is the space left, in percent, before all sessions
    of a user must end instead of single ones.
    """

    document: str
    reach: Reach
    widened: AbstractSet[str] = frozenset()
    uncovered: AbstractSet[Revocation] = frozenset()
    room: int = 100


@dataclass(frozen=True, slots=True)
class _Fit:
    """A wording that fits: for the `users`, all sessions end instead of single ones."""

    entries: Sequence[Revocation]
    wording: Wording
    users: AbstractSet[str]


def first_document(guarded: Guarded) -> str:
    """Give the document to create the policy with: it revokes nothing and belongs to no deployment yet."""
    document = {"Version": VERSION, "Statement": guarded.statements()}
    return json.dumps(without_owner(document), separators=(",", ":"))


def build_boundary(revocations: Iterable[Revocation], now: datetime, guarded: Guarded | None = None) -> Boundary:
    """Build the boundary for the revocations that are live at `now` (UTC).

    What does not fit is written more densely first: revocations within the same minutes share the latest instant. Then
    single sessions widen to all sessions of their users, users with the most sessions first, and finally to everyone.
    The result ends more than was revoked, never less, and says so. Revocations of people's own sessions widen at most
    to the same person; where they do not fit, the latest of them are `uncovered`.
    """
    page = _Page(guarded or Guarded())
    live = {revocation for revocation in revocations if revocation.is_live(now)}
    own = sorted((each for each in live if each.is_own), key=_age)
    binding = sorted(live - set(own), key=_age)
    everything = [*binding, *own]
    fit, kept, is_everyone = page.fit(everything, widening=own), len(own), False
    if fit is None:
        fit = page.fit(binding, widening=binding)
        is_everyone = fit is None
        base = [_everyone(binding)] if fit is None else fit.entries
        kept = _most(len(own), lambda count: page.fit([*base, *own[:count]], widening=own[:count]) is not None)
        users = frozenset() if fit is None else fit.users
        fit = page.fit([*base, *own[:kept]], widening=own[:kept])
        assert fit is not None, "one statement for everyone always fits"
        fit = replace(fit, users=fit.users | users)
    raised = fit.users | _raised(fit)
    return Boundary(
        page.write(fit.entries, fit.wording),
        Reach.EVERYONE if is_everyone else _reach(fit),
        raised,
        frozenset(each for each in own[kept:] if not _is_reached(each, fit)),
        page.room(everything),
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """The document around the denials, and the room for them."""

    guarded: Guarded

    def write(self, entries: Iterable[Revocation], wording: Wording) -> str:
        statements = [*self.guarded.statements(), *denials(entries, wording)]
        return json.dumps({"Version": VERSION, "Statement": statements}, separators=(",", ":"))

    def least(self, entries: Sequence[Revocation]) -> int:
        """Give the length of the densest wording."""
        return min(len(self.write(entries, wording)) for wording in _DENSEST)

    def fit(self, entries: Sequence[Revocation], widening: Iterable[Revocation]) -> _Fit | None:
        """Find the most exact wording that fits; it ends all sessions of as few users of `widening` as possible."""
        users = _by_sessions(widening)

        def tight(count: int) -> bool:
            return self.least(_widen(entries, frozenset(users[:count]))) <= MAX_LENGTH

        # Each further user makes the text shorter, except the first, which may add a statement.
        count = 0 if tight(0) else 1 + bisect_left(range(1, len(users) + 1), x=True, key=tight)
        if count > len(users):
            return None
        widened = frozenset(users[:count])
        found = _widen(entries, widened)
        wording = next(each for each in WORDINGS if len(self.write(found, each)) <= MAX_LENGTH)
        return _Fit(found, wording, widened)

    def room(self, entries: Sequence[Revocation]) -> int:
        """Give the space left, in percent, before single sessions must widen to their users."""
        return max(0, 100 * (MAX_LENGTH - self.least(entries)) // (MAX_LENGTH - self.least([])))


def _age(revocation: Revocation) -> tuple[datetime, str, str]:
    return revocation.reaches_until, revocation.target, revocation.name


def _by_sessions(entries: Iterable[Revocation]) -> list[str]:
    counts = Counter(each.user for each in entries if each.target is Target.SESSION)
    return sorted(counts, key=lambda user: (-counts[user], user))


def _widen(entries: Iterable[Revocation], users: AbstractSet[str]) -> list[Revocation]:
    return [
        replace(each, target=Target.USER, name=each.user, issued_until=each.reaches_until)
        if each.target is Target.SESSION and each.user in users
        else each
        for each in entries
    ]


def _everyone(entries: Iterable[Revocation]) -> Revocation:
    return Revocation(Target.ALL, "", max(each.reaches_until for each in entries))


def _most(limit: int, fits: Callable[[int], bool]) -> int:
    """Give the largest number up to the limit that fits; if one does not fit, neither does any larger one."""
    return bisect_left(range(1, limit + 1), x=True, key=lambda count: not fits(count))


def _raised(fit: _Fit) -> AbstractSet[str]:
    """Name those whose cutoff is later than their revocation because it shares a statement."""
    return frozenset(
        name if target is Target.USER else target.words(name)
        for target in (Target.USER, Target.PROFILE)
        for exact in [cutoffs(fit.entries, target, _EXACT)]
        for name, instant in cutoffs(fit.entries, target, fit.wording).items()
        if int(instant.timestamp()) > int(exact[name].timestamp())
    )


def _reach(fit: _Fit) -> Reach:
    if fit.users:
        return Reach.USERS
    return Reach.LATER if _raised(fit) else Reach.EXACT


def _is_reached(revocation: Revocation, fit: _Fit) -> bool:
    """Whether the written denials end it anyway, because they end all of its user's sessions or everyone's."""
    return any(
        (each.target is Target.ALL or (each.target is Target.USER and each.name in (revocation.user, revocation.name)))
        and each.issued_until >= revocation.reaches_until
        for each in fit.entries
    )
