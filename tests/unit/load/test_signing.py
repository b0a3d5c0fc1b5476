"""The load generator's signer, compared with botocore's."""

from datetime import UTC, datetime
from unittest.mock import patch

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from load.driver.signing import CallerSigner, write_query

KEY, SECRET, REGION = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "eu-central-1"
BASE = "http://127.0.0.1:8080"
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)


@given(
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    path=st.sampled_from(["/", "/v1/requests", "/v1/requests/7k2m9q4w8x3v5b1n/approve"]),
    query=st.dictionaries(TEXT.filter(bool), TEXT, max_size=3),
    body=st.binary(max_size=32),
    now=st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2030, 1, 1)),  # noqa: DTZ001 - made aware below
)
def test_it_signs_as_botocore_does(method: str, path: str, query: dict[str, str], body: bytes, now: datetime) -> None:
    instant = now.replace(tzinfo=UTC)
    ours = CallerSigner(KEY, SECRET, REGION).sign(method, f"{BASE}{path}", query, body, instant)
    url = f"{BASE}{path}?{write_query(query)}" if query else f"{BASE}{path}"
    request = AWSRequest(method, url, data=body)
    with patch("botocore.auth.get_current_datetime", return_value=instant.replace(tzinfo=None)):
        SigV4Auth(Credentials(KEY, SECRET), "execute-api", REGION).add_auth(request)
    assert ours["X-Amz-Date"] == request.headers["X-Amz-Date"]
    assert ours["Authorization"] == request.headers["Authorization"]


def test_a_key_of_yesterday_is_not_used_today() -> None:
    signer = CallerSigner(KEY, SECRET, REGION)
    days = [datetime(2026, 3, day, tzinfo=UTC) for day in (1, 2)]
    [first, second] = [signer.sign("GET", BASE, {}, b"", day)["Authorization"] for day in days]
    assert second == CallerSigner(KEY, SECRET, REGION).sign("GET", BASE, {}, b"", days[1])["Authorization"] != first
