"""The document of a group, and the permission to push one."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from shared.core.membership import GROUPS_FOLDER, MOST_MEMBERS, GroupDocument
from shared.core.permissions import AdminPolicy, Permission
from shared.documents import DocumentError, load_document


def problems(text: str) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        load_document(text, GroupDocument)
    return [str(problem) for problem in caught.value.problems]


def admin(**changes: Any) -> AdminPolicy:
    rule = {"name": "pager", "users": ["role/pager"], "permissions": ["groups"], "may_push": ["*-oncall"]}
    written = {key: value for key, value in {**rule, **changes}.items() if value is not None}
    return AdminPolicy.model_validate({"version": "1", "rules": [written]})


def test_a_group_lists_users_as_policies_name_them() -> None:
    members = (
        "carol@example.com",
        "role/ci",
        "210987654321/dave",
        "corp/eve",
        "github/repo:acme/app:ref:refs/heads/main",
    )
    loaded = load_document(f"version: '1'\nmembers: [{', '.join(members)}]\n", GroupDocument)
    assert loaded.members == members
    assert GROUPS_FOLDER == "groups"


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ("[]", "members: "),
        ("[carol, dave, carol]", "'carol' is listed twice"),
        ('["*@example.com"]', "is not a user: write the name that whoami shows"),
        ('["two words"]', "'two words' is not a user"),
        ('["cärol"]', r"'c\xe4rol' is not a user"),
        ('["role/a/b"]', "'role/a/b' is not a user"),
        ("carol", "members: "),
        ("[7]", "members[0]"),
    ],
)
def test_a_member_that_no_caller_can_be_is_refused(members: str, problem: str) -> None:
    assert any(problem in each for each in problems(f"version: '1'\nmembers: {members}\n"))


def test_a_group_has_at_most_as_many_members_as_fit_a_document() -> None:
    names = [f"user-{number}" for number in range(MOST_MEMBERS + 1)]
    assert len(GroupDocument.model_validate({"version": "1", "members": names[:-1]}).members) == MOST_MEMBERS == 200
    with pytest.raises(ValidationError):
        GroupDocument.model_validate({"version": "1", "members": names})


def test_a_group_has_no_other_keys() -> None:
    assert any("owner: unknown key" in each for each in problems("version: '1'\nmembers: [a]\nowner: b\n"))


def test_a_rule_says_which_groups_may_be_pushed() -> None:
    [rule] = admin().rules
    assert (rule.permissions, rule.may_push) == ((Permission.GROUPS,), ("*-oncall",))
    assert admin(permissions=["read"], may_push=None).rules[0].may_push is None


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"may_push": None}, "go together"),
        ({"permissions": ["read"]}, "go together"),
        ({"may_push": []}, "at least 1 item"),
        ({"may_push": ["corp/*"]}, "'corp/*' matches no group that can be pushed"),
        ({"may_push": ["*-oncall\n"]}, "matches no group that can be pushed"),
        ({"may_push": [""]}, "at least 1 character"),
        ({"may_push": ["*" * 257]}, "at most 256 characters"),
    ],
)
def test_the_permission_to_push_and_its_groups_are_written_together(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(problem)):
        admin(**changes)
