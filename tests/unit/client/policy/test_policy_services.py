"""Actions of unknown services are pointed out, wherever a document holds a session policy."""

from typing import Any

import pytest

from sentinel.policy.files import find_lints
from sentinel.policy.lint import Lint
from sentinel.policy.services import known_services
from shared.core.access.schema import AccessPolicy
from shared.core.profile import Profile


def narrowing(*actions: str, key: str = "Action") -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", key: list(actions), "Resource": "*"}]}


def a_profile(policy: dict[str, Any]) -> Profile:
    return Profile.model_validate({"role_arn": "arn:aws:iam::111122223333:role/x", "session_policy": policy})


def a_policy(policy: dict[str, Any]) -> AccessPolicy:
    rule = {"name": "a", "effect": "allow", "conditions": {"users": ["alice"]}, "session_policy": policy}
    return AccessPolicy.model_validate({"version": "1", "rules": [rule]})


@pytest.mark.parametrize("key", ["Action", "NotAction"])
def test_an_unknown_service_is_found_in_a_rule_and_in_a_profile(key: str) -> None:
    policy = narrowing("s3:GetObject", "dynamdb:Query", "*", key=key)
    message = (
        "'dynamdb:Query': no service is known by the prefix 'dynamdb', so it would match nothing; "
        "did you mean dynamodb?"
    )
    assert find_lints(a_policy(policy)) == [Lint("rules[0].session_policy", "unknown-service", message)]
    assert find_lints(a_profile(policy)) == [Lint("session_policy", "unknown-service", message)]


def test_services_with_and_without_an_api_are_known_in_any_case() -> None:
    actions = [
        "S3:*",
        "states:StartExecution",
        "elasticloadbalancing:*",
        "execute-api:Invoke",
        "ssmmessages:*",
        "rds-db:connect",
    ]
    assert find_lints(a_profile(narrowing(*actions))) == []


def test_the_services_of_botocore_are_there() -> None:
    assert {"sts", "iam", "logs", "cloudwatch"} <= known_services()
