"""Group documents, the groups of a caller from several sources, and who may push which group."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from shared.core.groups import Groups, groups_of_claim
from shared.core.identity import CallerKind, Principal
from shared.core.membership import MOST_MEMBERS, GroupDocument, Membership, Memberships, Source, with_memberships
from shared.core.people import Person
from shared.core.permissions import AdminPolicy, AdminRule, entitlement_of

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
ALICE = Principal(CallerKind.IAM_USER, "alice", account="111122223333", role="", session_name="")
ONCALL = Membership("oncall", Source.PUSH, NOON)


def known(memberships: Memberships, *, synced: bool, claimed: Groups | None = None) -> Groups:
    caller = ALICE if claimed is None else replace(ALICE, groups=claimed)
    return with_memberships(caller, memberships, synced=synced).groups


@pytest.mark.parametrize("synced", [False, True])
def test_a_membership_is_a_group_and_does_not_say_that_there_are_no_others(synced: bool) -> None:  # noqa: FBT001 - a case
    groups = known(Memberships((ONCALL,)), synced=synced)
    assert groups.has_any(["oncall", "other"]) is True
    assert groups.has_any(["other"]) is None


def test_a_fresh_and_complete_sync_says_that_there_are_no_others() -> None:
    groups = known(Memberships((ONCALL,), is_complete=True), synced=True)
    assert groups.has_any(["other"]) is False
    assert groups.has_any(["corp/other"]) is False


def test_a_complete_claim_of_own_groups_does_not_do_for_a_sync_that_is_not_fresh() -> None:
    claimed = groups_of_claim(["platform"], "")
    assert known(Memberships(), synced=False, claimed=claimed).has_any(["other"]) is False
    assert known(Memberships(), synced=True, claimed=claimed).has_any(["other"]) is None
    assert known(Memberships(is_complete=True), synced=True, claimed=claimed).has_any(["other"]) is False


def test_a_token_that_should_list_own_groups_and_does_not_leaves_them_unknown() -> None:
    claimed = groups_of_claim(None, "")
    assert known(Memberships(is_complete=True), synced=True, claimed=claimed).has_any(["other"]) is None


def test_the_groups_of_an_issuer_are_known_from_its_token_alone() -> None:
    claimed = groups_of_claim(None, "corp")
    assert known(Memberships(is_complete=True), synced=True, claimed=claimed).has_any(["corp/other"]) is None
    claimed = groups_of_claim(["dev"], "corp")
    groups = known(Memberships((ONCALL,)), synced=True, claimed=claimed)
    assert groups.has_any(["corp/dev"]) is groups.has_any(["oncall"]) is True
    assert groups.has_any(["corp/other"]) is False


def document(**changed: Any) -> GroupDocument:
    return GroupDocument.model_validate(
        {"version": "1", "members": ["alice", "role/ci", "corp/a@b.example"], **changed}
    )


def test_a_group_document_lists_users_as_policies_name_them() -> None:
    assert document().members == ("alice", "role/ci", "corp/a@b.example")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"members": []}, "at least 1 item"),
        ({"members": ["alice", "alice"]}, "listed twice"),
        ({"members": ["team-*"]}, "is not a user"),
        ({"members": ["\u0430lice"]}, "is not a user"),
        ({"members": [f"user{number}" for number in range(MOST_MEMBERS + 1)]}, "at most 200 items"),
        ({"version": "2"}, "version"),
        ({"owner": "bob"}, "owner"),
    ],
)
def test_a_group_document_that_is_not_valid_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        document(**changed)


def rule(**changed: Any) -> AdminRule:
    given = {"name": "pager", "users": ["role/pager"], "permissions": ["groups"], "may_push": ["*-oncall"]}
    return AdminRule.model_validate(given | changed)


@pytest.mark.parametrize("changed", [{"may_push": None}, {"permissions": ["read"]}])
def test_the_permission_groups_says_which_groups(changed: dict[str, Any]) -> None:
    given = {key: value for key, value in {"may_push": ["*-oncall"], **changed}.items() if value is not None}
    with pytest.raises(ValidationError, match="go together"):
        AdminRule.model_validate({"name": "pager", "users": ["x"], "permissions": ["groups"], **given} | changed)


@pytest.mark.parametrize("glob", ["corp/oncall", "*/oncall", "", "[ab]", "ops\n"])
def test_an_issuers_groups_cannot_be_pushed(glob: str) -> None:
    with pytest.raises(ValidationError):
        rule(may_push=[glob])


def test_the_globs_of_the_rules_that_name_a_person_add_up() -> None:
    others = rule(name="other", users=["bob"], may_push=["*"])
    policy = AdminPolicy(version="1", rules=(rule(), rule(name="more", may_push=["incident-?"]), others))
    pager = entitlement_of(Person("role/pager"), policy, None)
    assert [name for name in ("db-oncall", "incident-1", "admins") if pager.may_push(name)] == [
        "db-oncall",
        "incident-1",
    ]
    assert not entitlement_of(Person("eve"), policy, None).may_push("db-oncall")
    assert not entitlement_of(Person("role/pager"), None, None).may_push("db-oncall")
