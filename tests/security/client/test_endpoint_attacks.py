import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from sentinel.credentials.endpoint import Endpoint, serve_endpoint
from sentinel.credentials.refresher import CredentialRefresher
from sentinel.credentials.variables import ENDPOINT_PATH
from sentinel.errors import UsageError
from tests.unit.client.upstream import DENIED, Upstream


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
async def endpoint(upstream: Upstream) -> AsyncIterator[Endpoint]:
    async with serve_endpoint(CredentialRefresher(upstream.fetch, upstream.now)) as endpoint:
        yield endpoint


async def _send(endpoint: Endpoint, raw: bytes) -> tuple[int, dict[str, str], str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", endpoint.port)
    writer.write(raw)
    answer = (await reader.read()).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    status, *headers = head.split("\r\n")
    return int(status.split()[1]), dict(line.split(": ", 1) for line in headers), body


async def _ask(
    endpoint: Endpoint,
    *more: str,
    method: str = "GET",
    target: str = ENDPOINT_PATH,
    host: str | None = None,
    token: str | None = None,
) -> tuple[int, dict[str, str], str]:
    lines = [
        f"{method} {target} HTTP/1.1",
        f"Host: {host or f'127.0.0.1:{endpoint.port}'}",
        f"Authorization: {endpoint.token if token is None else token}",
        *more,
    ]
    return await _send(endpoint, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
async def test_the_holder_of_the_token_is_answered(endpoint: Endpoint, name: str) -> None:
    status, headers, body = await _ask(endpoint, host=f"{name}:{endpoint.port}")
    assert status == 200
    assert json.loads(body) == {
        "AccessKeyId": "ASIA0001",
        "SecretAccessKey": "the-secret",
        "Token": "the-token",
        "Expiration": "2026-11-02T13:00:00Z",
        "AccountId": "111122223333",
    }
    assert headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    "host",
    ["attacker.example", "attacker.example:{port}", "127.0.0.1", "127.0.0.1:80", "127.0.0.2:{port}", "[::1]:{port}"],
)
async def test_a_rebound_name_is_refused(endpoint: Endpoint, upstream: Upstream, host: str) -> None:
    status, _, body = await _ask(endpoint, host=host.format(port=endpoint.port))
    assert (status, json.loads(body)["code"]) == (403, "wrong_host")
    assert upstream.calls == 0


async def test_two_host_headers_are_refused(endpoint: Endpoint) -> None:
    status, _, body = await _ask(endpoint, "Host: attacker.example")
    assert status in {400, 403}
    assert "the-secret" not in body


async def test_a_wrong_token_is_refused(endpoint: Endpoint, upstream: Upstream) -> None:
    wrong = [
        "",
        "x",
        endpoint.token[:-1],
        endpoint.token + "x",
        f"Bearer {endpoint.token}",
        "\xff",
        endpoint.token.swapcase(),
    ]
    for token in wrong:
        status, _, body = await _ask(endpoint, token=token)
        assert (status, json.loads(body)["Code"]) == (403, "wrong_token")
    assert upstream.calls == 0


async def test_a_missing_or_doubled_token_is_refused(endpoint: Endpoint) -> None:
    without = f"GET {ENDPOINT_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{endpoint.port}\r\n\r\n"
    assert (await _send(endpoint, without.encode()))[0] == 403
    assert (await _ask(endpoint, f"Authorization: {endpoint.token}"))[0] in {400, 403}


async def test_a_token_in_the_url_does_not_count_and_is_not_repeated(endpoint: Endpoint) -> None:
    for target in (f"{ENDPOINT_PATH}?token={endpoint.token}", f"{ENDPOINT_PATH}/{endpoint.token}"):
        status, _, body = await _ask(endpoint, target=target, token="")
        assert status == 404
        assert endpoint.token not in body


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "//sentinel/credentials",
        "/sentinel//credentials",
        "/sentinel/credentials/",
        "/sentinel/./credentials",
        "/sentinel/%2e/credentials",
        "/sentinel/%63redentials",
        "/x/../sentinel/credentials",
        "/sentinel/credentials?",
        "/sentinel/credentials?a=b",
        "/sentinel/credentials#f",
        "/SENTINEL/CREDENTIALS",
        "http://attacker.example/sentinel/credentials",
    ],
)
async def test_any_other_way_to_write_the_path_is_refused(endpoint: Endpoint, upstream: Upstream, target: str) -> None:
    status, _, body = await _ask(endpoint, target=target)
    assert status in {400, 403, 404}
    assert "the-secret" not in body
    assert upstream.calls == 0


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "OPTIONS", "DELETE", "TRACE", "get"])
async def test_only_get_is_answered(endpoint: Endpoint, upstream: Upstream, method: str) -> None:
    status, headers, body = await _ask(endpoint, method=method)
    assert status in {400, 405}
    assert "Access-Control-Allow-Origin" not in headers
    assert "the-secret" not in body
    assert upstream.calls == 0


async def test_a_web_page_is_refused_even_with_the_token(endpoint: Endpoint) -> None:
    status, _, body = await _ask(endpoint, "Origin: null")
    assert (status, json.loads(body)["code"]) == (403, "wrong_origin")


@pytest.mark.parametrize("header", ["Content-Length: 5", "Transfer-Encoding: chunked"])
async def test_a_request_with_a_body_is_refused(endpoint: Endpoint, header: str) -> None:
    status, _, body = await _ask(endpoint, header)
    assert status == 400
    assert "the-secret" not in body


async def test_oversized_headers_are_refused(endpoint: Endpoint) -> None:
    many = [f"X-{number}: x" for number in range(200)]
    for more in (["X-Long: " + "x" * 5000], many):
        status, _, body = await _ask(endpoint, *more)
        assert status in {400, 431}
        assert endpoint.token not in body


async def test_two_requests_in_one_go_get_one_answer(endpoint: Endpoint) -> None:
    one = f"GET {ENDPOINT_PATH} HTTP/1.1\r\nHost: 127.0.0.1:{endpoint.port}\r\nAuthorization: {endpoint.token}\r\n\r\n"
    _, _, body = await _send(endpoint, (one + one).encode())
    assert body.count("HTTP/1.1") == 0


async def test_a_connection_that_never_finishes_its_headers_is_ended(upstream: Upstream) -> None:
    refresher = CredentialRefresher(upstream.fetch, upstream.now)
    async with serve_endpoint(refresher, connection_s=0.01) as endpoint:
        reader, writer = await asyncio.open_connection("127.0.0.1", endpoint.port)
        writer.write(b"GET /sentinel/credentials HTTP/1.1\r\nHost: ")
        assert await reader.read() == b""
        writer.close()


async def test_a_refusal_reaches_every_sdk_in_its_own_spelling(endpoint: Endpoint, upstream: Upstream) -> None:
    upstream.refusal = DENIED
    status, headers, body = await _ask(endpoint)
    assert (status, headers["Cache-Control"]) == (403, "no-store")
    message = "no rule matches (ask for it)"
    assert json.loads(body) == {"code": "denied", "message": message, "Code": "denied", "Message": message}


async def test_fifty_clients_at_once_cause_one_vend(endpoint: Endpoint, upstream: Upstream) -> None:
    answers = await asyncio.gather(*(_ask(endpoint) for _ in range(50)))
    assert {json.loads(body)["AccessKeyId"] for _, _, body in answers} == {"ASIA0001"}
    assert upstream.calls == 1


async def test_a_port_that_is_taken_says_so(endpoint: Endpoint, upstream: Upstream) -> None:
    with pytest.raises(UsageError, match=f"cannot listen on 127.0.0.1:{endpoint.port}"):
        async with serve_endpoint(CredentialRefresher(upstream.fetch, upstream.now), endpoint.port):
            raise AssertionError("listened twice")


async def test_the_token_is_new_each_time_long_and_not_in_a_repr(endpoint: Endpoint, upstream: Upstream) -> None:
    async with serve_endpoint(CredentialRefresher(upstream.fetch, upstream.now)) as other:
        assert other.token != endpoint.token
    assert len(endpoint.token) >= 43
    assert endpoint.token not in repr(endpoint)
