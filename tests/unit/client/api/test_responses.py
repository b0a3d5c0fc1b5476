import json
from datetime import UTC, datetime

import pytest

from sentinel.api.responses import Caller, ProfileList, read_answer, read_refusal
from sentinel.credentials.vended import VendedCredentials
from sentinel.errors import Refusal, ServiceUnreachableError

VENDED = {
    "AccessKeyId": "ASIA0001",
    "SecretAccessKey": "the-secret",
    "Token": "the-token",
    "Expiration": "2026-11-02T13:00:00Z",
    "AccountId": "111122223333",
    "SessionId": "0123456789abcdef",
}


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def test_a_vend_is_read_and_written_in_both_formats() -> None:
    credentials = read_answer(VendedCredentials, _json(VENDED))
    assert credentials.expires_at == datetime(2026, 11, 2, 13, tzinfo=UTC)
    assert credentials.as_service_answer() == VENDED
    assert "SessionId" not in credentials.as_container_answer()
    process = credentials.as_process_answer()
    assert (process["Version"], process["SessionToken"]) == (1, "the-token")
    assert "Token" not in process


def test_an_expiration_with_an_offset_is_written_with_z() -> None:
    answer = VENDED | {"Expiration": "2026-11-02T14:00:00+01:00"}
    assert read_answer(VendedCredentials, _json(answer)).as_container_answer()["Expiration"] == "2026-11-02T13:00:00Z"


def test_no_repr_shows_a_secret() -> None:
    credentials = read_answer(VendedCredentials, _json(VENDED))
    assert "the-secret" not in repr(credentials) + str(credentials)
    assert "the-token" not in repr(credentials) + str(credentials)


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {},
        VENDED | {"Expiration": "2026-11-02T13:00:00"},
        VENDED | {"Expiration": None},
        VENDED | {"AccessKeyId": "two\nlines"},
        VENDED | {"SecretAccessKey": ""},
        {key: value for key, value in VENDED.items() if key != "Token"},
    ],
)
def test_a_vend_of_another_shape_is_no_vend_and_its_secrets_are_not_repeated(answer: object) -> None:
    with pytest.raises(ServiceUnreachableError) as caught:
        read_answer(VendedCredentials, _json(answer))
    assert "the-secret" not in str(caught.value)


def test_keys_a_newer_service_adds_are_no_error() -> None:
    caller = {"user": "alice", "kind": "user", "account": "1", "arn": "a", "role": None, "newer": True}
    assert read_answer(Caller, _json(caller)).user == "alice"


def test_terminal_escapes_in_the_catalogue_are_taken_out() -> None:
    answer = {"profiles": [{"name": "dev", "access": "denied", "reason": "\x1b]0;owned\x07no"}]}
    assert read_answer(ProfileList, _json(answer)).rows[0].reason == "]0;owned no"


def test_sentinels_own_refusal_is_read_whole() -> None:
    body = {"code": "approval_required", "message": "ask", "hint": "sentinel request create dev", "request_id": "r"}
    assert read_refusal(403, {"Retry-After": "7"}, _json(body)) == Refusal(
        403, "approval_required", "ask", "sentinel request create dev", "r", 7
    )


@pytest.mark.parametrize("body", [b'{"message":"Forbidden"}', b'{"Message":"Forbidden"}'])
def test_the_gateways_refusal_says_what_to_check(body: bytes) -> None:
    refusal = read_refusal(403, {}, body)
    assert refusal.code == "gateway_refused"
    assert refusal.message.endswith("Forbidden")
    assert "execute-api:Invoke" in refusal.hint


def test_why_the_gateway_refused_a_token_is_said_in_one_line() -> None:
    challenge = 'Bearer scope="" error="invalid_token" error_description="the token\x1b[1m has expired"'
    refusal = read_refusal(401, {"WWW-Authenticate": challenge}, b'{"message":"Unauthorized"}', "sentinel login")
    assert refusal.message.endswith("Unauthorized (the token [1m has expired)")
    assert refusal.hint == "sentinel login"


def test_below_a_prefix_that_is_not_there_the_issuer_may_be_what_is_wrong() -> None:
    assert "`issuer`" in read_refusal(404, {}, b'{"message":"Not Found"}', "sentinel login").hint


@pytest.mark.parametrize(("status", "code"), [(401, "gateway_refused"), (404, "not_sentinel"), (429, "throttled")])
def test_a_bare_status_is_understood(status: int, code: str) -> None:
    assert read_refusal(status, {}, b"<html>").code == code


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_no_verdict(status: int) -> None:
    with pytest.raises(ServiceUnreachableError, match="redirects"):
        read_refusal(status, {"Location": "https://attacker.example"}, b"")


@pytest.mark.parametrize("status", [204, 400, 500, 502, 503, 504])
def test_an_error_without_sentinels_code_is_no_verdict(status: int) -> None:
    with pytest.raises(ServiceUnreachableError, match=f"HTTP {status}"):
        read_refusal(status, {}, b'{"message": "Internal Server Error"}')


@pytest.mark.parametrize("value", ["", "-1", "1.5", "soon", "\u0661", "99999999"])
def test_a_strange_retry_after_is_none(value: str) -> None:
    assert read_refusal(429, {"Retry-After": value}, b"").retry_after_s == 0
