"""The kill switch: a permissions boundary that allows everything but what was revoked.

A boundary only ever takes away, so writing this document gives nobody anything. It is a pure function of the live
revocations: the same ones give the same text, whatever order they came in.

Limits (IAM User Guide, "IAM and AWS STS quotas"): a managed policy has at most 6,144 characters, white space not
counted. The keys `aws:PrincipalTag` and `aws:TokenIssueTime` are in every request a vended session signs (IAM User
Guide, "AWS global condition context keys").
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from shared.core.revocation import Revocation, Target
from shared.core.session_policy import VERSION
from shared.core.stamp import TagKey, tag_value

MAX_LENGTH: Final = 6144
POLICY_NAME: Final = "SentinelRevocations"
# The role that may write the policy in an account other than the admin Lambda's.
ROLE_NAME: Final = POLICY_NAME

_Statement = dict[str, object]
_ALLOW_ALL: Final[_Statement] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


class Reach(StrEnum):
    """How far the document reaches beyond what was revoked, because it had to fit."""

    EXACT = "exact"
    USERS = "users"  # some users lose sessions nobody revoked
    EVERYONE = "everyone"  # every session issued up to the last revocation ends


@dataclass(frozen=True, slots=True)
class Boundary:
    """The document and what it does. `widened` are the users who lose every session issued up to an instant."""

    document: str
    reach: Reach
    widened: AbstractSet[str] = field(default_factory=frozenset)


def build_boundary(revocations: Iterable[Revocation], now: datetime) -> Boundary:
    """Build the boundary for the revocations that are live at `now` (UTC).

    What does not fit falls back from sessions to their whole users, those with the most sessions first, and from there
    to everyone. It then ends more than was asked for, never less, and says so.
    """
    live = [revocation for revocation in revocations if revocation.is_live(now)]
    users = _users_by_sessions(live)
    for count in range(len(users) + 1):
        widened = frozenset(users[:count])
        document = _render(_denials([_widen(revocation, widened) for revocation in live]))
        if len(document) <= MAX_LENGTH:
            return Boundary(document, Reach.USERS if widened else Reach.EXACT, widened)
    everyone = Revocation(Target.ALL, "", max(revocation.issued_until for revocation in live))
    return Boundary(_render(_denials([everyone])), Reach.EVERYONE)


def _users_by_sessions(live: Iterable[Revocation]) -> list[str]:
    counts = Counter(revocation.user for revocation in live if revocation.target is Target.SESSION)
    return sorted(counts, key=lambda user: (-counts[user], user))


def _widen(revocation: Revocation, users: AbstractSet[str]) -> Revocation:
    if revocation.target is Target.SESSION and revocation.user in users:
        return Revocation(Target.USER, revocation.user, revocation.issued_until)
    return revocation


def _denials(live: Sequence[Revocation]) -> list[_Statement]:
    sessions = sorted({each.name for each in live if each.target is Target.SESSION})
    by_tag = {Target.USER: TagKey.USER, Target.PROFILE: TagKey.PROFILE}
    statements = [_deny({"StringEquals": {f"aws:PrincipalTag/{TagKey.SESSION}": sessions}})] if sessions else []
    for target, key in by_tag.items():
        for issued_until, names in _names_by_cutoff(live, target):
            statements.append(_deny(_issued_until(issued_until) | {"StringEquals": {f"aws:PrincipalTag/{key}": names}}))
    if cutoffs := [each.issued_until for each in live if each.target is Target.ALL]:
        statements.append(_deny(_issued_until(max(cutoffs))))
    return statements


def _names_by_cutoff(live: Iterable[Revocation], target: Target) -> list[tuple[datetime, list[str]]]:
    """Gather the names whose sessions end at one instant, so that they share a statement; the latest counts."""
    latest: dict[str, datetime] = {}
    for each in live:
        if each.target is target:
            latest[each.name] = max(each.issued_until, latest.get(each.name, each.issued_until))
    cutoffs = sorted(set(latest.values()))
    return [(cutoff, sorted(tag_value(name) for name in latest if latest[name] == cutoff)) for cutoff in cutoffs]


def _deny(condition: dict[str, object]) -> _Statement:
    return {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}


def _issued_until(instant: datetime) -> dict[str, object]:
    text = instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"DateLessThanEquals": {"aws:TokenIssueTime": text}}


def _render(denials: Sequence[_Statement]) -> str:
    return json.dumps({"Version": VERSION, "Statement": [_ALLOW_ALL, *denials]}, separators=(",", ":"))
