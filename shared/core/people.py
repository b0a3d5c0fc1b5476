"""Who may be the same person: nobody approves what they asked for, however many names they have."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from shared.core.identity import Principal


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


def person_of(principal: Principal) -> Person:
    """Give the person behind a caller."""
    return Person(principal.user, principal.session_name, principal.account)


def is_from(accounts: Collection[str] | None, person: Person) -> bool:
    """Whether somebody signed from one of the accounts a rule names; a rule that names none takes every account."""
    return accounts is None or person.account in accounts


def same_person(one: Person, other: Person) -> bool:
    """Whether two callers may be one person, in any spelling: case, a namespace, a mail address without its domain.

    It errs towards yes. Two people who share such a name cannot approve for each other; somebody else can.
    """
    return any(_is_one_name(a, b) for a in _names(one) for b in _names(other))


def distinct(people: Iterable[Person]) -> list[Person]:
    """Count nobody twice: the first of each, in order."""
    found: list[Person] = []
    for person in people:
        if not any(same_person(person, known) for known in found):
            found.append(person)
    return found


def _names(person: Person) -> set[str]:
    return {name.casefold().removeprefix("federated/") for name in (person.user, person.session_name) if name}


def _is_one_name(one: str, other: str) -> bool:
    if "@" in one and "@" in other:
        return one == other
    return one.partition("@")[0] == other.partition("@")[0]
