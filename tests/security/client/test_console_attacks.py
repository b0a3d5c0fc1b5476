"""Attacks on `sentinel console`: on where its session goes, on the page that hands it over, and on what is shown."""

import asyncio
import os
import shutil
import sys
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from aiohttp import web
from pydantic import SecretStr

from sentinel.aws_console import page as pages
from sentinel.aws_console.destinations import check_destination
from sentinel.aws_console.page import SignInPage, serving
from sentinel.aws_console.partitions import PARTITIONS
from sentinel.aws_console.sign_in import SignInError, sign_in_url
from sentinel.credentials.vended import VendedCredentials
from sentinel.errors import ServiceUnreachableError, UsageError
from sentinel.remote_server import MalformedServerError
from tests.patience import LIMIT_S
from tests.unit.client.upstream import NOON, vended

TARGET = "https://signin.aws.amazon.com/federation?Action=login&SigninToken=THE-SIGN-IN-TOKEN"
PAGE = "https://console.aws.amazon.com/s3/home"
ISSUER = "https://sentinel.example/prod"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "http://console.aws.amazon.com/",
        "HTTPS://console.aws.amazon.com/",
        "//console.aws.amazon.com/",
        "https:/console.aws.amazon.com/",
        "https:console.aws.amazon.com",
        "https://console.aws.amazon.com.evil.example/",
        "https://evil-console.aws.amazon.com/",
        "https://evilconsole.aws.amazon.com/",
        "https://console.aws.amazon.com@evil.example/",
        "https://evil.example@console.aws.amazon.com/",
        "https://evil.example\\@console.aws.amazon.com/",
        "https://console.aws.amazon.com\\.evil.example/",
        "https://evil.example\\.console.aws.amazon.com/",
        "https://evil.example/.console.aws.amazon.com",
        "https://evil.example#.console.aws.amazon.com",
        "https://evil.example?.console.aws.amazon.com",
        "https://console.aws.amazon.com:8443/",
        "https://console.aws.amazon.com:443/",
        "https://console.aws.amazon.com./",
        "https://%63onsole.aws.amazon.com/",
        "https://console\u3002aws.amazon.com/",
        "https://consol\u0435.aws.amazon.com/",
        "https://aws.amazon.com/",
        "https://signin.aws.amazon.com/federation",
        "https://s3.amazonaws.com/bucket/page.html",
        " https://console.aws.amazon.com/",
        "https://console.aws.amazon.com/\n",
        "https://console.aws.amazon.com/a b",
        "https://console.aws.amazon.com/\tb",
        "https://console.aws.amazon.com/\\evil.example",
        "javascript:alert(1)//https://console.aws.amazon.com/",
        "https://",
        "",
    ],
)
def test_a_destination_that_is_not_a_page_of_the_console_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="not a page of the AWS console"):
        check_destination(url, PARTITIONS)


@pytest.mark.parametrize(
    "url",
    [
        "https://console.aws.amazon.com",
        "https://console.aws.amazon.com/s3/home?region=eu-central-1#x",
        "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:state=running;tag:a=b%20c",
        "https://111122223333-abc.eu-west-1.console.aws.amazon.com/",
        "https://us-gov-west-1.console.amazonaws-us-gov.com/ec2",
        "https://cn-north-1.console.amazonaws.cn/",
        "https://eusc-de-east-1.console.amazonaws-eusc.eu/",
    ],
)
def test_a_page_of_the_console_is_taken_as_it_is(url: str) -> None:
    assert check_destination(url, PARTITIONS) == url


def test_a_console_of_another_partition_is_refused_too() -> None:
    aws = next(partition for partition in PARTITIONS if partition.name == "aws")
    with pytest.raises(UsageError, match="not a page of the AWS console") as caught:
        check_destination("https://console.amazonaws.cn/", [aws])
    assert caught.value.hint.endswith("of console.aws.amazon.com or below it")


@pytest.fixture
async def page() -> AsyncIterator[SignInPage]:
    async with serving(SecretStr(TARGET)) as page:
        yield page


async def fetch(
    page: SignInPage, *more: str, method: str = "GET", target: str = "", host: str | None = None
) -> tuple[int, dict[str, str], str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", page.port)
    named = f"127.0.0.1:{page.port}" if host is None else host.format(port=page.port)
    lines = [f"{method} {target or urlsplit(page.url).path} HTTP/1.1", f"Host: {named}", *more]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    answer = (await reader.read()).decode()
    writer.close()
    head, _, body = answer.partition("\r\n\r\n")
    status, *headers = head.split("\r\n")
    return int(status.split()[1]), dict(line.split(": ", 1) for line in headers), body


async def test_one_fetch_is_redirected_and_a_second_one_is_not(page: SignInPage) -> None:
    status, headers, body = await fetch(page)
    assert (status, headers["Location"], body) == (303, TARGET, "")
    status, headers, body = await fetch(page)
    assert (status, headers.get("Location"), body) == (410, None, "")
    async with asyncio.timeout(LIMIT_S):
        await page.fetched()


async def test_only_one_of_many_at_once_is_redirected(page: SignInPage) -> None:
    answers = await asyncio.gather(*(fetch(page) for _ in range(20)))
    assert sorted(status for status, _, _ in answers) == [303] + [410] * 19


async def test_the_redirect_is_kept_nowhere_and_names_no_page_to_the_next(page: SignInPage) -> None:
    _, headers, _ = await fetch(page)
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"] == "default-src 'none'"
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "localhost:{port}", "127.0.0.1", "127.0.0.1:80", "[::1]:{port}", ""]
)
async def test_a_rebound_name_gets_nothing_and_uses_nothing_up(page: SignInPage, host: str) -> None:
    status, headers, _ = await fetch(page, host=host)
    assert (status, "Location" in headers) == (403, False)
    assert (await fetch(page))[0] == 303


async def test_two_hosts_get_nothing(page: SignInPage) -> None:
    status, headers, _ = await fetch(page, f"Host: 127.0.0.1:{page.port}")
    assert (status in {400, 403}, "Location" in headers) == (True, False)


@pytest.mark.parametrize(
    "written", ["/", "/guess", "{path}/", "/{path}", "{path}?", "{path}?a=b", "{path}x", "/./{path}"]
)
async def test_only_the_exact_path_counts_and_a_guess_uses_nothing_up(page: SignInPage, written: str) -> None:
    status, headers, _ = await fetch(page, target=written.format(path=urlsplit(page.url).path))
    assert (status, "Location" in headers) == (404, False)
    assert (await fetch(page))[0] == 303


@pytest.mark.parametrize("method", ["HEAD", "POST", "OPTIONS", "PUT"])
async def test_only_get_counts(page: SignInPage, method: str) -> None:
    assert (await fetch(page, method=method))[0] == 405
    assert (await fetch(page))[0] == 303


async def test_another_user_of_the_machine_gets_nothing_and_uses_nothing_up(
    page: SignInPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def is_another_user(*ends: object) -> bool:
        asked.append(ends)
        return len(asked) == 1

    monkeypatch.setattr(pages, "is_another_user", is_another_user)
    status, headers, _ = await fetch(page)
    assert (status, "Location" in headers) == (403, False)
    assert (await fetch(page))[0] == 303


FETCH = """
import http.client, sys
from urllib.parse import urlsplit
url = urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(url.netloc)
connection.request("GET", url.path)
print(connection.getresponse().status)
"""


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="only root can be another user")
@pytest.mark.parametrize(("user", "status"), [(65534, 403), (0, 303)])
async def test_what_another_user_s_program_fetches_is_refused_by_whose_it_is(
    page: SignInPage, user: int, status: int
) -> None:
    python = shutil.which("python3", path="/usr/bin") or pytest.skip("no Python that every user may run")
    command = (python, "-I", "-c", FETCH, page.url)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, user=user, cwd="/")
    out, _ = await process.communicate()
    assert int(out) == status


async def test_the_page_is_new_each_time_long_and_gone_afterwards(page: SignInPage) -> None:
    async with serving(SecretStr(TARGET)) as other:
        assert urlsplit(other.url).path != urlsplit(page.url).path
        assert len(urlsplit(other.url).path) > 40
        assert urlsplit(other.url).hostname == "127.0.0.1"
    with pytest.raises(OSError, match="Connect call failed"):
        await fetch(other)


def test_a_page_shows_nothing_of_its_target() -> None:
    assert "THE-SIGN-IN-TOKEN" not in repr(vars(SignInPage(SecretStr(TARGET))))


@dataclass
class FakeSignIn:
    """Answers in the place of AWS's federation endpoint, and keeps what it was sent."""

    status: int = 200
    body: bytes = b'{"SigninToken": "THE-SIGN-IN-TOKEN"}'
    headers: dict[str, str] = field(default_factory=dict)
    sent: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.BaseRequest) -> web.Response:
        self.sent.append((request.method, request.path_qs, parse_qs((await request.read()).decode())))
        return web.Response(status=self.status, body=self.body, headers=self.headers)


@asynccontextmanager
async def signing_in(fake: FakeSignIn) -> AsyncIterator[FakeSignIn]:
    runner = web.ServerRunner(web.Server(fake.answer, access_log=None), shutdown_timeout=0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}/federation"
    yield fake
    await runner.cleanup()


@pytest.fixture
def session() -> VendedCredentials:
    return vended(1, NOON)


async def ask(session: VendedCredentials, endpoint: str) -> SecretStr:
    return await sign_in_url(session, endpoint, issuer=ISSUER, destination=PAGE, ca_bundle=None)


async def test_credentials_are_posted_and_in_no_url(session: VendedCredentials) -> None:
    async with signing_in(FakeSignIn()) as aws:
        url = await ask(session, aws.url)
    [(method, target, form)] = aws.sent
    assert (method, target) == ("POST", "/federation")
    assert form.keys() == {"Action", "Session"}  # no SessionDuration
    assert form["Action"] == ["getSigninToken"]
    assert orjson.loads(form["Session"][0]) == {
        "sessionId": "ASIA0001",
        "sessionKey": "the-secret",
        "sessionToken": "the-token",
    }
    parts = urlsplit(url.get_secret_value())
    assert parse_qs(parts.query, strict_parsing=True) == {
        "Action": ["login"],
        "Issuer": [ISSUER],
        "Destination": [PAGE],
        "SigninToken": ["THE-SIGN-IN-TOKEN"],
    }
    for secret in ("the-secret", "the-token", "ASIA0001"):
        assert secret not in url.get_secret_value()
    assert "THE-SIGN-IN-TOKEN" not in f"{url!r} {url}"


async def test_a_token_cannot_add_a_parameter_or_another_destination(session: VendedCredentials) -> None:
    token = "x&Destination=https://evil.example/#"
    async with signing_in(FakeSignIn(body=orjson.dumps({"SigninToken": token}))) as aws:
        query = urlsplit((await ask(session, aws.url)).get_secret_value()).query
    assert parse_qs(query, strict_parsing=True)["Destination"] == [PAGE]


ECHO = b"the-secret the-token ASIA0001 THE-SIGN-IN-TOKEN"


@pytest.mark.parametrize(
    ("fake", "words"),
    [
        (FakeSignIn(400, ECHO), "refused to sign the session in (HTTP 400)"),
        (FakeSignIn(401, ECHO), "refused to sign the session in (HTTP 401)"),
        (FakeSignIn(403, ECHO), "refused to sign the session in (HTTP 403)"),
        (FakeSignIn(302, ECHO, {"Location": "https://evil.example/"}), "redirects, which is never followed"),
        (FakeSignIn(307, ECHO, {"Location": "https://evil.example/"}), "redirects, which is never followed"),
        (FakeSignIn(429, ECHO), "answered HTTP 429"),
        (FakeSignIn(503, ECHO), "answered HTTP 503"),
        (FakeSignIn(200, ECHO), "has no sign-in token"),
        (FakeSignIn(200, b'{"SigninToken": ""}'), "has no sign-in token"),
        (FakeSignIn(200, b'{"SigninToken": ["THE-SIGN-IN-TOKEN"]}'), "has no sign-in token"),
        (FakeSignIn(200, b'{"SigninToken": "%s"}' % (b"THE-SIGN-IN-TOKEN" * 1000)), "has no sign-in token"),
    ],
    ids=lambda value: "" if isinstance(value, FakeSignIn) else str(value),
)
async def test_a_refusal_says_what_to_do_and_repeats_no_secret(
    session: VendedCredentials, fake: FakeSignIn, words: str
) -> None:
    async with signing_in(fake) as aws:
        with pytest.raises(SignInError) as caught:
            await ask(session, aws.url)
    assert words in caught.value.message
    assert caught.value.hint
    assert len(aws.sent) == 1
    assert_says_no_secret(caught.value, caught.value.hint)


async def test_an_answer_without_end_is_not_read(session: VendedCredentials) -> None:
    async with signing_in(FakeSignIn(body=b"x" * (1 << 21))) as aws:
        with pytest.raises(ServiceUnreachableError, match="too large"):
            await ask(session, aws.url)


async def test_an_endpoint_out_of_reach_is_named_without_a_secret(session: VendedCredentials) -> None:
    with pytest.raises(ServiceUnreachableError, match=r"127\.0\.0\.1:9/federation cannot be reached") as caught:
        await ask(session, "http://127.0.0.1:9/federation")
    assert_says_no_secret(caught.value, caught.value.hint)


async def test_no_credentials_are_sent_in_the_clear(session: VendedCredentials) -> None:
    with pytest.raises(MalformedServerError, match="in the clear"):
        await ask(session, "http://signin.aws.amazon.com/federation")


def assert_says_no_secret(error: BaseException, hint: str) -> None:
    said = "".join(traceback.format_exception(error)) + repr(error) + hint
    for secret in ("the-secret", "the-token", "ASIA0001", "THE-SIGN-IN-TOKEN"):
        assert secret not in said
