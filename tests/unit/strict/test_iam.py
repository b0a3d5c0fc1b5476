import json
from typing import Any

import pytest

from tests.unit.strict.requests import ACCOUNT, ALL_THREE, VEND, complaints, create_role, permissions, trust

ONLY_VEND = {"ArnEquals": {"aws:PrincipalArn": VEND}}
SOMEONE = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
SAFE_DENY = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}


@pytest.mark.parametrize(
    "document",
    [
        trust(*ALL_THREE),
        trust("sts:*"),
        trust("STS:assumerole", "sts:SetSource*", "sts:TagSession"),
        trust(*ALL_THREE, principal=ACCOUNT, condition=ONLY_VEND),
        trust(*ALL_THREE, principal=ACCOUNT, condition={"StringLike": {"AWS:principalarn": [VEND]}}),
        trust(*ALL_THREE, more=[SAFE_DENY]),
    ],
)
@pytest.mark.parametrize("name", ["Prod", "NotListed"])
def test_a_trust_policy_for_the_vend_role_alone_passes(document: str, name: str) -> None:
    assert complaints("iam", "CreateRole", create_role(document, name)) == ""


def test_a_role_that_has_nothing_to_do_with_sentinel_may_trust_whom_it_likes() -> None:
    document = trust("sts:AssumeRole", principal=ACCOUNT)
    assert complaints("iam", "CreateRole", create_role(document, "Someone")) == ""


@pytest.mark.parametrize("missing", ALL_THREE)
@pytest.mark.parametrize("name", ["Prod", "NotListed"])
def test_a_trust_policy_without_one_of_the_three_actions_is_a_violation(missing: str, name: str) -> None:
    document = trust(*(action for action in ALL_THREE if action != missing))
    assert missing in complaints("iam", "CreateRole", create_role(document, name))


@pytest.mark.parametrize(
    "document",
    [
        trust(*ALL_THREE, principal=ACCOUNT),
        trust(*ALL_THREE, principal=ACCOUNT, condition={"ArnNotEquals": {"aws:PrincipalArn": VEND}}),
        trust(*ALL_THREE, principal=ACCOUNT, condition={"ArnEquals": {"aws:PrincipalArn": [VEND, ACCOUNT]}}),
        trust(*ALL_THREE, principal="*"),
    ],
)
def test_a_protected_role_that_does_not_name_the_vend_role_is_a_violation(document: str) -> None:
    assert "must name the vend role" in complaints("iam", "CreateRole", create_role(document))


@pytest.mark.parametrize("name", ["Prod", "NotListed"])
def test_a_second_way_into_a_protected_role_is_a_violation(name: str) -> None:
    document = trust(*ALL_THREE, more=[SOMEONE])
    assert "someone who is not the vend role" in complaints("iam", "CreateRole", create_role(document, name))


def test_changing_a_trust_policy_is_held_to_the_same_rules() -> None:
    request = {"RoleName": "Prod", "PolicyDocument": trust("sts:AssumeRole")}
    assert "sts:SetSourceIdentity" in complaints("iam", "UpdateAssumeRolePolicy", request)


@pytest.mark.parametrize(
    "document",
    ["{}", "no JSON", "[]", '{"Version":"2012-10-17"}', trust("sts:*").replace("2012-10-17", "2020-01-01")],
)
def test_what_is_no_trust_policy_is_a_violation(document: str) -> None:
    assert "a trust policy is JSON" in complaints("iam", "CreateRole", create_role(document, "Someone"))


def test_a_trust_policy_has_no_resource() -> None:
    statement = SOMEONE | {"Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert "no Resource" in complaints("iam", "CreateRole", create_role(document, "Someone"))


def padded_trust(length: int) -> str:
    condition = {"StringLike": {"sts:RoleSessionName": ""}}
    empty = json.dumps(json.loads(trust(*ALL_THREE, condition=condition)), separators=(",", ":"))
    return empty.replace('"sts:RoleSessionName":""', f'"sts:RoleSessionName":"{"x" * (length - len(empty))}"')


def test_a_trust_policy_has_at_most_2048_characters() -> None:
    assert complaints("iam", "CreateRole", create_role(padded_trust(2048))) == ""
    assert "over 2048" in complaints("iam", "CreateRole", create_role(padded_trust(2049)))


SIZED: list[tuple[str, dict[str, Any], int]] = [
    ("PutRolePolicy", {"RoleName": "Prod", "PolicyName": "p"}, 10_240),
    ("CreatePolicy", {"PolicyName": "p"}, 6_144),
    ("CreatePolicyVersion", {"PolicyArn": "arn:aws:iam::123456789012:policy/p"}, 6_144),
]


@pytest.mark.parametrize(("operation", "params", "maximum"), SIZED)
def test_a_permissions_policy_fits_without_its_white_space(
    operation: str,
    params: dict[str, Any],
    maximum: int,
) -> None:
    assert complaints("iam", operation, params | {"PolicyDocument": permissions(maximum)}) == ""
    longer = params | {"PolicyDocument": permissions(maximum + 1)}
    assert f"over {maximum}" in complaints("iam", operation, longer)


@pytest.mark.parametrize("document", ["{}", "no JSON", trust("sts:AssumeRole")])
def test_what_is_no_permissions_policy_is_a_violation(document: str) -> None:
    request = {"PolicyName": "p", "PolicyDocument": document}
    assert "a permissions policy is JSON" in complaints("iam", "CreatePolicy", request)
