from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from deploy.local.aws import Keys
from deploy.local.gateway.refusals import Refusal
from deploy.local.gateway.request import ReceivedRequest
from deploy.local.gateway.signature import UnverifiedSignature, check_claims, check_signature, read_signature

REGION = "eu-central-1"
KEYS = Keys("AKIAEXAMPLEEXAMPLE12", "a-secret")
SESSION = Keys("ASIAEXAMPLEEXAMPLE12", "another-secret", "a-token")
BASE = "http://127.0.0.1:8080"


def sign(
    target: str,
    keys: Keys = KEYS,
    *,
    method: str = "GET",
    body: bytes = b"",
    signer: type[SigV4Auth] = SigV4Auth,
    service: str = "execute-api",
    headers: dict[str, str] | None = None,
) -> ReceivedRequest:
    request = AWSRequest(method=method, url=BASE + target, data=body, headers=headers or {})
    credentials = Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
    signer(credentials, service, REGION).add_auth(request)
    parts = urlsplit(request.url)
    sent = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return ReceivedRequest(method, sent, [("Host", "127.0.0.1:8080"), *request.headers.items()], body, "127.0.0.1")


def verify(request: ReceivedRequest, keys: Keys = KEYS, *, later: timedelta = timedelta()) -> Refusal | None:
    claimed = read_signature(request)
    if not isinstance(claimed, UnverifiedSignature):
        return claimed
    now = datetime.now(UTC) + later  # noqa: TID251 - botocore signs with the real clock
    return check_claims(claimed, region=REGION, service="execute-api", now=now) or check_signature(
        request, claimed, keys, now
    )


def changed(request: ReceivedRequest, **parts: object) -> ReceivedRequest:
    fields = {name: getattr(request, name) for name in ("method", "target", "headers", "body", "source_ip")}
    return ReceivedRequest(**(fields | parts))


TARGETS = ["/", "/?profile=dev", "/?name=%C3%BC%20x&path=a%2Fb", "/v1/requests/a%20b/%C3%BC?x=~", "/v1//double///slash"]
# botocore's presigner drops duplicate and empty parameters before it signs; its header signer keeps them.
REPEATING_TARGETS = ["/?profile=dev&profile=prod&a=", "/?b=2&a=1&a=0", "/?flag="]


@pytest.mark.parametrize("target", [*TARGETS, *REPEATING_TARGETS])
@pytest.mark.parametrize("keys", [KEYS, SESSION])
def test_what_botocore_signs_in_headers_is_accepted(target: str, keys: Keys) -> None:
    assert verify(sign(target, keys), keys) is None


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("keys", [KEYS, SESSION])
def test_what_botocore_presigns_is_accepted(target: str, keys: Keys) -> None:
    assert verify(sign(target, keys, signer=SigV4QueryAuth), keys) is None


def test_a_name_without_a_value_is_signed_as_an_empty_one() -> None:
    assert verify(changed(sign("/?flag="), target="/?flag")) is None


def test_a_signed_body_is_accepted_and_another_body_is_refused() -> None:
    request = sign("/", method="POST", body='{"profile":"dév"}'.encode())
    assert verify(request) is None
    refusal = verify(changed(request, body=b'{"profile":"prod"}'))
    assert refusal is not None
    assert refusal.message.startswith("The request signature we calculated does not match")


def test_a_claimed_payload_hash_does_not_stand_in_for_the_body() -> None:
    request = sign("/", method="POST", body=b"{}", headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    assert verify(request) is not None


def test_a_wrong_secret_is_refused() -> None:
    refusal = verify(sign("/"), Keys(KEYS.access_key_id, "not-the-secret"))
    assert refusal is not None
    assert (refusal.status, refusal.error_type) == (403, "InvalidSignatureException")


@pytest.mark.parametrize(
    "target",
    ["/?profile=prod", "/profiles?profile=dev", "/?profile=dev&duration=3600", "/?profile=dev&profile=dev", "/"],
)
def test_an_altered_path_or_query_is_refused(target: str) -> None:
    refusal = verify(changed(sign("/?profile=dev"), target=target))
    assert refusal is not None
    assert refusal.error_type == "InvalidSignatureException"


def test_an_altered_method_is_refused() -> None:
    assert verify(changed(sign("/"), method="POST")) is not None


def test_an_altered_signed_header_is_refused() -> None:
    request = sign("/", headers={"X-Intent": "read"})
    headers = [(name, "write" if name == "X-Intent" else value) for name, value in request.headers]
    assert verify(request) is None
    assert verify(changed(request, headers=headers)) is not None


def test_an_unsigned_header_may_be_added() -> None:
    request = sign("/")
    assert verify(changed(request, headers=[*request.headers, ("X-Forwarded-For", "192.0.2.1")])) is None


@pytest.mark.parametrize("skew", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_a_date_more_than_five_minutes_off_is_refused(skew: timedelta) -> None:
    refusal = verify(sign("/"), later=skew)
    assert refusal is not None
    assert refusal.message.startswith("Signature expired:" if skew > timedelta() else "Signature not yet current:")


def test_a_presigned_request_lives_as_long_as_it_says() -> None:
    request = sign("/", signer=SigV4QueryAuth)
    assert verify(request, later=timedelta(minutes=59)) is None
    assert verify(request, later=timedelta(minutes=61)) is not None


def test_another_service_in_the_scope_is_refused() -> None:
    refusal = verify(sign("/", service="lambda"))
    assert refusal is not None
    assert refusal.message == "Credential should be scoped to correct service: 'execute-api'."


def test_another_region_in_the_scope_is_refused() -> None:
    request = sign("/")
    headers = [(name, value.replace(REGION, "us-east-1")) for name, value in request.headers]
    refusal = verify(changed(request, headers=headers))
    assert refusal is not None
    assert refusal.message == "Credential should be scoped to a valid region, not 'us-east-1'."


def test_a_session_key_without_its_own_token_is_refused() -> None:
    headers = [(name, value) for name, value in sign("/", SESSION).headers if name != "X-Amz-Security-Token"]
    for request in (changed(sign("/", SESSION), headers=headers), sign("/", Keys(*_parts(SESSION), "other"))):
        refusal = verify(request, SESSION)
        assert refusal is not None
        assert refusal.message == "The security token included in the request is invalid."


def _parts(keys: Keys) -> tuple[str, str]:
    return keys.access_key_id, keys.secret_access_key


def test_a_session_past_its_end_is_refused() -> None:
    ended = Keys(*_parts(SESSION), SESSION.session_token, datetime(2020, 1, 1, tzinfo=UTC))
    refusal = verify(sign("/", SESSION), ended)
    assert refusal is not None
    assert refusal.error_type == "ExpiredTokenException"


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer abc",
        "AWS4-HMAC-SHA256 Credential=a/b/c",
        "AWS4-HMAC-SHA256 Credential=a/20260101/r/execute-api/aws4_request, SignedHeaders=x-amz-date, Signature=00",
        "AWS4-HMAC-SHA256 Credential=a/20260101/r/s/other, SignedHeaders=host, Signature=00",
    ],
)
def test_a_malformed_authorization_is_refused(authorization: str) -> None:
    headers = [("Host", "x"), ("X-Amz-Date", "20260101T000000Z"), ("Authorization", authorization)]
    assert isinstance(read_signature(ReceivedRequest("GET", "/", headers, b"", "127.0.0.1")), Refusal)


def test_a_request_without_any_signature_claims_none() -> None:
    assert read_signature(ReceivedRequest("GET", "/", [("Host", "x")], b"", "127.0.0.1")) is None


def test_a_credential_date_of_another_day_is_refused() -> None:
    request = sign("/")
    headers = [(name, "20200101T000000Z" if name == "X-Amz-Date" else value) for name, value in request.headers]
    refusal = read_signature(changed(request, headers=headers))
    assert isinstance(refusal, Refusal)
    assert refusal.message.startswith("Date in Credential scope does not match")
