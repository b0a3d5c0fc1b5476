"""Reading gateway events."""

import base64
from typing import Any

import pytest

from shared.edge.error_codes import Code
from shared.edge.events import MAX_BODY_BYTES, AcceptedApis, parse_event
from shared.edge.http_request import HttpRequest
from shared.edge.responses import Refusal
from tests.gateway_events import ACCOUNT, ALICE_ARN, API_ID, http_api_event, rest_api_event

ACCEPTED = AcceptedApis({API_ID}, ACCOUNT)
EVENT_MAKERS = [pytest.param(http_api_event, id="payload-2.0"), pytest.param(rest_api_event, id="payload-1.0")]


def accept(event: object) -> HttpRequest:
    request = parse_event(event, ACCEPTED)
    assert isinstance(request, HttpRequest)
    return request


def refuse(event: object) -> Refusal:
    refusal = parse_event(event, ACCEPTED)
    assert isinstance(refusal, Refusal)
    return refusal


@pytest.mark.parametrize("make_event", EVENT_MAKERS)
def test_the_caller_is_the_one_the_gateway_verified(make_event: Any) -> None:
    caller = accept(make_event()).caller
    assert (caller.arn, caller.account, caller.source_ip) == (ALICE_ARN, ACCOUNT, "198.51.100.7")
    assert caller.access_key_id == "AKIAIOSFODNN7EXAMPLE"


@pytest.mark.parametrize("make_event", EVENT_MAKERS)
def test_identity_headers_a_client_wrote_are_not_read(make_event: Any) -> None:
    forged = {"x-amzn-iam-user-arn": "arn:aws:iam::111122223333:user/admin", "x-forwarded-for": "10.0.0.1"}
    caller = accept(make_event(headers=forged)).caller
    assert (caller.arn, caller.source_ip) == (ALICE_ARN, "198.51.100.7")


def test_both_payloads_give_the_same_request() -> None:
    assert accept(http_api_event(query="profile=dev&duration=900")) == accept(
        rest_api_event(query={"profile": ["dev"], "duration": ["900"]}),
    )


def test_a_named_stage_is_no_part_of_the_path() -> None:
    event = http_api_event(path="/live/profiles")
    event["requestContext"]["stage"] = "live"
    assert accept(event).path == "/profiles"
    event["rawPath"] = "/live"
    assert accept(event).path == "/"
    event["rawPath"] = "/liver"
    assert accept(event).path == "/liver"


def test_a_repeated_query_parameter_is_refused_by_name() -> None:
    for event in (http_api_event(query="profile=dev&profile=prod"), rest_api_event(query={"profile": ["dev", "prod"]})):
        refusal = refuse(event)
        assert refusal.code is Code.INVALID_REQUEST
        assert "'profile' occurs more than once" in refusal.message


def test_a_query_that_is_not_utf8_is_refused() -> None:
    assert refuse(http_api_event(query="profile=%ff")).code is Code.INVALID_REQUEST


def test_a_base64_body_is_decoded() -> None:
    event = http_api_event("POST", body=base64.b64encode(b'{"profile":"dev"}').decode())
    event["isBase64Encoded"] = True
    assert accept(event).body == b'{"profile":"dev"}'


@pytest.mark.parametrize("make_event", EVENT_MAKERS)
def test_a_body_over_the_limit_is_refused(make_event: Any) -> None:
    assert accept(make_event("POST", body="x" * MAX_BODY_BYTES)).body
    assert "16384 bytes" in refuse(make_event("POST", body="x" * (MAX_BODY_BYTES + 1))).message


def test_a_body_that_is_not_base64_is_refused() -> None:
    event = http_api_event("POST", body="not base64!")
    event["isBase64Encoded"] = True
    assert "cannot be decoded" in refuse(event).message


@pytest.mark.parametrize("make_event", EVENT_MAKERS)
def test_an_event_of_another_api_is_refused(make_event: Any) -> None:
    event = make_event()
    event["requestContext"]["apiId"] = "zzzzzzzzzz"
    assert refuse(event).code is Code.UNKNOWN_CALLER


@pytest.mark.parametrize("make_event", EVENT_MAKERS)
def test_an_event_of_another_accounts_api_is_refused(make_event: Any) -> None:
    event = make_event()
    event["requestContext"]["accountId"] = "999999999999"
    assert refuse(event).code is Code.UNKNOWN_CALLER


@pytest.mark.parametrize("missing", ["authorizer", "http", "apiId", "accountId"])
def test_an_invented_context_that_lacks_what_the_gateway_writes_is_refused(missing: str) -> None:
    event = http_api_event()
    del event["requestContext"][missing]
    assert refuse(event).code is Code.UNKNOWN_CALLER


@pytest.mark.parametrize("authorizer", [None, {}, {"iam": None}, {"iam": {}}, {"jwt": {"claims": {}}}, "iam", []])
def test_a_route_without_iam_authorization_is_refused(authorizer: object) -> None:
    event = http_api_event()
    event["requestContext"]["authorizer"] = authorizer
    assert refuse(event).code is Code.UNKNOWN_CALLER


@pytest.mark.parametrize("event", [None, [], "event", 7, {}, {"requestContext": None}, {"Records": []}])
def test_what_is_not_a_gateway_event_is_refused(event: object) -> None:
    assert refuse(event).code is Code.UNKNOWN_CALLER


def test_an_unsigned_rest_request_is_refused() -> None:
    event = rest_api_event()
    event["requestContext"]["identity"] |= {"userArn": None, "accountId": None}
    assert refuse(event).code is Code.UNKNOWN_CALLER


@pytest.mark.parametrize("values", ["dev", 7, ["dev", 7], {"dev": "dev"}])
def test_a_rest_query_that_the_gateway_would_not_write_is_refused(values: object) -> None:
    event = rest_api_event()
    event["multiValueQueryStringParameters"] = {"profile": values}
    assert refuse(event).code is Code.UNKNOWN_CALLER


def test_a_rest_parameter_without_a_value_is_empty() -> None:
    event = rest_api_event()
    event["multiValueQueryStringParameters"] = {"profile": None, "duration": [], "user": [""]}
    assert accept(event).query == {"profile": "", "duration": "", "user": ""}
