"""Which callers may be the same person, for approvals, reviews, break-glass history and budgets, and lockouts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from shared.core.identity import Principal


def person_key(name: str) -> str:
    """Give the key that all spellings of a name have in common.

    Case, a namespace (`federated/`), a mail address's domain and a `+tag` before it make no difference. The match is
    deliberately broad: two people whose names have the same key count as one. A role is not a person and keeps its
    whole name, in which only case makes no difference, as in IAM. A person's key has no `/`, so it is never a role's.
    """
    *namespaces, bare = name.casefold().split("/")
    if namespaces[-1:] == ["role"]:
        return f"role/{bare}"
    local = bare.partition("@")[0] or bare
    return local.partition("+")[0] or local


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who acts. `user` is the name policies match.

    `session_name` is the name of a role session. Its holder chooses it, so it never permits anything; it only counts
    against them, as a sign of who they may be. `account` is the account of the signature, as AWS verified it; empty
    where it is not known, and then no rule with accounts applies. Different accounts do not make different people.
    """

    user: str
    session_name: str = ""
    account: str = ""

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
    return Person(principal.user, principal.session_name, principal.account)


def is_from(accounts: Collection[str] | None, person: Person) -> bool:
    """Whether the person signed from one of a rule's accounts; a rule without accounts accepts every account."""
    return accounts is None or person.account in accounts


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
