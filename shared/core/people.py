"""Who may be the same person. One notion serves approvals, reviews, break-glass history and budgets, and lockouts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from shared.core.identity import Principal


def person_key(name: str) -> str:
    """Give what all spellings of a name share.

    Case, a namespace (`federated/`), a mail address's domain and a `+tag` before it make no difference. It errs towards
    one person: two people whose names share a key are held to each other's. A role is no person and keeps its whole
    name, where only case makes no difference, as in IAM. A person's key holds no `/`, so it is never a role's.
    """
    *namespaces, bare = name.casefold().split("/")
    if namespaces[-1:] == ["role"]:
        return f"role/{bare}"
    local = bare.partition("@")[0] or bare
    return local.partition("+")[0] or local


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who acts. `user` is the name policies match.

    `session_name` is what a role session calls itself. Its holder picks it, so it never lets anyone do anything; it is
    only ever held against them, as a sign of who they may be. `account` is where they signed from, as AWS verified it;
    empty where it is not known, and then no rule that names accounts is met. It never makes two people of one.
    """

    user: str
    session_name: str = ""
    account: str = ""

    @property
    def key(self) -> str:
        """What is theirs, whoever they may be besides."""
        return person_key(self.user)

    @property
    def keys(self) -> frozenset[str]:
        """Whoever they may be: what is decided over any of these is held against them."""
        return frozenset(person_key(name) for name in (self.user, self.session_name) if name)


def person_of(principal: Principal) -> Person:
    """Give the person behind a caller."""
    return Person(principal.user, principal.session_name, principal.account)


def is_from(accounts: Collection[str] | None, person: Person) -> bool:
    """Whether somebody signed from one of the accounts a rule names; a rule that names none takes every account."""
    return accounts is None or person.account in accounts


def same_person(one: Person, other: Person) -> bool:
    """Whether two callers may be one person under any of their names."""
    return not one.keys.isdisjoint(other.keys)


def distinct(people: Iterable[Person]) -> list[Person]:
    """Count nobody twice: the first of each, in order."""
    found: list[Person] = []
    for person in people:
        if not any(same_person(person, known) for known in found):
            found.append(person)
    return found
