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
def test_whatever_else_iam_knows_may_be_written(document: dict[str, Any]) -> None:
    check_session_policy(document)


def test_a_session_policy_leaves_room_for_the_end_of_a_grant() -> None:
    def naming(length: int) -> dict[str, Any]:
        return policy({"Effect": "Allow", "Action": "*", "Resource": "x" * length})

    spare = MAX_LENGTH - len(compose_session_policy([naming(0)], not_after=END) or "")
    check_session_policy(naming(spare))
    assert len(compose_session_policy([naming(spare)], not_after=END) or "") == MAX_LENGTH
    with pytest.raises(UnusableSessionPolicyError) as error:
        check_session_policy(naming(spare + 1))
    assert str(error.value) == "the session policy is 2049 characters with what is added to it; STS takes 2048"


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


def test_a_session_policy_is_plain_ascii_whatever_it_names() -> None:
    composed = compose_session_policy(
        [policy({"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::日本"})], not_after=None
    )
    assert composed is not None
    assert composed.isascii()
