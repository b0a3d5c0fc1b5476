from dataclasses import replace
from typing import Any

import pytest

from deploy.local.strict.context import AwsRequest
from deploy.local.strict.rules.sts import no_source_identity_is_reserved
from tests.unit.strict.requests import CONTEXT, assume_role, complaints, session_policy, tags

LONGEST = "a" * 64


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"DurationSeconds": 900},
        {"RoleSessionName": "ab"},
        {"RoleSessionName": LONGEST, "SourceIdentity": "a_+=,.@-Z9"},
        {"Policy": session_policy(2048)},
        {"Policy": session_policy(100, "\u00ff")},
        {"Tags": tags(*(f"k{number}" for number in range(50))), "TransitiveTagKeys": []},
        {"Tags": [{"Key": "k" * 128, "Value": "v" * 256}], "TransitiveTagKeys": ["k" * 128]},
        {"Tags": [{"Key": "k", "Value": ""}], "TransitiveTagKeys": []},
        {"PolicyArns": [{"arn": f"arn:aws:iam::aws:policy/P{number:04}"} for number in range(10)]},
    ],
    ids=str,
)
def test_what_aws_takes_passes(changes: dict[str, Any]) -> None:
    assert complaints("sts", "AssumeRole", assume_role(**changes)) == ""


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"DurationSeconds": 3601}, "role chaining"),
        ({"DurationSeconds": 899}, "minimum of 900"),
        ({"DurationSeconds": 43201}, "maximum of 43200"),
        ({"RoleSessionName": "a"}, "minimum of 2"),
        ({"RoleSessionName": LONGEST + "a"}, "maximum of 64"),
        ({"RoleSessionName": "has:colon"}, "does not match"),
        ({"RoleSessionName": "has space"}, "does not match"),
        ({"RoleSessionName": "has/slash"}, "does not match"),
        ({"RoleSessionName": "jos\u00e9"}, "does not match"),
        ({"SourceIdentity": "has:colon"}, "does not match"),
        ({"SourceIdentity": "jos\u00e9"}, "does not match"),
        ({"SourceIdentity": LONGEST + "a"}, "maximum of 64"),
        ({"RoleArn": "Prod"}, "minimum of 20"),
        ({"Tags": [{"Key": "aws:x", "Value": "v"}], "TransitiveTagKeys": []}, "reserved"),
        ({"Tags": [{"Key": "x", "Value": "AWS:v"}], "TransitiveTagKeys": []}, "reserved"),
        ({"Tags": tags("Team", "team"), "TransitiveTagKeys": []}, "duplicate"),
        ({"Tags": [{"Key": "k", "Value": "a,b"}], "TransitiveTagKeys": []}, "does not match"),
        ({"Tags": tags("k" * 129), "TransitiveTagKeys": []}, "maximum of 128"),
        ({"Tags": tags(*(f"k{number}" for number in range(51))), "TransitiveTagKeys": []}, "maximum of 50"),
        ({"TransitiveTagKeys": ["SentinelProfile"]}, "not among the Tags"),
        ({"Policy": session_policy(2049)}, "over 2048"),
        ({"Policy": session_policy(100, "\u0100")}, "U\\+00FF|does not match"),
        ({"Policy": "{"}, "not JSON"),
        ({"Policy": "{}"}, "no Statement"),
        ({"PolicyArns": [{"arn": f"arn:aws:iam::aws:policy/P{number:04}"} for number in range(11)]}, "over 10"),
    ],
    ids=str,
)
def test_what_aws_refuses_is_a_violation(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        assert not complaints("sts", "AssumeRole", assume_role(**changes))


def test_a_source_identity_may_not_begin_with_aws_colon_even_where_a_model_lets_it() -> None:
    request = AwsRequest("sts", "AssumeRole", {"SourceIdentity": "aws:alice"})
    assert no_source_identity_is_reserved(request, CONTEXT) is not None


def test_only_a_caller_who_is_no_role_session_may_ask_for_more_than_an_hour() -> None:
    person = replace(CONTEXT, caller_is_role_session=False)
    assert complaints("sts", "AssumeRole", assume_role(DurationSeconds=43200), person) == ""


@pytest.mark.parametrize("missing", ["RoleArn", "RoleSessionName"])
def test_what_is_required_is_required(missing: str) -> None:
    request = assume_role()
    del request[missing]
    assert f"{missing} is required" in complaints("sts", "AssumeRole", request)


def test_a_wrong_type_is_a_violation_and_no_crash() -> None:
    assert "is not a list" in complaints("sts", "AssumeRole", assume_role(Tags="k=v"))
    assert "is not a string" in complaints("sts", "AssumeRole", assume_role(RoleSessionName=7))
