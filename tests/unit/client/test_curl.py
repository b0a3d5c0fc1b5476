"""`sentinel curl`: a request with a fresh proof."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from aiohttp import web
from botocore.credentials import ReadOnlyCredentials

from sentinel.cli import run_command_line
from sentinel.errors import UsageError
from sentinel.protected_api import parse_protected_url, strip_stage
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
    ],
)
def test_a_bound_path_is_without_its_stage(path: str, stage: str | None, seen: str) -> None:
    assert strip_stage(path, stage) == seen


class Api:
    """An API on loopback, in a thread of its own because the command brings its own event loop."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self.status = 200
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _serve(self) -> None:
        runner = web.ServerRunner(web.Server(self._answer, access_log=None), shutdown_timeout=0)  # type: ignore[arg-type]
        self._loop.run_until_complete(runner.setup())
        self._loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", 0).start())
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.raw_path, dict(request.headers), await request.read()))
        return web.Response(status=self.status, text="the answer", headers={"Location": "/elsewhere"})


@pytest.fixture
def api(socket_enabled: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Api]:
    assert socket_enabled is None
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr("sentinel.proof_options.session_credentials", lambda: KEYS)
    served = Api()
    served.start()
    yield served
    served.stop()


Curl = Callable[[Sequence[str]], int]


@pytest.fixture
def curl(api: Api) -> Curl:
    def run(arguments: Sequence[str]) -> int:
        return run_command_line(
            ["curl", "--region", "eu-central-1", "--api", "abc123", f"{api.url}/a?b=c%20d", *arguments]
        )

    return run


def test_the_body_goes_to_stdout_and_the_status_to_stderr(
    api: Api, curl: Curl, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert curl([]) == 0
    said = capfdbinary.readouterr()
    assert (said.out, said.err) == (b"the answer", b"200 OK\n")
    ((method, path, headers, body),) = api.asked
    assert (method, path, body) == ("GET", "/a?b=c%20d", b"")
    assert parse_proof(headers["Authorization"]).key == KEYS.access_key


@pytest.mark.parametrize("status", [302, 403, 500])
def test_anything_but_a_success_is_a_failure_and_no_redirect_is_followed(api: Api, curl: Curl, status: int) -> None:
    api.status = status
    assert curl([]) == 1
    assert len(api.asked) == 1


def test_a_body_is_posted_as_json_unless_said_otherwise(api: Api, curl: Curl, tmp_path: Path) -> None:
    (tmp_path / "body").write_bytes(b"\x00from a file")
    assert curl(["-d", '{"id": 7}']) == 0
    assert curl(["-X", "put", "-d", f"@{tmp_path / 'body'}", "-H", "content-type: text/plain", "-H", "X-Own: 1"]) == 0
    first, second = api.asked
    assert (first[0], first[2]["Content-Type"], first[3]) == ("POST", "application/json", b'{"id": 7}')
    headers = {name.lower(): value for name, value in second[2].items()}
    assert (second[0], headers["content-type"], headers["x-own"]) == ("PUT", "text/plain", "1")
    assert second[3] == b"\x00from a file"


def test_json_is_one_object(curl: Curl, capsys: pytest.CaptureFixture[str]) -> None:
    assert curl(["--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"status": 200, "body": "the answer"}


def test_a_bound_proof_is_for_the_method_and_the_path(curl: Curl, monkeypatch: pytest.MonkeyPatch) -> None:
    bound: list[object] = []

    def make(*_: object, request: object, **__: object) -> str:
        bound.append(request)
        return "Sentinel-STS made"

    monkeypatch.setattr("sentinel.proof_options.make_proof", make)
    assert curl(["--bind-request", "-X", "DELETE"]) == 0
    assert curl([]) == 0
    assert bound == [("DELETE", "/a"), None]


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
def test_what_may_not_be_sent_is_a_misuse(
    api: Api, curl: Curl, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert curl(arguments) == 2
    err = capsys.readouterr().err
    assert words in err
    assert "planted" not in err
    assert api.asked == []


def test_an_api_that_is_away_is_said_to_be(api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["curl", "--region", "eu-central-1", "--api", "abc123", "http://127.0.0.1:1/"]) == 1
    assert "http://127.0.0.1:1 cannot be reached" in capsys.readouterr().err
    assert api.asked == []
