"""Signatures, compared with botocore's for any request that can be sent."""

from datetime import UTC, datetime
from unittest.mock import patch

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from shared.aws.client.signing import Signer

KEYS = ReadOnlyCredentials("AKIAEXAMPLE", "secret", "token")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HEADERS = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.Query"}

texts = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)


def botocores(host: str, headers: dict[str, str], body: bytes, keys: ReadOnlyCredentials, now: datetime) -> str:
    request = AWSRequest("POST", f"https://{host}/", headers=headers, data=body)
    with patch("botocore.auth.get_current_datetime", return_value=now):
        SigV4Auth(keys, "dynamodb", "eu-west-1").add_auth(request)
    return str(request.headers["Authorization"])


@given(
    body=st.binary(max_size=200),
    values=st.lists(texts, max_size=3),
    secret=texts,
    token=st.none() | texts,
    now=st.datetimes(datetime(2000, 1, 1), datetime(2999, 12, 31)),  # noqa: DTZ001 - made aware below
    host=st.sampled_from(["dynamodb.eu-west-1.amazonaws.com", "localhost:4566"]),
)
def test_every_signature_is_botocores(
    body: bytes,
    values: list[str],
    secret: str,
    token: str | None,
    now: datetime,
    host: str,
) -> None:
    headers = {f"X-Header-{number}": f"{value}  {value}" for number, value in enumerate(values)}
    keys = ReadOnlyCredentials("AKIAEXAMPLE", secret, token)
    sent = Signer(host, "dynamodb", "eu-west-1").sign(headers, body, keys, now.replace(tzinfo=UTC))
    assert sent["authorization"] == botocores(host, headers, body, keys, now.replace(tzinfo=UTC))


def test_the_key_of_a_day_serves_that_day_and_those_keys_alone() -> None:
    signer = Signer("sts.eu-west-1.amazonaws.com", "dynamodb", "eu-west-1")
    other = ReadOnlyCredentials("AKIAEXAMPLE", "another secret", "token")
    for keys, now in ((KEYS, NOW), (KEYS, NOW.replace(day=24)), (other, NOW), (KEYS, NOW)):
        expected = botocores("sts.eu-west-1.amazonaws.com", HEADERS, b"{}", keys, now)
        assert signer.sign(HEADERS, b"{}", keys, now)["authorization"] == expected
