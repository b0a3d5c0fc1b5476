"""Responses as API Gateway and the SDKs need them."""

import json

import pytest

from shared.edge.error_codes import ERRORS, Code
from shared.edge.responses import Refusal, Response, render


def test_a_success_carries_its_status_and_forbids_storing() -> None:
    response = render(Response({"status": "ok"}), "req-1")
    assert response["statusCode"] == 200
    assert response["headers"]["cache-control"] == "no-store"
    assert json.loads(response["body"]) == {"status": "ok"}
    assert response["isBase64Encoded"] is False


def test_a_success_holds_no_code_because_the_rust_sdk_takes_one_for_an_error() -> None:
    body = json.loads(render(Response({"AccessKeyId": "ASIA"}), "req-1")["body"])
    assert "Code" not in body
    assert "code" not in body


def test_a_refusal_speaks_to_people_and_to_both_spellings_of_sdks() -> None:
    response = render(Refusal(Code.DENIED, "No."), "req-1")
    body = json.loads(response["body"])
    assert response["statusCode"] == 403
    assert body["code"] == body["Code"] == "denied"
    assert body["message"] == body["Message"] == "No."
    assert body["request_id"] == "req-1"
    assert body["hint"] == ERRORS[Code.DENIED].remedy


@pytest.mark.parametrize("answer", [Response({"status": "ok"}), *(Refusal(code, "No.") for code in Code)], ids=str)
def test_no_answer_may_be_stored_or_taken_for_another_type(answer: Response | Refusal) -> None:
    headers = render(answer, "req-1")["headers"]
    assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")


def test_a_refusal_names_the_request_in_the_way_only_where_there_is_one() -> None:
    assert "grant_id" not in json.loads(render(Refusal(Code.CONFLICT, "No."), "req-1")["body"])
    named = Refusal(Code.CONFLICT, "No.", grant_id="0123456789abcdef")
    assert json.loads(render(named, "req-1")["body"])["grant_id"] == "0123456789abcdef"


def test_a_throttle_says_when_to_come_back() -> None:
    response = render(Refusal(Code.THROTTLED, "Slow down.", retry_after_s=17), "req-1")
    assert (response["statusCode"], response["headers"]["retry-after"]) == (429, "17")


@pytest.mark.parametrize("code", Code)
def test_every_code_has_a_meaning_and_an_error_status(code: Code) -> None:
    meaning = ERRORS[code]
    assert meaning.status >= 400
    assert meaning.meaning.endswith(".")
    assert meaning.remedy.endswith(".")


def test_the_body_of_a_success_is_not_in_its_repr() -> None:
    assert "SECRET" not in repr(Response({"SecretAccessKey": "SECRET"}))
