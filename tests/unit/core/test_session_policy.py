"""Session policies: what STS is sent, and what it is not sent because STS would refuse it."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from shared.core.session_policy import (
    MAX_LENGTH,
    UnusableSessionPolicyError,
    check_session_policy,
    compose_session_policy,
)

END = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
OLD_VERSION = '"Version" must be "2012-10-17": older versions read variables as plain text'
NO_STATEMENTS = '"Statement" must be a list with at least one statement'
ACTION = "is not an action: write service:Action, as s3:GetObject or s3:Get*, or * for every one"
RESOURCE = "is not a resource: write an ARN, as arn:aws:s3:::bucket/*, or * for every one"
NOT_TEXTS = "Statement[0].Action must be text or a list of texts that is not empty"


def policy(*statements: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def statement(effect: str, action: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": action, "Resource": "*", **more}


NO_CHAINING = statement("Deny", ["sts:AssumeRole", "sts:AssumeRoot"])


def allow(*actions: Any) -> dict[str, Any]:
    return policy(statement("Allow", list(actions)))


def deny(*actions: str) -> dict[str, Any]:
    return policy(statement("Deny", list(actions)))


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({}, OLD_VERSION),
        (allow("s3:*") | {"Version": "2008-10-17"}, OLD_VERSION),
        (allow("s3:*") | {"Principal": "*"}, "unknown key 'Principal' in the session policy"),
        (policy(), NO_STATEMENTS),
        (policy() | {"Statement": statement("Allow", "*")}, NO_STATEMENTS),
        (policy("Allow"), "Statement[0] must be a statement with Effect, Action and Resource"),
        (policy(statement("allow", "*")), 'Statement[0].Effect must be "Allow" or "Deny"'),
        (
            policy(statement("Deny", "*"), {"Effect": "Allow", "Resource": "*"}),
            "Statement[1] must have exactly one of Action and NotAction",
        ),
        (
            policy(statement("Allow", "*", NotAction="s3:*")),
            "Statement[0] must have exactly one of Action and NotAction",
        ),
        (
            policy(statement("Allow", "*", NotResource="*")),
            "Statement[0] must have exactly one of Resource and NotResource",
        ),
        (allow(), NOT_TEXTS),
        (allow(""), NOT_TEXTS),
        (allow("s3:*", 1), NOT_TEXTS),
        (policy(statement("Allow", {"s3": "*"})), NOT_TEXTS),
        (policy(statement("Allow", "*", Principal="*")), "unknown key 'Principal' in Statement[0]"),
    ],
)
def test_a_session_policy_sts_would_refuse_is_an_error(document: dict[str, Any], why: str) -> None:
    with pytest.raises(UnusableSessionPolicyError) as error:
        check_session_policy(document)
    assert str(error.value) == why


@pytest.mark.parametrize(
    "document",
    [
        allow("s3:*") | {"Id": "reading"},
        policy(statement("Allow", "*", Sid="Hours", Condition={"Bool": {"aws:SecureTransport": "true"}})),
        policy({"Effect": "Allow", "NotAction": "iam:*", "NotResource": ["arn:aws:s3:::payroll"]}),
    ],
)
def test_any_other_element_iam_knows_may_be_written(document: dict[str, Any]) -> None:
    check_session_policy(document)


@pytest.mark.parametrize(
    "action",
    [
        "s3GetObject",
        "GetObject",
        "s3:",
        ":GetObject",
        "*:GetObject",
        "s3*:Get",
        "s3:Get Object",
        "s3: GetObject",
        " s3:Get",
        "s3:Get:Object",
        "s3.GetObject",
        "s3/GetObject",
        "s3:GetObject\u200b",
        "s3:G\u0435t",
        "arn:aws:s3:::x",
        "s3:Get-*",
        "**",
        "s3:GetObject,s3:PutObject",
        "s3:[Gg]et",
        "s3:Get\n",
    ],
)
@pytest.mark.parametrize("key", ["Action", "NotAction"])
def test_what_is_no_action_is_an_error_that_shows_it(action: str, key: str) -> None:
    written = {"Effect": "Deny", key: ["s3:*", action], "Resource": "*"}
    with pytest.raises(UnusableSessionPolicyError) as error:
        check_session_policy(policy(statement("Allow", "*"), written))
    assert str(error.value) == f"Statement[1].{key}: {action!a} {ACTION}"


@pytest.mark.parametrize(
    "action",
    ["*", "s3:*", "s3:Get*", "S3:getobject", "s3:?et*", "aws-marketplace:Subscribe", "a4b:*", "execute-api:Invoke"],
)
def test_actions_may_have_wildcards_after_the_colon(action: str) -> None:
    check_session_policy(allow(action))


@pytest.mark.parametrize(
    "resource",
    [
        "bucket",
        "s3://bucket",
        "bucket/*",
        "/*",
        "arn",
        "arn:",
        "arn:aws",
        "arn:aws:",
        "arn::s3:::b",
        " arn:aws:s3:::b",
        "ARN:aws:s3:::b",
        "**",
        "arn:aws:s3:::b\u200b",
        "arn:aws:s3:::b/${aws:username}\u200b",
        "arn:aws:s3:::b/* ",
        "arn:aws:s3:::b\ufe0f",
        "arn:aws:s3:::b\u00a0c",
        "arn:aws:s3:::b\n",
        "arn:aws:s 3:::b",
    ],
)
@pytest.mark.parametrize("key", ["Resource", "NotResource"])
def test_what_is_no_resource_is_an_error_that_shows_it(resource: str, key: str) -> None:
    with pytest.raises(UnusableSessionPolicyError) as error:
        check_session_policy(policy({"Effect": "Deny", "Action": "*", key: [resource]}))
    assert str(error.value) == f"Statement[0].{key}: {resource!a} {RESOURCE}"


def test_a_resource_of_no_partition_is_an_error() -> None:
    with pytest.raises(UnusableSessionPolicyError, match="is of no partition AWS has"):
        check_session_policy(policy({"Effect": "Deny", "Action": "*", "Resource": "arn:amazon:s3:::b"}))


@pytest.mark.parametrize(
    "resource",
    [
        "arn:aws:s3:::b/*",
        "arn:aws-cn:s3:::b",
        "arn:*:s3:::b",
        "arn:aws*:iam::*:role/x",
        "arn:aws:sqs",
        "arn:aws:s3:::b/日本",
        "arn:aws:s3:::b/${aws:PrincipalTag/team}/a b",
    ],
)
def test_resources_are_arns_with_wildcards_and_variables(resource: str) -> None:
    check_session_policy(policy({"Effect": "Deny", "Action": "*", "Resource": resource}))


def conditioned(condition: Any) -> dict[str, Any]:
    return policy(statement("Allow", "s3:*", Condition=condition))


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("StringEquals", "must be a map of operators"),
        ([], "must be a map of operators"),
        ({"StringEqual": {"aws:x": "y"}}, "'StringEqual' is not a condition operator; did you mean StringEquals?"),
        ({"stringequals": {"aws:x": "y"}}, "'stringequals' is not a condition operator"),
        ({"StringEquals\u200b": {"aws:x": "y"}}, "is not a condition operator"),
        ({"ForAllValue:StringEquals": {"aws:x": "y"}}, "is not a condition operator"),
        ({"ForAllValues:ForAnyValue:StringEquals": {"aws:x": "y"}}, "is not a condition operator"),
        ({"NullIfExists": {"aws:x": "true"}}, "is not a condition operator"),
        ({"ForAnyValue:Null": {"aws:x": "true"}}, "is not a condition operator"),
        ({"Equals": {"aws:x": "y"}}, "is not a condition operator"),
        ({"StringEquals": "y"}, "StringEquals: must be a map of condition keys"),
        ({"StringEquals": {}}, "StringEquals: must be a map of condition keys"),
        ({"StringEquals": {"SourceIp": "y"}}, "'SourceIp' is not a condition key"),
        ({"StringEquals": {"aws:": "y"}}, "'aws:' is not a condition key"),
        ({"StringEquals": {"aws:x\u200b": "y"}}, "is not a condition key"),
        ({"StringEquals": {"aws:x": []}}, "aws:x: an empty list"),
        ({"StringEquals": {"aws:x": None}}, "aws:x: a value must be text"),
        ({"StringEquals": {"aws:x": {"a": "b"}}}, "aws:x: a value must be text"),
        ({"StringEquals": {"aws:x": ["y\u200b"]}}, "is not a value that StringEquals compares with"),
        ({"StringEquals": {"aws:x": "${aws:username}\u200b"}}, "is not a value that StringEquals compares with"),
        ({"StringEquals": {"aws:x": "alice "}}, "'alice ' is not a value"),
        ({"StringEquals": {"aws:x ": "alice"}}, "'aws:x ' is not a condition key"),
        ({"IpAddress": {"aws:SourceIp": "${aws:PrincipalTag/ip}"}}, "is not a value that IpAddress compares with"),
        ({"NumericEquals": {"aws:x": "${aws:PrincipalTag/age}"}}, "is not a value that NumericEquals compares with"),
        ({"Bool": {"aws:x": "yes"}}, "'yes' is not a value that Bool compares with"),
        ({"Null": {"aws:x": 1}}, "'1' is not a value that Null compares with"),
        ({"NumericLessThan": {"s3:max-keys": "ten"}}, "'ten' is not a value"),
        ({"StringEquals": {"aws:x": "y\u3164"}}, "is not a value that StringEquals compares with"),
        ({"StringEquals": {"aws:x\u034f": "y"}}, "is not a condition key"),
        ({"DateGreaterThan": {"aws:CurrentTime": "tomorrow"}}, "'tomorrow' is not a value"),
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-02-30"}}, "'2026-02-30' is not a value"),
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-05T24:30:00Z"}}, "'2026-01-05T24:30:00Z' is not a value"),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/255.0.0.0"}}, "'10.0.0.0/255.0.0.0' is not a value"),
        ({"IpAddress": {"aws:SourceIp": "fe80::1%eth0"}}, "'fe80::1%eth0' is not a value"),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}, "'10.0.0.0/33' is not a value"),
        ({"NotIpAddressIfExists": {"aws:SourceIp": "localhost"}}, "'localhost' is not a value"),
    ],
)
def test_a_condition_iam_does_not_know_is_an_error(condition: Any, why: str) -> None:
    with pytest.raises(UnusableSessionPolicyError) as error:
        check_session_policy(conditioned(condition))
    assert str(error.value).startswith("Statement[0].Condition: ")
    assert why in str(error.value)


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"StringEquals": {"aws:RequestTag/cost center": ["", "a b"]}, "Bool": {"aws:SecureTransport": True}},
        {"ForAllValues:StringLikeIfExists": {"aws:TagKeys": ["team*"]}},
        {"NumericLessThanEquals": {"s3:max-keys": 10}, "Null": {"aws:TokenIssueTime": "false"}},
        {"DateLessThan": {"aws:CurrentTime": "2026-01-05T10:30:00Z", "aws:EpochTime": "1700000000"}},
        {"DateLessThan": {"aws:CurrentTime": ["2026-01-05", "2026-01-05T10:30+0100", "2026-01-05T10:30:00.5Z"]}},
        {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"]}},
        {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/x"}, "BinaryEquals": {"a:b": "QmluYXJ5"}},
        {"StringEquals": {"oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE:sub": "x"}},
        {"StringLike": {"s3:prefix": "${aws:username}/*"}, "ArnEquals": {"aws:SourceArn": "${aws:PrincipalArn}"}},
    ],
)
def test_conditions_iam_knows_may_be_written(condition: dict[str, Any]) -> None:
    check_session_policy(conditioned(condition))


def test_statements_of_a_profile_and_a_rule_may_have_one_name() -> None:
    one, other = policy(statement("Allow", "*", Sid="A")), policy(statement("Deny", "s3:*", Sid="A"))
    assert '"Sid"' not in (compose_session_policy([one, other], not_after=END) or "")


def test_a_session_policy_leaves_room_for_the_end_of_a_grant() -> None:
    def naming(length: int) -> dict[str, Any]:
        return policy({"Effect": "Allow", "Action": "*", "Resource": f"arn:aws:s3:::{'x' * length}"})

    spare = MAX_LENGTH - len(compose_session_policy([naming(0)], not_after=END) or "")
    check_session_policy(naming(spare))
    assert len(compose_session_policy([naming(spare)], not_after=END) or "") == MAX_LENGTH
    with pytest.raises(UnusableSessionPolicyError) as error:
        check_session_policy(naming(spare + 1))
    assert str(error.value) == "the session policy is 2049 characters with what is added to it; STS accepts 2048"


def test_nothing_to_narrow_is_no_session_policy() -> None:
    assert compose_session_policy([], not_after=None) is None


def test_a_session_of_a_grant_cannot_escape_its_end_by_chaining() -> None:
    composed = json.loads(compose_session_policy([], not_after=None, under_grant=True) or "")
    assert composed["Statement"] == [statement("Allow", "*"), NO_CHAINING]


def test_a_session_that_is_narrowed_cannot_escape_by_chaining() -> None:
    composed = json.loads(compose_session_policy([allow("s3:*")], not_after=None) or "")
    assert composed["Statement"] == [statement("Allow", ["s3:*"]), NO_CHAINING]


def test_denials_alone_are_given_something_to_narrow_and_the_end_of_a_grant_ends_every_permission() -> None:
    assert compose_session_policy([deny("s3:*")], not_after=END) == (
        '{"Version":"2012-10-17","Statement":['
        '{"Effect":"Allow","Action":"*","Resource":"*"},'
        '{"Effect":"Deny","Action":["s3:*"],"Resource":"*"},'
        '{"Effect":"Deny","Action":["sts:AssumeRole","sts:AssumeRoot"],"Resource":"*"},'
        '{"Effect":"Deny","Action":"*","Resource":"*",'
        '"Condition":{"DateGreaterThanEquals":{"aws:CurrentTime":"2026-01-05T10:30:00Z"}}}]}'
    )


@pytest.mark.usefixtures("in_tokyo")
def test_a_grants_end_is_written_in_utc_wherever_it_comes_from_and_the_machine_is() -> None:
    there = END.astimezone(timezone(timedelta(hours=-5)))
    composed = json.loads(compose_session_policy([], not_after=there) or "")
    assert composed["Statement"][-1]["Condition"] == {
        "DateGreaterThanEquals": {"aws:CurrentTime": "2026-01-05T10:30:00Z"}
    }


def test_one_allowing_and_one_denying_document_combine_and_two_allowing_do_not() -> None:
    assert compose_session_policy([allow("s3:*"), deny("s3:GetObject")], not_after=END)
    with pytest.raises(UnusableSessionPolicyError) as error:
        compose_session_policy([allow("s3:*"), allow("ec2:*")], not_after=None)
    assert str(error.value) == (
        "the profile's and the rule's session policies both allow; keep Allow statements in one, Deny in the other"
    )


def test_a_session_policy_is_plain_ascii_with_any_names() -> None:
    composed = compose_session_policy(
        [policy({"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::日本"})], not_after=None
    )
    assert composed is not None
    assert composed.isascii()
