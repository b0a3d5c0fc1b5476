"""From the claims of a verified token to a caller, and every way in which that fails."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.core.caller_names import is_caller_name
from shared.core.groups import Groups
from shared.core.identity import (
    Authentication,
    CallerKind,
    IdentityRules,
    Principal,
    UnknownCaller,
    identify,
)
from shared.core.people import Person, person_of, same_person
from shared.core.token_identity import identify_token
from tests.tokens import GITHUB, NOW, NOW_S, corp, corp_claims, github, github_claims, token_claims

ACCOUNT = "123456789012"


def as_github(**claims: Any) -> Principal | UnknownCaller:
    return identify_token(token_claims("github", github_claims(**claims)), github(), NOW)


def as_corp(document: dict[str, Any] | None = None, /, **claims: Any) -> Principal | UnknownCaller:
    return identify_token(token_claims("corp", corp_claims(**claims)), corp(**(document or {})), NOW)


def accepted(found: Principal | UnknownCaller) -> Principal:
    assert isinstance(found, Principal)
    assert is_caller_name(found.user)
    return found


def refused(found: Principal | UnknownCaller) -> str:
    assert isinstance(found, UnknownCaller)
    assert found.reason.isprintable()
    return found.reason


def test_a_workload_is_its_issuer_and_its_claim() -> None:
    caller = accepted(as_github())
    assert (caller.kind, caller.user) == (CallerKind.OIDC_WORKLOAD, "github/repo:acme/app:ref:refs/heads/main")
    assert (caller.account, caller.role, caller.session_name) == ("", "", "")
    assert (caller.authentication, caller.issuer) == (Authentication.OIDC, "github")
    assert caller.subject == "repo:acme/app:ref:refs/heads/main"
    assert caller.claims["repository"] == "acme/app"


def test_a_person_is_their_verified_email_under_their_issuer() -> None:
    caller = accepted(as_corp())
    assert (caller.kind, caller.user) == (CallerKind.OIDC_PERSON, "corp/alice@corp.example")
    assert caller.groups == Groups(frozenset({"corp/payments-oncall", "corp/everyone"}), frozenset({""}))


def test_a_person_without_a_namespace_is_the_identity_center_login_of_that_name() -> None:
    caller = accepted(as_corp({"namespace": ""}))
    rules = IdentityRules(frozenset({ACCOUNT}))
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Dev_0123456789abcdef/alice@corp.example"
    assert caller.user == accepted(identify(arn, ACCOUNT, rules)).user == "alice@corp.example"
    assert caller.groups == Groups(frozenset({"payments-oncall", "everyone"}), frozenset())


def test_without_a_document_nothing_of_a_token_is_believed() -> None:
    assert refused(identify_token(token_claims("github", github_claims()), None, NOW)) == "there is no issuer 'github'"
    assert "no issuer" in refused(identify_token(token_claims("role", github_claims()), github(), NOW))


def test_a_token_of_another_issuer_is_refused_on_this_prefix() -> None:
    assert "of another issuer" in refused(identify_token(token_claims("corp", github_claims()), corp(), NOW))
    assert "of another issuer" in refused(as_github(iss=f"{GITHUB}/"))


@pytest.mark.parametrize("audience", ["other", ["other"], [], ["sentinel "], "[sentinel]", 7, None])
def test_a_token_for_another_audience_is_refused(audience: Any) -> None:
    assert refused(as_github(aud=audience)) == "the token is for another audience"


def test_a_client_id_is_the_audience_only_where_there_is_none() -> None:
    accepted(as_github(aud=None, client_id="sentinel"))
    assert "another audience" in refused(as_github(aud="other", client_id="sentinel"))


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"exp": NOW_S}, "has expired"),
        ({"exp": NOW_S - 1}, "has expired"),
        ({"exp": None}, "has expired"),
        ({"exp": True}, "has expired"),
        ({"exp": "soon"}, "has expired"),
        ({"iat": NOW_S + 61}, "a time to come"),
        ({"nbf": NOW_S + 61}, "a time to come"),
        ({"iat": "yesterday"}, "a time to come"),
        ({"nbf": -1}, "a time to come"),
    ],
)
def test_an_expired_or_future_token_is_refused(claims: dict[str, Any], words: str) -> None:
    assert words in refused(as_github(**claims))


def test_clocks_may_differ_by_a_minute() -> None:
    accepted(as_github(iat=NOW_S + 60, nbf=NOW_S + 60))


def test_a_token_may_be_no_older_than_its_issuers_document_says() -> None:
    document = {"max_token_age": "10m"}
    accepted(as_corp(document, iat=NOW_S - 600))
    assert "max_token_age" in refused(as_corp(document, iat=NOW_S - 601))
    assert "max_token_age" in refused(as_corp(document, iat=None))


def test_another_repository_with_my_audience_is_refused() -> None:
    reason = refused(as_github(repository="evil/app", repository_owner="evil", repository_owner_id="666"))
    assert reason == "the issuer's document requires another value of the claim repository_owner_id"


def test_a_renamed_repository_with_another_id_is_refused() -> None:
    issuer = github(required_claims={"repository": ["acme/app"], "repository_id": ["74"]})
    again = token_claims("github", github_claims(repository_id="75"))
    assert "repository_id" in refused(identify_token(again, issuer, NOW))


def test_a_pull_request_of_a_fork_is_refused_where_the_event_is_required() -> None:
    issuer = github(required_claims={"repository_owner_id": ["65"], "event_name": ["push", "workflow_dispatch"]})
    fork = token_claims("github", github_claims(event_name="pull_request", sub="repo:acme/app:pull_request"))
    assert "event_name" in refused(identify_token(fork, issuer, NOW))


def test_a_required_claim_that_is_absent_or_no_text_is_refused() -> None:
    for value in (None, {"id": "65"}, [65], 6.5):
        assert "repository_owner_id" in refused(as_github(repository_owner_id=value))


@pytest.mark.parametrize("verified", [False, None, "True", "yes", 1, ["true"]])
def test_an_email_that_is_not_verified_names_no_one(verified: Any) -> None:
    assert refused(as_corp(email_verified=verified)) == "the token's email is not verified"


def test_an_email_verified_as_text_is_verified() -> None:
    accepted(as_corp(email_verified="true"))


@pytest.mark.parametrize("claim", ["iss", "sub", "aud", "exp", "iat", "repository", "repository_owner_id", "jti"])
def test_claims_altered_in_the_header_after_verification_are_refused(claim: str) -> None:
    honest = token_claims("github", github_claims())
    altered = replace(honest, payload={**honest.payload, claim: "evil"})
    assert "not the one that the gateway verified" in refused(identify_token(altered, github(), NOW))
    without = replace(honest, payload={name: value for name, value in honest.payload.items() if name != claim})
    if claim in ("iss", "sub", "aud", "exp", "iat"):
        assert "not the one that the gateway verified" in refused(identify_token(without, github(), NOW))


def test_a_claim_added_in_the_header_is_refused() -> None:
    honest = token_claims("github", github_claims())
    more = replace(honest, payload={**honest.payload, "environment": "production"})
    assert "not the one that the gateway verified" in refused(identify_token(more, github(), NOW))


def test_the_text_of_an_array_is_never_split() -> None:
    """`[a b]` may be the array of two, the array of one with a space, or a text with brackets."""
    text = accepted(as_github(teams="[a b]"))
    assert text.claims["teams"] == "[a b]"
    assert accepted(as_github(teams=["a", "b"])).claims["teams"] == ("a", "b")
    assert accepted(as_github(teams=["a b"])).claims["teams"] == ("a b",)
    assert accepted(as_corp(groups="[payments-oncall]")).groups.names == frozenset()
    only_verified = token_claims("github", github_claims())
    extra = replace(only_verified, verified={**only_verified.verified, "teams": "[a b]"})
    assert "teams" not in accepted(identify_token(extra, github(), NOW)).claims


@pytest.mark.parametrize("value", [["alice"], [], {"name": "alice"}, True, 1.5, "", None])
def test_a_claim_that_names_the_user_must_be_text(value: Any) -> None:
    reason = refused(as_corp({"user_claim": "preferred_username"}, preferred_username=value))
    assert reason == "the token has no text in the claim preferred_username, which names the user"


@pytest.mark.parametrize(
    "value", [["00u1"], True, None, "", 7, "00u1\n", "00u\u0661", "\ud800", pytest.param("x" * 1025, id="long")]
)
def test_a_subject_must_be_text_of_printable_ascii(value: Any) -> None:
    assert "no subject" in refused(as_corp(sub=value))


def test_a_number_can_name_a_workload() -> None:
    caller = identify_token(token_claims("github", github_claims(run=42)), github(user_claim="run"), NOW)
    assert accepted(caller).user == "github/42"


@pytest.mark.parametrize(
    "name", ["\u0430lice", "alice\u200b", "al\uff49ce", "a\u0301lice", "alice\u202e", "al ice", "a*"]
)
def test_a_look_alike_of_a_name_is_refused_and_never_normalized(name: str) -> None:
    document = {"user_claim": "preferred_username"}
    assert "has a character that no user's name has" in refused(as_corp(document, preferred_username=name))
    by_ref = github(user_claim="ref")
    assert "has a character" in refused(identify_token(token_claims("github", github_claims(ref=name)), by_ref, NOW))


@pytest.mark.parametrize("name", ["role/admin", "federated/eve", f"{ACCOUNT}/alice", "github/x", "a:b"])
def test_no_person_of_an_issuer_has_a_name_that_begins_like_anothers(name: str) -> None:
    for namespace in ({}, {"namespace": ""}):
        assert refused(as_corp({"user_claim": "preferred_username", **namespace}, preferred_username=name))


@pytest.mark.parametrize("name", ["sentinel-d-0123456789abcdef-alice", "x" * 65, "auth0|alice"])
def test_a_bare_name_is_one_that_a_session_can_have(name: str) -> None:
    document = {"user_claim": "preferred_username", "namespace": ""}
    assert "not a name that a person can have" in refused(as_corp(document, preferred_username=name))


def test_callers_of_every_source_have_different_names() -> None:
    """The same text, `ci`, everywhere: an IAM user, a role, a federated user, two issuers, another account."""
    other = "210987654321"
    rules = IdentityRules(frozenset({ACCOUNT, other}), foreign_accounts=frozenset({other}))
    arns = [("iam", "user/ci"), ("sts", "assumed-role/ci/ci"), ("sts", "federated-user/ci")]
    users = [
        accepted(identify(f"arn:aws:{service}::{account}:{resource}", account, rules)).user
        for account in (ACCOUNT, other)
        for service, resource in arns
    ]
    tokens = [token_claims(name, github_claims(sub="ci")) for name in ("github", "gitlab")]
    users.extend(accepted(identify_token(token, github(), NOW)).user for token in tokens)
    assert len(set(users)) == len(users) == 8
    assert f"{other}/role/ci" in users


def test_a_workload_that_names_itself_after_a_role_is_no_role() -> None:
    caller = accepted(as_github(sub="role/admin"))
    assert caller.user == "github/role/admin"
    assert not same_person(person_of(caller), Person("role/admin"))


def test_a_name_longer_than_any_rule_is_refused() -> None:
    assert accepted(as_github(sub="r" * 249)).user == f"github/{'r' * 249}"
    assert "too long" in refused(as_github(sub="r" * 250))


@pytest.mark.parametrize(
    "other", ["alice", "alice@corp.example", "federated/alice", f"{ACCOUNT}/alice", "contractors/alice", "role/x"]
)
def test_a_person_is_the_same_person_whichever_way_they_come(other: str) -> None:
    session_name = "alice" if other == "role/x" else ""
    assert same_person(person_of(accepted(as_corp())), Person(other, session_name))


def test_two_branches_are_not_one_person() -> None:
    one, other = Person("github/repo:acme/app:ref:refs/heads/main"), Person("github/repo:acme/web:ref:refs/heads/main")
    assert not same_person(one, other)
    assert not same_person(one, Person("main"))


def test_a_groups_claim_of_200_entries_is_read_and_of_more_is_not_believed() -> None:
    most = [f"g{n}" for n in range(200)]
    assert len(accepted(as_corp(groups=most)).groups.names) == 200
    groups = accepted(as_corp(groups=[*most, "one-more"])).groups
    assert (groups.names, groups.has_any(["corp/g1"])) == (frozenset(), None)


@pytest.mark.parametrize("value", [None, "admins", "[admins]", {"admins": True}, ["admins", 7], [["admins"]], True])
def test_groups_that_are_no_list_of_text_are_not_known(value: Any) -> None:
    groups = accepted(as_corp(groups=value)).groups
    assert (groups.names, groups.has_any(["corp/admins"])) == (frozenset(), None)


def test_an_issuer_puts_no_one_into_groups_that_are_not_its_own() -> None:
    groups = accepted(as_corp(groups=["payments-oncall", "contractors/admins", "\u0430dmins"])).groups
    assert groups.names == {"corp/payments-oncall", "corp/contractors/admins"}
    assert groups.has_any(["contractors/admins"]) is False
    own = accepted(as_corp({"namespace": ""}, groups=["a", "github/admins"])).groups
    assert own.names == {"a"}


def test_neither_the_claims_nor_the_token_are_in_a_repr() -> None:
    token = token_claims("corp", corp_claims(secret="s3cr3t"))
    caller = accepted(identify_token(token, corp(), NOW + timedelta(seconds=1)))
    assert "s3cr3t" not in f"{token!r} {caller!r}"
