"""The document of an issuer."""

from datetime import timedelta
from typing import Any

import pytest

from shared.core.issuer import Issuer, IssuerKind, is_issuer_name
from shared.documents import DocumentError, load_document
from shared.documents.load import folder_model
from tests.tokens import GITHUB

WORKLOAD = f"version: '1'\nissuer: {GITHUB}\naudiences: [sentinel]\nkind: workload\n"
PEOPLE = "version: '1'\nissuer: https://login.corp.example/\naudiences: [sentinel]\nkind: people\n"


def problems(text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        load_document(text, Issuer)
    return [str(problem) for problem in caught.value.problems]


def test_an_issuer_of_workloads_is_read() -> None:
    issuer = load_document(
        WORKLOAD + "required_claims: {repository: [acme/*]}\nmax_token_age: 15m\nuser_claim: repository\n", Issuer
    )
    assert issuer.kind is IssuerKind.WORKLOAD
    assert issuer.required_claims == {"repository": ("acme/*",)}
    assert issuer.max_token_age == timedelta(minutes=15)
    assert (issuer.user_claim, issuer.namespace, issuer.groups_claim) == ("repository", None, None)


def test_an_issuer_of_people_needs_no_more_than_itself() -> None:
    issuer = load_document(PEOPLE + 'namespace: ""\ngroups_claim: groups\n', Issuer)
    assert (issuer.kind, issuer.namespace, issuer.user_claim) == (IssuerKind.PEOPLE, "", "sub")


@pytest.mark.parametrize(
    "claims",
    [
        "",
        "required_claims: {sub: ['**']}",
        "required_claims: {sub: ['*', 'a']}",
        "required_claims: {repository: ['*/*']}",
        "required_claims: {aud: [sentinel]}",
    ],
)
def test_a_workload_issuer_that_anyone_can_meet_is_refused(claims: str) -> None:
    [problem] = problems(WORKLOAD + claims)
    assert "required_claims that narrow it, such as repository_owner_id" in problem


@pytest.mark.parametrize(
    ("change", "place", "words"),
    [
        ("issuer: http://a.example", "issuer", "an https URL"),
        ("issuer: https://a.example?x=1", "issuer", "an https URL"),
        ("issuer: https://u@a.example", "issuer", "an https URL"),
        ("issuer: https://", "issuer", "an https URL"),
        ("issuer: https://exämple.example", "issuer", "an https URL"),
        ("audiences: []", "audiences", "an empty list matches nothing"),
        ("audiences: sentinel", "audiences", "must be a list"),
        ("kind: person", "kind", "must be one of people, workload"),
        ("namespace: corp", "namespace", "leave it out, and the user is <issuer>/<claim>"),
        ("user_claim: ''", "user_claim", "not allowed here"),
        ("required_claims: {}", "required_claims", ""),
        ("required_claims: {hd: corp.example}", "required_claims.hd", "must be a list, even of one"),
        ("required_claims: {hd: []}", "required_claims.hd", "an empty list matches nothing"),
        ("required_claims: {hd: ['c\u043erp']}", "required_claims.hd[0]", "printable ASCII"),
        ("max_token_age: 5", "max_token_age", "at least 1m"),
        ("max_token_age: long", "max_token_age", ""),
        ("audience: [a]", "audience", 'did you mean "audiences"?'),
    ],
)
def test_what_is_wrong_is_said_at_its_place(change: str, place: str, words: str) -> None:
    key = change.partition(":")[0]
    lines = [line for line in PEOPLE.splitlines() if not line.startswith(f"{key}:")]
    found = problems("\n".join([*lines, change]))
    assert any(problem.startswith(f"{place}: ") and words in problem for problem in found), found


def test_only_people_can_be_named_without_their_issuer() -> None:
    [problem] = problems(WORKLOAD + 'required_claims: {a: [b]}\nnamespace: ""\n')
    assert "is for people: leave it out" in problem


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("github", True),
        ("corp-2", True),
        ("a" * 32, True),
        ("a" * 33, False),
        ("", False),
        ("GitHub", False),
        ("2corp", False),
        ("co_rp", False),
        ("c\u043erp", False),
        ("corp\n", False),
        ("role", False),
        ("federated", False),
        ("users", False),
        ("210987654321", False),
    ],
)
def test_an_issuers_name_has_no_other_meaning(name: str, *, holds: bool) -> None:
    assert is_issuer_name(name) is holds


def test_a_document_is_an_issuers_by_its_folder() -> None:
    models: list[Any] = [folder_model(name) for name in ("issuers/github", "profiles/issuers")]
    assert [model.__name__ for model in models] == ["Issuer", "Profile"]
