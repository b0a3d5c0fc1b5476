"""People: which callers may be the same person, what a person did, and near names for a mistyped one.

Approvals, reviews, break-glass history and budgets, and lockouts compare people by `same_person` or `Person.keys`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from shared.core.arn import is_account_id
from shared.core.globs import matches_any
from shared.core.groups import any_named
from shared.core.identity import Authentication, Principal

_NOT_A_PERSON: Final = frozenset("/:")


def person_key(name: str) -> str:
    """Give the key that all spellings of a name have in common.

    Case, an account, a namespace (`federated/`, a people issuer's), a mail address's domain and a `+tag` before it make
    no difference. The match is deliberately broad: two people whose names have the same key count as one. A role and a
    workload, whose name has `/` or `:` after its issuer, are no person and keep their whole name, in which only case
    makes no difference. A person's key has no `/`, so it is never theirs.
    """
    head, slash, rest = name.casefold().partition("/")
    if slash and is_account_id(head):
        return person_key(rest)
    if slash and (head == "role" or not _NOT_A_PERSON.isdisjoint(rest)):
        return f"{head}/{rest}"
    bare = rest if slash else head
    local = bare.partition("@")[0] or bare
    return local.partition("+")[0] or local


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who acts. `user` is the name policies match.

    `session_name` is the name of a role session. Its holder chooses it, so it never permits anything; it only counts
    against them, as a sign of who they may be. `account` is the account of the signature, as AWS verified it; empty
    where it is not known, or where they came with a token, and then no rule with accounts applies. Different accounts
    do not make different people. `groups` are those they are known to be in; without any, no rule applies by groups.
    `is_from_chat`: an account in the chat is all that proved who they are.
    """

    user: str
    session_name: str = ""
    account: str = ""
    groups: frozenset[str] = field(default=frozenset(), compare=False)
    is_from_chat: bool = field(default=False, compare=False)

    @property
    def key(self) -> str:
        """The key of the person's own user name."""
        return person_key(self.user)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of everyone they may be: lockouts and limits of any of these hold against them."""
        return frozenset(person_key(name) for name in (self.user, self.session_name) if name)


def person_of(principal: Principal) -> Person:
    """Give the person that a caller is."""
    is_from_chat = principal.authentication is Authentication.CHAT
    return Person(principal.user, principal.session_name, principal.account, principal.groups.names, is_from_chat)


def is_from(accounts: Collection[str] | None, person: Person) -> bool:
    """Whether the person signed from one of a rule's accounts; a rule without accounts accepts every account."""
    return accounts is None or person.account in accounts


def is_named(users: Iterable[str] | None, groups: Iterable[str] | None, person: Person) -> bool:
    """Whether a rule names the person: by one of its globs on users, or by a group that they are known to be in."""
    return (users is not None and matches_any(users, person.user)) or any_named(groups, person.groups)


def check_named(key: str, users: Iterable[str] | None, groups: Iterable[str] | None) -> None:
    """Check that a rule names someone.

    Raises:
        ValueError: it has neither users nor groups.

    """
    if users is None and groups is None:
        raise ValueError(f"write {key}, groups or both: a rule that names no one gives nothing")


def same_person(one: Person, other: Person) -> bool:
    """Whether two callers may be one person under any of their names."""
    return not one.keys.isdisjoint(other.keys)


def distinct(people: Iterable[Person]) -> list[Person]:
    """Leave out callers that may be a person listed before; the order is kept."""
    found: list[Person] = []
    for person in people:
        if not any(same_person(person, known) for known in found):
            found.append(person)
    return found


@dataclass(frozen=True, slots=True)
class Action:
    """Who did it, when (UTC), and their comment. `by` is None where it happened by time alone."""

    by: str | None
    at: datetime
    comment: str | None = None


_MOST: Final = 5
_FURTHEST: Final = 2


def near_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """List at most five known names: other spellings of the same person first, then those one or two typos away."""
    key = person_key(name)
    # Two changes would replace most of a short name.
    furthest = min(_FURTHEST, len(key) // 3)
    near = sorted((_distance(key, person_key(other)), other) for other in set(known) - {name})
    return tuple(other for distance, other in near if distance <= furthest)[:_MOST]


def _distance(one: str, other: str) -> int:
    """Count the edits between two texts: a character inserted, removed or replaced, or two neighbours swapped.

    Beyond the distance that counts as near, the count is not exact.
    """
    far = _FURTHEST + 1
    if abs(len(one) - len(other)) > _FURTHEST:
        return far
    above: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        two_above, above, row = above, row, [i]
        for j, b in enumerate(other, 1):
            changes = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                changes = min(changes, two_above[j - 2] + 1)
            row.append(changes)
        if min(row) > _FURTHEST:
            return far
    return row[-1]
