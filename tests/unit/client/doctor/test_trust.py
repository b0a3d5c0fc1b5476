"""What a trust policy says of the one role that may become another, and of everyone else."""

from typing import Any

import pytest

from sentinel.doctor.trust import principals_of, read_trust

VEND = "arn:aws:iam::111122223333:role/sentinel-vend"
OTHER = "arn:aws:iam::111122223333:role/other"
ACCOUNT = {"AWS": "111122223333"}


def statement(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


def only_for(value: Any, *, operator: str = "ArnEquals", key: str = "aws:PrincipalArn") -> dict[str, Any]:
    return statement(ACCOUNT, Condition={operator: {key: value}})


@pytest.mark.parametrize(
    "ours",
    [
        statement({"AWS": VEND}),
        statement({"AWS": [VEND]}),
        only_for(VEND),
        only_for([VEND], operator="StringLike", key="AWS:principalarn"),
    ],
)
def test_a_statement_that_names_the_role_alone_is_its_own(ours: dict[str, Any]) -> None:
    trust = read_trust({"Statement": [ours]}, VEND)
    assert (trust.ours, trust.others) == ([ours], [])


@pytest.mark.parametrize(
    "others",
    [
        statement({"AWS": OTHER}),
        statement({"AWS": [VEND, OTHER]}),
        statement({"AWS": VEND, "Service": "lambda.amazonaws.com"}),
        statement({"Federated": VEND}),
        statement("*"),
        statement(ACCOUNT),
        {"Effect": "Allow", "NotPrincipal": {"AWS": VEND}, "Action": "sts:AssumeRole"},
        only_for(OTHER),
        only_for([VEND, OTHER]),
        only_for(VEND, operator="ArnNotEquals"),
        only_for(VEND, key="aws:SourceArn"),
    ],
)
def test_a_statement_that_lets_anyone_else_in_is_a_way_around(others: dict[str, Any]) -> None:
    trust = read_trust({"Statement": [others]}, VEND)
    assert (trust.ours, trust.others) == ([], [others])


def test_without_a_role_every_statement_that_allows_is_a_way_around() -> None:
    denial = statement("*") | {"Effect": "Deny"}
    trust = read_trust({"Statement": [denial, statement({"AWS": VEND})]}, None)
    assert (trust.ours, trust.others) == ([], [statement({"AWS": VEND})])


def test_a_single_statement_needs_no_list() -> None:
    assert read_trust({"Statement": statement({"AWS": VEND})}, VEND).ours == [statement({"AWS": VEND})]


@pytest.mark.parametrize(
    "document", [None, "%7B", {}, {"Statement": []}, {"Statement": "Allow"}, {"Statement": [None]}]
)
def test_a_value_that_is_not_a_policy_trusts_no_one(document: object) -> None:
    trust = read_trust(document, VEND)
    assert (trust.ours, trust.others) == ([], [])


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        ("*", ["*"]),
        ({"AWS": [VEND, OTHER], "Service": "lambda.amazonaws.com"}, [VEND, OTHER, "lambda.amazonaws.com"]),
        ({"AWS": []}, []),
        (None, []),
    ],
)
def test_principals_of_every_kind_are_named(principal: Any, named: list[str]) -> None:
    assert principals_of(statement(principal)) == named


def test_each_action_is_asked_of_every_way_of_writing_it() -> None:
    actions = [statement({"AWS": VEND}, Action=["STS:assume*", "sts:TagSession"])]
    assert read_trust({"Statement": actions}, VEND).missing_actions == ["sts:SetSourceIdentity"]


def test_what_a_condition_requires_is_given_for_each_statement_that_allows_the_action() -> None:
    tag = "aws:RequestTag/SentinelUser"
    document = {
        "Statement": [
            statement({"AWS": VEND}, Condition={"StringLike": {tag: ["a*", "b*"]}, "StringEquals": {tag.lower(): "c"}}),
            statement({"AWS": VEND}, Condition={"StringNotLike": {tag: "d"}}),
            statement({"AWS": VEND}, Action="sts:TagSession", Condition={"StringLike": {tag: "e"}}),
        ]
    }
    assert read_trust(document, VEND).required("sts:AssumeRole", tag) == [["a*", "b*", "c"], []]
