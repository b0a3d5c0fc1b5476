"""Events that no API we guard would send: denied in a form API Gateway takes, before anything is asked."""

from typing import Any

import pytest

from tests.gateway_events import ACCOUNT, API_ID, http_api_event
from tests.security.authorizer.refusals import refused
from tests.service.authorizer.events import http_api_question, rest_api_question
from tests.service.authorizer.function import AuthorizerLambda

ARN = f"arn:aws:execute-api:eu-central-1:{ACCOUNT}:{API_ID}/prod/GET"
DENIED = {"isAuthorized": False, "context": {}}


@pytest.fixture(autouse=True)
def _session(authorizer: AuthorizerLambda) -> None:
    authorizer.vend()


def without(event: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name not in names}


@pytest.mark.parametrize("headers", [None, {}, {"authorization": None}, {"authorization": ["a"]}], ids=str)
def test_an_event_without_a_header_has_no_proof(authorizer: AuthorizerLambda, headers: object) -> None:
    answered = authorizer.call(http_api_question() | {"headers": headers})
    refused(answered, "no_proof")
    assert answered.answer == DENIED


def test_an_event_that_has_no_headers_at_all_has_no_proof(authorizer: AuthorizerLambda) -> None:
    refused(authorizer.call(without(http_api_question(), "headers")), "no_proof")
    refused(authorizer.call(without(rest_api_question(), "headers", "multiValueHeaders")), "no_proof")


@pytest.mark.parametrize("api_id", ["zzzzzzzzzz", "", None, API_ID.upper(), f"{API_ID},f6g7h8i9j0", [API_ID], {}])
def test_an_api_this_function_does_not_guard_is_refused(authorizer: AuthorizerLambda, api_id: object) -> None:
    event = http_api_question(authorizer.proof())
    event["requestContext"]["apiId"] = api_id
    refused(authorizer.call(event), "unknown_event")


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "event",
        {},
        {"version": "2.0"},
        {"type": "REQUEST", "requestContext": {"apiId": API_ID}},
        {"type": "REQUEST", "requestContext": []},
        http_api_event(),
        http_api_question() | {"type": "TOKEN"},
        http_api_question() | {"headers": "authorization"},
        without(http_api_question(), "rawPath"),
        without(rest_api_question(), "methodArn"),
    ],
    ids=range(12),
)
def test_what_is_no_authorizers_event_is_denied(authorizer: AuthorizerLambda, event: object) -> None:
    answered = authorizer.call(event)
    refused(answered, "unknown_event")
    assert answered.answer == DENIED


def test_a_token_authorizers_event_is_denied_by_a_policy(authorizer: AuthorizerLambda) -> None:
    event = {"type": "TOKEN", "methodArn": f"{ARN}/orders", "authorizationToken": authorizer.proof()}
    answered = authorizer.call(event)
    refused(answered, "unknown_event")
    assert answered.answer["policyDocument"]["Statement"][0]["Resource"] == f"{ARN}/orders"


@pytest.mark.parametrize(
    "method_arn",
    [
        f"{ARN}/*",
        f"{ARN}/orders/?",
        f"{ARN}/${{aws:username}}",
        ARN.replace("/GET", "/*"),
        "*",
        ARN.replace(API_ID, "f6g7h8i9j0"),
        ARN.replace("execute-api", "lambda"),
        "arn:aws:execute-api",
    ],
)
def test_no_policy_allows_more_than_the_one_method(authorizer: AuthorizerLambda, method_arn: str) -> None:
    refused(authorizer.call(rest_api_question(authorizer.proof(), method_arn=method_arn)), "unknown_event")


def test_a_policy_allows_the_one_method_that_was_asked_for_and_nothing_else(authorizer: AuthorizerLambda) -> None:
    answered = authorizer.call(rest_api_question(authorizer.proof(), method_arn=f"{ARN}/orders"))
    assert answered.is_allowed
    [statement] = answered.answer["policyDocument"]["Statement"]
    assert (statement["Action"], statement["Resource"]) == ("execute-api:Invoke", f"{ARN}/orders")


@pytest.mark.parametrize("length", [513, 600, 8000])
def test_a_path_longer_than_a_policy_can_name_is_denied_and_not_an_error(
    authorizer: AuthorizerLambda, length: int
) -> None:
    path = "/orders/".ljust(length - len(ARN), "x")
    answered = authorizer.call(rest_api_question(authorizer.proof(), path=path))
    refused(answered, "unknown_event")
    [statement] = answered.answer["policyDocument"]["Statement"]
    assert statement == {"Effect": "Deny", "Action": "execute-api:Invoke", "Resource": f"{ARN}/*"}


def test_a_path_as_long_as_a_policy_can_name_passes(authorizer: AuthorizerLambda) -> None:
    path = "/orders/".ljust(512 - len(ARN), "x")
    assert authorizer.call(rest_api_question(authorizer.proof(), path=path)).is_allowed


def test_an_invented_identity_in_the_context_is_not_read(authorizer: AuthorizerLambda) -> None:
    event = http_api_question()
    event["requestContext"]["authorizer"] = {"iam": {"userArn": f"arn:aws:iam::{ACCOUNT}:user/alice"}}
    refused(authorizer.call(event), "no_proof")
