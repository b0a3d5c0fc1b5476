"""Who may be the same person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.identity import IdentityRules, Principal, identify
from shared.core.people import Person, distinct, person_key, person_of, same_person

NAMES = st.sampled_from(["", "alice", "Alice", "federated/alice", "alice@corp.example", "alice@other.example", "bob"])
PEOPLE = st.builds(Person, NAMES.filter(bool), NAMES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Person("alice"), Person("alice")),
        (Person("alice"), Person("Alice")),
        (Person("alice", account="111122223333"), Person("alice", account="444455556666")),
        (Person("alice"), Person("federated/alice")),
        (Person("alice"), Person("Federated/ALICE")),
        (Person("alice"), Person("alice@corp.example")),
        (Person("alice@corp.example"), Person("ALICE@Corp.Example")),
        (Person("federated/alice@corp.example"), Person("alice")),
        (Person("role/Admin", "alice"), Person("alice")),
        (Person("role/Admin", "alice@corp.example"), Person("role/Deploy", "Alice")),
        (Person("role/Admin"), Person("role/Admin", "alice")),
        (Person("straße"), Person("STRASSE")),
        (Person("lena@sec.example"), Person("lena@corp.example")),
        (Person("lena+admin@corp.example"), Person("lena@corp.example")),
        (Person("Lena+Admin"), Person("lena")),
        (Person("federated/lena+x"), Person("LENA@sec.example")),
        (Person("some-issuer/lena"), Person("lena")),
        (Person("111122223333/federated/lena"), Person("lena")),
        (Person("role/Admin"), Person("role/admin")),
        (Person("111122223333/role/Admin"), Person("role/Admin")),
        (Person("corp/Lena@corp.example"), Person("444455556666/lena")),
        (Person("github/repo:acme/app"), Person("GitHub/Repo:Acme/App")),
        (Person("role/Admin", "lena+x@sec.example"), Person("Lena")),
    ],
)
def test_one_person_in_two_spellings(one: Person, other: Person) -> None:
    assert same_person(one, other)
    assert distinct([one, other]) == [one]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Person("alice"), Person("bob")),
        (Person("alice"), Person("alice2")),
        (Person("alice.doe@corp.example"), Person("alice@corp.example")),
        (Person("role/alice"), Person("alice")),
        (Person("github/role/alice"), Person("role/alice")),
        (Person("github/repo:acme/alice"), Person("alice")),
        (Person("github/repo:acme/app:ref:refs/heads/main"), Person("github/repo:acme/web:ref:refs/heads/main")),
        (Person("role/app@v1"), Person("role/app@v2")),
        (Person("role/app+blue"), Person("role/app+green")),
        (Person("@corp.example"), Person("@other.example")),
        (Person("+one@corp.example"), Person("+two@corp.example")),
        (Person("role/Admin", ""), Person("role/Deploy", "")),
        (Person("role/Admin", "alice"), Person("role/Deploy", "bob")),
        (Person("corp.example"), Person("alice@corp.example")),
    ],
)
def test_two_people(one: Person, other: Person) -> None:
    assert not same_person(one, other)
    assert distinct([one, other]) == [one, other]


@given(PEOPLE, PEOPLE)
def test_everyone_is_themselves_and_sameness_goes_both_ways(one: Person, other: Person) -> None:
    assert same_person(one, one)
    assert same_person(one, other) == same_person(other, one)


@given(st.lists(PEOPLE))
def test_distinct_keeps_every_person_once(people: list[Person]) -> None:
    counted = distinct(people)
    assert all(any(same_person(person, one) for one in counted) for person in people)
    assert not any(same_person(a, b) for index, a in enumerate(counted) for b in counted[:index])


@given(st.from_regex(r"[A-Za-z0-9_+=,.@/-]{1,64}", fullmatch=True))
def test_a_key_is_never_empty_and_is_its_own_key(name: str) -> None:
    key = person_key(name)
    assert person_key(key) == key
    if not name.endswith("/"):
        assert key


def test_what_is_theirs_never_hangs_on_the_name_a_session_gives_itself() -> None:
    person = Person("role/Admin", "Alice@corp.example")
    assert person.key == "role/admin"
    assert person.keys == {"role/admin", "alice"}


def test_the_person_behind_a_caller_has_both_their_names() -> None:
    arn = "arn:aws:sts::111122223333:assumed-role/Deploy/alice"
    principal = identify(arn, "111122223333", IdentityRules(frozenset({"111122223333"})))
    assert isinstance(principal, Principal)
    assert person_of(principal) == Person("role/Deploy", "alice", "111122223333")
