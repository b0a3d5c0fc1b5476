"""Proofs that are stale, forged, stolen, or meant for something else: one refusal each, the cheap ones for free."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from shared.core.proof import Proof, parse_proof, render_proof, request_binding, signed_headers
from tests.gateway_events import API_ID
from tests.security.authorizer.refusals import refused
from tests.service.authorizer.events import http_api_question, rest_api_question
from tests.service.authorizer.function import KEYS, NOON, REGION, AuthorizerLambda
from tests.service.authorizer.sts import answers, error_xml

OTHER_KEYS = type(KEYS)("ASIAZZZZZZZZZZZZZZZZ", "another-secret", "Z" * 300)


@pytest.fixture(autouse=True)
def _session(authorizer: AuthorizerLambda) -> None:
    """Nothing is refused here for want of a session."""
    authorizer.vend()


def signed(body: str, headers: dict[str, str], *, url: str, service: str = "sts") -> str:
    """Sign any request with the session's keys, and send its pieces as a proof."""
    request = AWSRequest("POST", url, headers=headers, data=body)
    SigV4Auth(Credentials(KEYS.access_key_id, KEYS.secret_access_key, KEYS.session_token), service, REGION).add_auth(
        request
    )
    signature = request.headers["Authorization"].rpartition("=")[2]
    return render_proof(Proof(KEYS.access_key_id, NOON, REGION, str(KEYS.session_token), signature))


def test_a_proof_is_refused_after_a_minute(authorizer: AuthorizerLambda) -> None:
    proof = authorizer.proof()
    authorizer.clock.forward(seconds=60)
    refused(authorizer.ask(proof), "stale_proof")


def test_a_proof_that_passed_is_refused_after_a_minute(authorizer: AuthorizerLambda) -> None:
    proof = authorizer.proof()
    assert authorizer.ask(proof).is_allowed
    authorizer.clock.forward(seconds=60)
    refused(authorizer.ask(proof), "stale_proof")


def test_a_proof_dated_in_the_future_was_made_to_last(authorizer: AuthorizerLambda) -> None:
    authorizer.clock.forward(seconds=6)
    proof = authorizer.proof()
    authorizer.clock.forward(seconds=-6)
    refused(authorizer.ask(proof), "stale_proof")


def test_a_proof_for_another_api_is_none_here(authorizer: AuthorizerLambda) -> None:
    refused(authorizer.ask(authorizer.proof(api_id="somebodyelses")), "not_proven", sts_calls=1)


def test_a_proof_that_passed_at_one_guarded_api_is_none_at_another(authorizer: AuthorizerLambda) -> None:
    proof = authorizer.proof()
    assert authorizer.ask(proof).is_allowed
    event = http_api_question(proof)
    event["requestContext"]["apiId"] = "f6g7h8i9j0"
    refused(authorizer.call(event), "not_proven", sts_calls=1)


def _altered(proof: str, **changes: Any) -> str:
    found = parse_proof(proof)
    pieces = {name: getattr(found, name) for name in ("key", "signed_at", "region", "token", "signature")}
    return render_proof(Proof(**(pieces | changes)))


@pytest.mark.parametrize(
    "changes",
    [
        {"key": OTHER_KEYS.access_key_id},
        {"key": "ASIAUNKNOWNUNKNOWN00"},
        {"token": OTHER_KEYS.session_token},
        {"token": "T" * 299 + "U"},
        {"signature": "0" * 64},
        {"signed_at": NOON.replace(minute=0, second=1)},
    ],
    ids=lambda changes: " ".join(f"{name} {str(value)[:20]}" for name, value in changes.items()),
)
def test_a_proof_with_one_piece_altered_proves_nothing(authorizer: AuthorizerLambda, changes: dict[str, Any]) -> None:
    authorizer.sts.known[OTHER_KEYS.access_key_id] = (OTHER_KEYS, "arn:aws:iam::111122223333:user/mallory")
    proof = authorizer.proof()
    authorizer.clock.forward(seconds=1)
    refused(authorizer.ask(_altered(proof, **changes)), "not_proven", sts_calls=1)


def test_an_altered_proof_is_refused_though_the_right_one_is_remembered(authorizer: AuthorizerLambda) -> None:
    proof = authorizer.proof()
    assert authorizer.ask(proof).is_allowed
    refused(authorizer.ask(_altered(proof, signature="0" * 64)), "not_proven", sts_calls=1)


@pytest.mark.parametrize("seconds", [1, 30, 59])
@pytest.mark.parametrize(
    "code", ["SignatureDoesNotMatch", "InvalidClientTokenId", "ExpiredToken", "IncompleteSignature"]
)
def test_a_proof_that_sts_refused_for_good_is_not_asked_about_again(
    authorizer: AuthorizerLambda, code: str, seconds: int
) -> None:
    proof = _altered(authorizer.proof(), signature="0" * 64)
    authorizer.sts.hostile = answers(403, error_xml(code))
    refused(authorizer.ask(proof), "not_proven", sts_calls=1)
    authorizer.clock.forward(seconds=seconds)
    refused(authorizer.ask(proof), "not_proven")


@pytest.mark.parametrize("code", ["AccessDenied", "RequestExpired", "InternalFailure", "NoSuchThing"])
def test_a_refusal_that_may_pass_is_asked_about_again(authorizer: AuthorizerLambda, code: str) -> None:
    proof = authorizer.proof()
    authorizer.sts.hostile = answers(403, error_xml(code))
    refused(authorizer.ask(proof), "not_proven", sts_calls=1)
    authorizer.sts.hostile = None
    assert authorizer.ask(proof).is_allowed


@pytest.mark.parametrize(("status", "code"), [(429, "Throttling"), (400, "Throttling"), (503, "ServiceUnavailable")])
def test_a_passing_failure_of_sts_refuses_no_proof_for_long(
    authorizer: AuthorizerLambda, status: int, code: str
) -> None:
    proof = authorizer.proof()
    authorizer.sts.hostile = answers(status, error_xml(code))
    assert not authorizer.ask(proof).is_allowed
    authorizer.sts.hostile = None
    assert authorizer.ask(proof).is_allowed


def test_forgeries_push_no_confirmed_proof_out_of_memory(
    authorizer: AuthorizerLambda, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.authorizer.proof_cache._MOST", 5)
    proof = authorizer.proof()
    assert authorizer.ask(proof).sts_calls == 1
    forged = [_altered(proof, signature=f"{number:064x}") for number in range(10)]
    assert sum(authorizer.ask(each).sts_calls for each in forged) == 10
    assert authorizer.ask(proof).sts_calls == 0
    # The memory of refusals is bounded: the oldest is asked about again, the latest is not.
    assert [authorizer.ask(forged[number]).sts_calls for number in (9, 0)] == [0, 1]


@pytest.mark.parametrize("session", ["mallory", "sentinel-d-0123456789abcdef-alice"])
def test_genuine_proofs_of_strangers_push_no_session_out_of_memory(
    authorizer: AuthorizerLambda, monkeypatch: pytest.MonkeyPatch, session: str
) -> None:
    monkeypatch.setattr("services.authorizer.proof_cache._MOST", 5)
    proof = authorizer.proof()
    assert authorizer.ask(proof).is_allowed
    arn = f"arn:aws:sts::999999999999:assumed-role/mallory/{session}"
    for number in range(10):
        keys = type(KEYS)(f"ASIAZZZZZZZZZZZZZZZ{number}", "another-secret", "Z" * 300)
        authorizer.sts.known[keys.access_key_id] = (keys, arn)
        strange = authorizer.proof(keys)
        assert [authorizer.ask(strange).sts_calls for _ in range(2)] == [1, 0]
    assert authorizer.ask(proof).sts_calls == 0


def test_what_was_refused_for_one_api_is_asked_about_for_another(authorizer: AuthorizerLambda) -> None:
    proof = authorizer.proof(api_id="f6g7h8i9j0")
    refused(authorizer.ask(proof), "not_proven", sts_calls=1)
    event = http_api_question(proof)
    event["requestContext"]["apiId"] = "f6g7h8i9j0"
    assert authorizer.call(event).is_allowed


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "eu-central-2", "ap-southeast-2"])
def test_a_region_that_was_not_named_is_never_asked(authorizer: AuthorizerLambda, region: str) -> None:
    refused(authorizer.ask(authorizer.proof(region=region)), "foreign_region")


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "us-iso-east-1", "eu-evil-1", "us-east-99"])
def test_a_region_outside_the_partition_is_never_asked(authorizer: AuthorizerLambda, region: str) -> None:
    refused(authorizer.ask(_altered(authorizer.proof(), region=region)), "foreign_region")


@pytest.mark.parametrize(
    "region", ["evil.example/", "eu-central-1.evil.example", "eu-central-1@evil.example#", "aws-global", "localhost"]
)
def test_a_region_that_is_a_host_is_no_region(authorizer: AuthorizerLambda, region: str) -> None:
    refused(authorizer.ask(authorizer.proof().replace(f"region={REGION}", f"region={region}")), "malformed_proof")


@pytest.mark.parametrize("action", ["GetSessionToken", "GetAccessKeyInfo", "AssumeRole", "getcalleridentity"])
def test_a_signature_over_a_different_action_proves_nothing(authorizer: AuthorizerLambda, action: str) -> None:
    body = f"Action={action}&Version=2011-06-15"
    proof = signed(body, dict(signed_headers(API_ID, None)), url=f"{authorizer.sts.url}/")
    refused(authorizer.ask(proof), "not_proven", sts_calls=1)


def test_a_signature_that_does_not_cover_the_api_proves_nothing(authorizer: AuthorizerLambda) -> None:
    headers = {"content-type": signed_headers(API_ID, None)["content-type"]}
    proof = signed("Action=GetCallerIdentity&Version=2011-06-15", headers, url=f"{authorizer.sts.url}/")
    refused(authorizer.ask(proof), "not_proven", sts_calls=1)


def test_a_signature_for_another_host_proves_nothing(authorizer: AuthorizerLambda) -> None:
    body = "Action=GetCallerIdentity&Version=2011-06-15"
    proof = signed(body, dict(signed_headers(API_ID, None)), url="https://sts.evil.example/")
    refused(authorizer.ask(proof), "not_proven", sts_calls=1)


def test_a_signature_for_another_service_proves_nothing(authorizer: AuthorizerLambda) -> None:
    body = "Action=GetCallerIdentity&Version=2011-06-15"
    proof = signed(body, dict(signed_headers(API_ID, None)), url=f"{authorizer.sts.url}/", service="execute-api")
    refused(authorizer.ask(proof), "not_proven", sts_calls=1)


def test_sts_is_sent_nothing_the_caller_composed(authorizer: AuthorizerLambda) -> None:
    sneaky = {"x-amz-target": "evil", "x-forwarded-host": "evil.example", "host": "evil.example", "accept": "text/html"}
    assert authorizer.ask(headers=sneaky, query="Action=AssumeRole").is_allowed
    [sent] = authorizer.sts.seen
    assert (sent.target, sent.body) == ("/", b"Action=GetCallerIdentity&Version=2011-06-15")
    assert {name.lower() for name, _ in sent.headers} == {
        "accept",
        "accept-encoding",
        "authorization",
        "content-length",
        "content-type",
        "host",
        "x-amz-date",
        "x-amz-security-token",
        "x-sentinel-api",
    }
    assert "evil" not in str(sent.headers)


def _twice(name: str) -> Callable[[str], str]:
    def repeat(proof: str) -> str:
        piece = next(each for each in proof.partition(" ")[2].split(",") if each.startswith(f"{name}="))
        return proof.replace(piece, f"{piece},{piece}")

    return repeat


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda proof: proof + " " * 6144, id="oversized"),
        pytest.param(lambda proof: proof.replace("T" * 300, "T" * 4097), id="oversized token"),
        pytest.param(lambda proof: f"{proof},{proof}", id="joined"),
        pytest.param(lambda proof: f"{proof}, {proof}", id="joined with a space"),
        *(pytest.param(_twice(name), id=f"{name} twice") for name in ("key", "date", "region", "token", "signature")),
        pytest.param(lambda proof: proof.replace("Sentinel-STS", "AWS4-HMAC-SHA256"), id="another scheme"),
        pytest.param(lambda proof: proof.replace("key=ASIA", "key=AKIA"), id="a long-term key"),
        pytest.param(lambda proof: proof.replace(",region", ",Region"), id="another case"),
        pytest.param(lambda proof: f"{proof},host=evil.example", id="a piece too many"),
        pytest.param(lambda proof: proof.replace("T" * 300, "T" * 299 + "\n"), id="a line break"),
        pytest.param(lambda proof: proof.replace("2026", "\uff12\uff10\uff12\uff16"), id="digits of another script"),
        pytest.param(lambda _: "", id="empty"),
    ],
)
def test_a_header_that_is_not_exactly_a_proof_costs_nothing(
    authorizer: AuthorizerLambda, spoil: Callable[[str], str]
) -> None:
    refused(authorizer.ask(spoil(authorizer.proof())), "malformed_proof")


def test_two_headers_are_none(authorizer: AuthorizerLambda) -> None:
    event = rest_api_question(authorizer.proof())
    event["multiValueHeaders"]["Authorization"] *= 2
    refused(authorizer.call(event), "no_proof")


def test_two_spellings_of_the_header_are_none(authorizer: AuthorizerLambda) -> None:
    proof = authorizer.proof()
    refused(authorizer.ask(proof, headers={"Authorization": proof}), "no_proof")


class TestProofsBoundToRequests:
    @pytest.fixture
    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        return environment | {"SENTINEL_PROOF_BINDING": "request"}

    @pytest.mark.parametrize(
        "request_signed",
        [("POST", "/orders/7"), ("GET", "/orders/8"), ("GET", "/orders/7/"), ("GET", "/"), ("GET", "/ORDERS/7")],
    )
    def test_a_proof_for_another_request_is_none_for_this(
        self, authorizer: AuthorizerLambda, request_signed: tuple[str, str]
    ) -> None:
        refused(authorizer.ask(authorizer.proof(request=request_signed)), "not_proven", sts_calls=1)

    def test_a_proof_that_passed_is_none_for_another_request(self, authorizer: AuthorizerLambda) -> None:
        proof = authorizer.proof(request=("GET", "/orders/7"))
        assert authorizer.ask(proof).is_allowed
        refused(authorizer.ask(proof, method="DELETE"), "not_proven", sts_calls=1)

    @pytest.mark.parametrize(
        ("signed", "sent"),
        [
            ("", "id=8"),
            ("id=7", ""),
            ("id=7", "id=8"),
            ("id=7", "id=7&id=8"),
            ("id=7&id=8", "id=8&id=7"),
            ("id=7", "ID=7"),
            ("id=7", "id=7&admin"),
            ("a=1%26b%3D2", "a=1&b=2"),
            ("a=1%2B1", "a=1+1"),
            ("a=%2531", "a=%31"),
        ],
    )
    def test_a_proof_is_none_for_another_query(self, authorizer: AuthorizerLambda, signed: str, sent: str) -> None:
        proof = authorizer.proof(request=("GET", f"/orders/7?{signed}"))
        refused(authorizer.ask(proof, query=sent), "not_proven", sts_calls=1)
        authorizer.clock.forward(seconds=1)
        other = authorizer.proof(request=("GET", f"/orders/7?{signed}"))
        refused(authorizer.call(rest_api_question(other, query=sent)), "not_proven", sts_calls=1)

    def test_a_question_mark_in_the_path_is_no_query(self, authorizer: AuthorizerLambda) -> None:
        proof = authorizer.proof(request=("GET", "/orders/7?admin=1"))
        refused(authorizer.ask(proof, path="/orders/7?admin=1"), "not_proven", sts_calls=1)

    @pytest.mark.parametrize("sent", ["a=1;b=2", "a=%", "a=%FF", "a=%EF%BF%BD"])
    def test_a_query_that_can_be_read_in_two_ways_costs_nothing(self, authorizer: AuthorizerLambda, sent: str) -> None:
        refused(authorizer.ask(authorizer.proof(request=("GET", "/orders/7")), query=sent), "unclear_query")

    @pytest.mark.parametrize(
        "changes",
        [
            {"queryStringParameters": {"admin": "1"}},
            {"queryStringParameters": {"a": "1"}, "multiValueQueryStringParameters": {"a": [1]}},
            {"queryStringParameters": {"a": "1"}, "multiValueQueryStringParameters": {"a": None}},
            {"multiValueQueryStringParameters": {"a": ["\N{REPLACEMENT CHARACTER}"]}},
            {"queryStringParameters": {"a": "1"}, "multiValueQueryStringParameters": {"a": []}},
            {"queryStringParameters": {"a": None}, "multiValueQueryStringParameters": {"b": []}},
            {"queryStringParameters": {"a": "2"}, "multiValueQueryStringParameters": {"a": ["1"]}},
        ],
    )
    def test_parameters_that_cannot_be_understood_cost_nothing(
        self, authorizer: AuthorizerLambda, changes: dict[str, Any]
    ) -> None:
        event = rest_api_question(authorizer.proof(request=("GET", "/orders/7"))) | changes
        refused(authorizer.call(event), "unclear_query")

    def test_an_http_api_s_event_without_its_query_is_not_taken_for_one_with_none(
        self, authorizer: AuthorizerLambda
    ) -> None:
        event = http_api_question(authorizer.proof(request=("GET", "/orders/7")))
        del event["rawQueryString"]
        refused(authorizer.call(event), "unclear_query")

    def test_a_proof_for_the_whole_api_is_not_enough(self, authorizer: AuthorizerLambda) -> None:
        refused(authorizer.ask(authorizer.proof()), "not_proven", sts_calls=1)

    def test_a_binding_the_caller_sends_is_not_read(self, authorizer: AuthorizerLambda) -> None:
        proof = authorizer.proof(request=("GET", "/orders/8"))
        header = {"x-sentinel-request": request_binding("GET", "/orders/8")}
        refused(authorizer.ask(proof, headers=header), "not_proven", sts_calls=1)
