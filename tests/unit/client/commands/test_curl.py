"""`sentinel curl`: a request with a fresh proof."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer
from botocore.credentials import ReadOnlyCredentials

from sentinel.cli import run_command_line
from sentinel.errors import UsageError
from sentinel.proof.source import strip_stage
from sentinel.proof.url import parse_protected_url
from shared.core.proof import parse_proof

KEYS = ReadOnlyCredentials("ASIAQQQQQQQQQQQQQQQQ", "the-secret-key", "T" * 300)


@pytest.mark.parametrize(
    ("url", "api_id", "region"),
    [
        ("https://abc123.execute-api.eu-central-1.amazonaws.com/orders?page=2", "abc123", "eu-central-1"),
        ("https://abc123-vpce-0a1b.execute-api.us-east-1.amazonaws.com/", "abc123", "us-east-1"),
        ("https://abc123.execute-api.cn-north-1.amazonaws.com.cn", "abc123", "cn-north-1"),
    ],
)
def test_api_gateway_s_own_host_names_the_api(url: str, api_id: str, region: str) -> None:
    where = parse_protected_url(url, None)
    assert (where.url, where.api_id, where.region) == (url, api_id, region)


@pytest.mark.parametrize(
    "url",
    [
        "https://orders.example/",
        "https://abc123.execute-api.eu-west-1.amazonaws.com.attacker.example/",
        "https://x.abc123.execute-api.eu-west-1.amazonaws.com/",
    ],
)
def test_no_other_host_does(url: str) -> None:
    with pytest.raises(UsageError, match="does not name its API"):
        parse_protected_url(url, None)
    assert parse_protected_url(url, "abc123").api_id == "abc123"


@pytest.mark.parametrize(
    "url",
    [
        "http://orders.example/",
        "ftp://orders.example/",
        "https://user:password@orders.example/",
        "https://orders.example/#x",
        "https://orders.example/a b",
        "https://orders.example/\r\nX: y",
        "orders.example",
        "",
    ],
)
def test_a_proof_is_never_sent_in_the_clear_or_astray(url: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_protected_url(url, "abc123")
    assert "password" not in raised.value.message


@pytest.mark.parametrize(
    ("path", "stage", "seen"),
    [
        ("/v1/pay", "v1", "/pay"),
        ("/v1/pay", "/v1/", "/pay"),
        ("/v1", "v1", "/"),
        ("/v10/pay", "v1", "/v10/pay"),
        ("/v1/pay", None, "/v1/pay"),
        ("/v1/pay?to=/v1/x", "v1", "/pay?to=/v1/x"),
        ("/v1?x=1", "v1", "/?x=1"),
        ("/pay?/v1/", "v1", "/pay?/v1/"),
    ],
)
def test_a_bound_path_is_without_its_stage(path: str, stage: str | None, seen: str) -> None:
    assert strip_stage(path, stage) == seen


@dataclass
class Api:
    """An API on loopback, and the command, which brings its own event loop and so runs in another thread."""

    status: int = 200
    url: str = ""
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    async def answer(self, request: web.BaseRequest) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append((request.method, request.raw_path, headers, await request.read()))
        return web.Response(status=self.status, text="the answer", headers={"Location": "/elsewhere"})

    async def curl(self, *arguments: str, url: str | None = None) -> int:
        flags = ["--region", "eu-central-1", "--api", "abc123", url or f"{self.url}/a?b=c%20d"]
        return await asyncio.to_thread(run_command_line, ["curl", *flags, *arguments])


@pytest.fixture
async def api(socket_enabled: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Api]:
    assert socket_enabled is None
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr("sentinel.commands._proof.session_credentials", lambda: KEYS)
    served = Api()
    async with RawTestServer(served.answer) as server:
        served.url = str(server.make_url("")).rstrip("/")
        yield served


async def test_the_body_goes_to_stdout_and_the_status_to_stderr(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert await api.curl() == 0
    said = capsys.readouterr()
    assert (said.out, said.err) == ("the answer", "200 OK\n")
    ((method, path, headers, body),) = api.asked
    assert (method, path, body) == ("GET", "/a?b=c%20d", b"")
    assert parse_proof(headers["authorization"]).key == KEYS.access_key


@pytest.mark.parametrize("status", [302, 403, 500])
async def test_anything_but_a_success_is_a_failure_and_no_redirect_is_followed(api: Api, status: int) -> None:
    api.status = status
    assert await api.curl() == 1
    assert len(api.asked) == 1


async def test_a_body_is_posted_as_json_unless_said_otherwise(api: Api, tmp_path: Path) -> None:
    (tmp_path / "body").write_bytes(b"\x00from a file")
    assert await api.curl("-d", '{"id": 7}') == 0
    assert (
        await api.curl("-X", "put", "-d", f"@{tmp_path / 'body'}", "-H", "content-type: text/plain", "-H", "X-Own: 1")
        == 0
    )
    first, second = api.asked
    assert (first[0], first[2]["content-type"], first[3]) == ("POST", "application/json", b'{"id": 7}')
    assert (second[0], second[2]["content-type"], second[2]["x-own"]) == ("PUT", "text/plain", "1")
    assert second[3] == b"\x00from a file"


async def test_json_is_one_object(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert await api.curl("--json") == 0
    assert json.loads(capsys.readouterr().out) == {"status": 200, "body": "the answer"}


async def test_a_bound_proof_is_for_the_method_the_path_and_the_query(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    bound: list[object] = []

    def make(*_: object, request: object, **__: object) -> str:
        bound.append(request)
        return "Sentinel-STS made"

    monkeypatch.setattr("sentinel.commands._proof.make_proof", make)
    assert await api.curl("--bind-request", "-X", "DELETE") == 0
    assert await api.curl() == 0
    assert bound == [("DELETE", "/a?b=c%20d"), None]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-H", "Authorization: Bearer planted"], "not yours to set"),
        (["-H", "host: elsewhere"], "not yours to set"),
        (["-H", "planted"], "a header is written like"),
        (["-H", "X-A: planted\r\nX-B: y"], "a header is written like"),
        (["-X", "GET /"], "a method is a word"),
        (["-d", "@/nowhere/at/all"], "cannot be read"),
    ],
)
async def test_what_may_not_be_sent_is_a_misuse(
    api: Api, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert await api.curl(*arguments) == 2
    err = capsys.readouterr().err
    assert words in err
    assert "planted" not in err
    assert api.asked == []


async def test_an_api_that_is_away_is_said_to_be(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert await api.curl(url="http://127.0.0.1:1/") == 1
    assert "http://127.0.0.1:1 cannot be reached" in capsys.readouterr().err
    assert api.asked == []
