import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from shared.core.proof import (
    BODY,
    MAX_HEADER_LENGTH,
    MalformedProofError,
    Proof,
    parse_proof,
    rebuild_headers,
    render_proof,
    request_binding,
    signed_headers,
)

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PROOF = Proof("ASIAQQQQQQQQQQQQQQQQ", AT, "eu-central-1", "t" * 400, "ab" * 32)
HEADER = render_proof(PROOF)
ORDER = "^write key, date, region, token, signature, each once and in this order$"
HOST = "sts.eu-central-1.amazonaws.com"


@given(
    st.from_regex(r"ASIA[A-Z0-9]{16}", fullmatch=True),
    st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - the strategy adds the zone
    st.from_regex(r"[A-Za-z0-9+/=]{16,200}", fullmatch=True),
)
def test_a_proof_is_read_back_as_it_was_written(key: str, at: datetime, token: str) -> None:
    proof = Proof(key, at.replace(microsecond=0), "us-gov-west-1", token, "0f" * 32)
    assert parse_proof(render_proof(proof)) == proof


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("", "scheme"),
        ("Bearer abc", "scheme"),
        (HEADER.replace("Sentinel-STS", "sentinel-sts"), "scheme"),
        (HEADER.replace("key=", "Key="), ORDER),
        (HEADER + ",key=ASIAQQQQQQQQQQQQQQQQ", "each once"),
        (HEADER.replace(",region=eu-central-1", ""), "each once"),
        (HEADER + ",host=evil.example", "each once"),
        (HEADER.replace("key=ASIA", "key=AKIA"), "key"),
        (HEADER.replace("eu-central-1", "eu-central-1.evil.example/"), "region"),
        (HEADER.replace("eu-central-1", "EU-CENTRAL-1"), "region"),
        (HEADER.replace("20260301T120000Z", "20260231T120000Z"), "^date is no date$"),
        (HEADER.replace("20260301T120000Z", "2026-03-01T12:00"), "date"),
        (HEADER.replace("t" * 400, "t" * 4097), "token"),
        (HEADER.replace("t" * 400, "t\r\nx-evil: 1"), "token"),
        (HEADER.replace("ab" * 32, "AB" * 32), "signature"),
        (HEADER.replace("ab" * 32, "ab" * 31), "signature"),
        (HEADER + " " * 7000, "longer"),
    ],
)
def test_a_header_that_is_not_a_proof_is_refused_by_name(header: str, words: str) -> None:
    with pytest.raises(MalformedProofError, match=words) as refused:
        parse_proof(header)
    assert "t" * 40 not in str(refused.value)


def test_a_header_of_just_the_longest_length_is_read() -> None:
    with pytest.raises(MalformedProofError, match="in this order"):
        parse_proof("Sentinel-STS ".ljust(MAX_HEADER_LENGTH, "x"))
    with pytest.raises(MalformedProofError, match="longer than"):
        parse_proof("Sentinel-STS ".ljust(MAX_HEADER_LENGTH + 1, "x"))


@given(st.text(max_size=300))
def test_any_text_is_a_proof_or_a_named_fault(text: str) -> None:
    with pytest.raises(MalformedProofError):
        parse_proof(f"Sentinel-STS {text}")


@pytest.mark.parametrize(
    ("age_s", "fresh"), [(-6, False), (-5, True), (0, True), (59, True), (60, False), (800, False)]
)
def test_a_proof_is_good_for_a_minute(age_s: int, *, fresh: bool) -> None:
    assert PROOF.is_fresh(AT + timedelta(seconds=age_s)) is fresh


def test_a_proof_hides_its_token_and_signature() -> None:
    assert PROOF.token not in repr(PROOF)
    assert PROOF.signature not in repr(PROOF)
    assert PROOF.token not in PROOF.fingerprint()


@pytest.mark.parametrize("binding", [None, request_binding("GET", "/orders/7")])
def test_the_rebuilt_request_is_the_one_an_aws_signer_signs(binding: str | None) -> None:
    credentials = Credentials(PROOF.key, "secret", PROOF.token)
    headers = {**signed_headers("api-1", binding), "x-amz-date": "ignored"}
    request = AWSRequest("POST", f"https://{HOST}/", headers=headers, data=BODY)
    SigV4Auth(credentials, "sts", "eu-central-1").add_auth(request)
    signed = dict(request.headers)
    signed_at = datetime.strptime(signed["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    signature = signed["Authorization"].rpartition("=")[2]
    proof = Proof(PROOF.key, signed_at, "eu-central-1", PROOF.token, signature)
    assert rebuild_headers(proof, HOST, "api-1", binding)["authorization"] == signed["Authorization"]


@pytest.mark.parametrize("other", [("POST", "/orders/7"), ("GET", "/orders/8"), ("GET", "/orders/7/")])
def test_a_binding_names_one_method_and_path(other: tuple[str, str]) -> None:
    assert request_binding(*other) != request_binding("GET", "/orders/7")
    assert request_binding("get", "/orders/7") == request_binding("GET", "/orders/7")


@pytest.mark.parametrize(
    ("path", "query"),
    [("/orders/7", "page=3"), ("/orders/7", ""), ("/orders/7?page=2", ""), ("/orders", "7?page=2")],
)
def test_a_binding_names_one_query(path: str, query: str) -> None:
    assert request_binding("GET", path, query) != request_binding("GET", "/orders/7", "page=2")


def test_a_binding_of_a_query_is_the_hash_of_the_rest_and_the_query() -> None:
    # SHA-256 of "6642…48d8?page=2", the first part being that of "GET /orders/7".
    rest = request_binding("GET", "/orders/7")
    assert request_binding("GET", "/orders/7", "page=2") == hashlib.sha256(f"{rest}?page=2".encode()).hexdigest()


def test_a_binding_without_a_query_is_what_earlier_clients_sign() -> None:
    # SHA-256 of "GET /orders/7".
    assert request_binding("GET", "/orders/7") == ("6642666d0ffb2ce0d790e02833a4a3df68608c364a123fc3a182e0ece71848d8")


def test_a_signature_covers_the_api_and_the_request_it_is_bound_to() -> None:
    of_the_api = {"content-type": "application/x-www-form-urlencoded; charset=utf-8", "x-sentinel-api": "api-1"}
    assert signed_headers("api-1", None) == of_the_api
    assert signed_headers("api-1", "b1d1") == {**of_the_api, "x-sentinel-request": "b1d1"}


@pytest.mark.parametrize("binding", [None, "b1d1"])
def test_what_is_rebuilt_holds_our_own_api_and_binding_and_the_proofs_pieces(binding: str | None) -> None:
    rebuilt = dict(rebuild_headers(PROOF, HOST, "api-1", binding))
    del rebuilt["authorization"]
    expected = {"host": HOST, "x-amz-date": "20260301T120000Z", "x-amz-security-token": PROOF.token}
    assert rebuilt == {**signed_headers("api-1", binding), **expected}
