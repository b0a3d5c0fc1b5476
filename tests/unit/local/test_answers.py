import json
from typing import Any

import pytest

from deploy.local.gateway.answers import function_failed, function_throttled, read_answer
from deploy.local.gateway.endpoints import Endpoint, EndpointKind

HTTP_API = Endpoint(EndpointKind.HTTP_API, "a", "111122223333", "eu-central-1")
REST_API = Endpoint(EndpointKind.REST_API, "a", "111122223333", "eu-central-1")


def returned(value: Any) -> bytes:
    return json.dumps(value).encode()


def test_payload_two_takes_an_object_without_a_status_code_as_a_body() -> None:
    answer = read_answer(HTTP_API, returned({"errorMessage": "lost"}))
    assert (answer.status, json.loads(answer.body)) == (200, {"errorMessage": "lost"})


def test_payload_two_maps_status_headers_cookies_and_encoded_body() -> None:
    value = {"statusCode": "403", "headers": {"X-A": 1}, "cookies": ["a=1"], "body": "aGk=", "isBase64Encoded": True}
    answer = read_answer(HTTP_API, returned(value))
    assert (answer.status, answer.body) == (403, b"hi")
    assert list(answer.headers) == [("X-A", "1"), ("content-type", "application/json"), ("set-cookie", "a=1")]


def test_payload_one_maps_several_values_of_a_header() -> None:
    value = {"statusCode": 200, "headers": {"A": "0"}, "multiValueHeaders": {"A": ["1", "2"]}, "body": ""}
    assert list(read_answer(REST_API, returned(value)).headers)[:2] == [("A", "1"), ("A", "2")]


@pytest.mark.parametrize(
    "value",
    [
        {"body": "x"},
        "text",
        None,
        {"statusCode": 200, "cookies": []},
        {"statusCode": "x"},
        {"statusCode": 200, "body": {}},
    ],
)
def test_payload_one_answers_502_to_any_other_shape(value: Any) -> None:
    answer = read_answer(REST_API, returned(value))
    assert (answer.status, json.loads(answer.body)) == (502, {"message": "Internal server error"})


def test_a_failed_function_answers_as_each_endpoint_does() -> None:
    assert function_failed(HTTP_API).status == 500
    assert function_failed(REST_API).status == 502


@pytest.mark.parametrize(
    ("kind", "status"), [(EndpointKind.HTTP_API, 503), (EndpointKind.REST_API, 500), (EndpointKind.FUNCTION_URL, 429)]
)
def test_a_function_at_its_concurrency_limit_answers_as_each_endpoint_does(kind: EndpointKind, status: int) -> None:
    endpoint = Endpoint(kind, "a", "111122223333", "eu-central-1")
    assert function_throttled(endpoint).status == status
