"""`sentinel console`, from the vend to the browser."""

import asyncio
import json
import os
import pty
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.e2e.client.fake_grants import a_request
from tests.e2e.client.fake_service import REGION, SESSION_ID, FakeService, Machine
from tests.e2e.client.fake_sign_in import TOKEN, FakeSignIn, running_sign_in
from tests.unit.client.session_service import a_session

# Notes its arguments, those of every program that runs, and the redirect of the page it is given, twice.
BROWSER = f"""#!{sys.executable}
import glob, http.client, json, os, sys
from urllib.parse import parse_qs, urlsplit
argument = sys.argv[-1]
container, _, inner = argument.partition("ext+container:")
url = urlsplit(parse_qs(inner)["url"][0] if inner else argument)
def fetch():
    if url.hostname != "127.0.0.1":
        return [0, None]
    try:
        connection = http.client.HTTPConnection(url.netloc)
        connection.request("GET", url.path)
        answer = connection.getresponse()
        return [answer.status, answer.headers["Location"]]
    except OSError:
        return [0, None]
def command_line(path):
    try:
        return open(path, "rb").read().decode(errors="replace")
    except OSError:
        return ""
seen = {{"argument": argument, "programs": [command_line(path) for path in glob.glob("/proc/[0-9]*/cmdline")]}}
seen["environ"] = dict(os.environ)
seen["fetched"] = [fetch(), fetch()]
with open(os.path.expanduser("~/seen.unfinished"), "w") as file:
    json.dump(seen, file)
os.rename(file.name, os.path.expanduser("~/seen.json"))
"""


@pytest.fixture
async def aws(tmp_path: Path) -> AsyncIterator[FakeSignIn]:
    async with running_sign_in(tmp_path) as aws:
        yield aws


@pytest.fixture
def desk(user: Machine, aws: FakeSignIn, tmp_path: Path) -> Machine:
    """Give a user's machine with a browser named `surfer`, which is Firefox too."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("surfer", "firefox"):
        (programs / name).write_text(BROWSER)
        (programs / name).chmod(0o700)
    path = f"{programs}{os.pathsep}{user.environ['PATH']}"
    return replace(user, environ={**user.environ, **aws.environ, "PATH": path})


def seen_by_browser(machine: Machine) -> dict[str, Any]:
    seen: dict[str, Any] = json.loads((machine.home / "seen.json").read_text())
    return seen


def query_of(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query, strict_parsing=True)


async def test_a_browser_is_signed_in_and_the_token_is_in_no_argument_variable_or_line(
    desk: Machine, service: FakeService, aws: FakeSignIn
) -> None:
    done = await desk.process("console", "--browser", "surfer", "dev")
    assert done.code == 0, done.err
    assert service.vends == ["dev"]
    [(host, form)] = aws.posts
    assert host == "eu-west-3.signin.aws.amazon.com"  # the region of the catalogue
    assert form.keys() == {"Action", "Session"}
    assert json.loads(form["Session"][0])["sessionId"] == "ASIAVENDED0000000001"
    seen = seen_by_browser(desk)
    [[status, location], again] = seen["fetched"]
    assert (status, again[1]) == (303, None)
    assert location.startswith("https://eu-west-3.signin.aws.amazon.com/federation?Action=login&")
    assert query_of(location) == {
        "Action": ["login"],
        "Issuer": [desk.environ["SENTINEL_REMOTE_SERVER"]],
        "Destination": ["https://eu-west-3.console.aws.amazon.com/console/home?region=eu-west-3"],
        "SigninToken": [TOKEN],
    }
    assert seen["argument"].startswith("http://127.0.0.1:")
    shown = [seen["argument"], *seen["programs"], *seen["environ"].values(), done.out, done.err]
    for secret in (TOKEN, *service.secrets.values(), "token-of-ASIA"):
        assert not [text for text in shown if secret in text]
    assert any("console" in text for text in seen["programs"]) or sys.platform != "linux"
    assert done.out == ""
    assert "dev is signed in; the session ends in 59m" in done.err


async def test_it_goes_through_the_proxy_and_trusts_the_bundle_and_only_it(desk: Machine, aws: FakeSignIn) -> None:
    assert (await desk.sentinel("console", "--print", "dev")).code == 0
    assert aws.tunnels == ["eu-west-3.signin.aws.amazon.com:443"]
    done = await desk.sentinel("console", "--print", "dev", AWS_CA_BUNDLE="")
    assert (done.code, done.out, len(aws.posts)) == (1, "", 1)
    assert "shows a certificate that is not trusted here" in done.err


async def test_a_service_and_a_region_are_the_page_and_the_endpoint(desk: Machine, aws: FakeSignIn) -> None:
    done = await desk.sentinel("console", "--print", "--service", "cfn", "--region", "eu-central-1", "dev")
    assert done.code == 0, done.err
    assert aws.posts[0][0] == "eu-central-1.signin.aws.amazon.com"
    page = "https://eu-central-1.console.aws.amazon.com/cloudformation/home?region=eu-central-1"
    assert query_of(done.out.strip())["Destination"] == [page]


async def test_the_environment_s_region_wins_and_what_is_no_region_of_the_partition_is_part_of_no_host(
    desk: Machine, aws: FakeSignIn
) -> None:
    for region in ("eu-central-1", "cn-north-1", "evil.example/"):
        done = await desk.sentinel("console", "--print", "dev", AWS_REGION=region, SENTINEL_REGION=REGION)
        assert done.code == 0, done.err
    assert [host.partition(".")[0] for host, _ in aws.posts] == ["eu-central-1", "signin", "signin"]


async def test_a_page_of_the_console_is_a_destination(desk: Machine) -> None:
    page = "https://eu-west-3.console.aws.amazon.com/ec2/home?region=eu-west-3#Instances:"
    done = await desk.sentinel("console", "--print", "--destination", page, "dev")
    assert query_of(done.out.strip())["Destination"] == [page]


@pytest.mark.parametrize(
    "words",
    [
        ["--destination", "https://evil.example/"],
        ["--destination", "https://console.aws.amazon.com/", "--service", "s3"],
        ["--destination", "https://console.aws.amazon.com/", "--region", "eu-central-1"],
        ["--region", "evil.example/"],
        ["--service", "../iam"],
        ["--browser", "surfer", "--container"],
        ["--print", "--container"],
        ["--browser", "there-is-no-such-browser"],
        ["--browser", "surfer %s"],
        ["--browser", "/bin/sh"],
        ["--reason", "fix it"],
    ],
    ids=" ".join,
)
async def test_what_cannot_be_is_refused_before_a_session_is_vended(
    desk: Machine, service: FakeService, words: list[str]
) -> None:
    done = await desk.sentinel("console", *words, "dev")
    assert (done.code, service.vends) == (2, []), done.err


async def test_a_destination_or_a_region_of_another_partition_than_the_role_s_is_refused(
    desk: Machine, aws: FakeSignIn
) -> None:
    done = await desk.sentinel("console", "--print", "--destination", "https://console.amazonaws.cn/", "dev")
    assert (done.code, done.out, aws.posts) == (2, "", [])
    done = await desk.sentinel("console", "--print", "--region", "cn-north-1", "dev")
    assert (done.code, done.out, aws.posts) == (2, "", [])
    assert "cn-north-1 is no region of aws" in done.err


async def test_a_role_of_an_isolated_partition_has_no_console_here(
    desk: Machine, service: FakeService, aws: FakeSignIn
) -> None:
    role = "arn:aws-iso:iam::111122223333:role/sentinel/protected/prod"
    service.standing = {"session": a_session(id=SESSION_ID, role_arn=role)}
    done = await desk.sentinel("console", "--print", "dev")
    assert (done.code, done.out, aws.posts) == (1, "", [])
    assert "the partition aws-iso, whose console has no public sign-in endpoint" in done.err


async def test_an_unknown_service_is_opened_by_its_name_and_said_to_be_unknown(desk: Machine) -> None:
    done = await desk.sentinel("console", "--print", "--service", "lamda", "dev")
    assert (done.code, "did you mean lambda?" in done.err) == (0, True)
    assert "console.aws.amazon.com/lamda/home" in query_of(done.out.strip())["Destination"][0]


async def test_a_container_gets_the_page_and_not_the_token(desk: Machine) -> None:
    done = await desk.sentinel("console", "--container", "dev")
    assert done.code == 0, done.err
    seen = seen_by_browser(desk)
    scheme, _, inner = seen["argument"].partition(":")
    assert scheme == "ext+container"
    asked = parse_qs(inner, strict_parsing=True)
    assert asked.keys() == {"name", "url"}
    assert asked["name"] == ["dev"]
    assert asked["url"][0].startswith("http://127.0.0.1:")
    assert seen["fetched"][0][0] == 303
    assert TOKEN not in seen["argument"]


async def test_without_a_desktop_the_page_is_named_for_a_person_to_open(desk: Machine) -> None:
    process = await desk.start("console", "dev")
    assert process.stderr is not None
    assert (await process.stderr.readline()).startswith(b"To sign in, open this page")
    url = (await process.stderr.readline()).decode().strip()
    assert url.startswith("http://127.0.0.1:")
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert (process.returncode, out, b"Traceback" in err) == (-signal.SIGINT, b"", False)


async def test_aws_s_refusal_is_explained(desk: Machine, aws: FakeSignIn) -> None:
    aws.status = 400
    done = await desk.sentinel("console", "--browser", "surfer", "dev")
    assert (done.code, done.out) == (1, "")
    assert "AWS refused to sign the session in (HTTP 400)" in done.err
    assert "sentinel session list" in done.err
    assert not (desk.home / "seen.json").exists()


async def test_a_refusal_of_sentinel_opens_nothing(desk: Machine, service: FakeService, aws: FakeSignIn) -> None:
    service.refuse("prod")
    done = await desk.sentinel("console", "--browser", "surfer", "prod")
    assert (done.code, aws.posts) == (1, [])
    assert "no rule matches" in done.err


async def test_with_wait_an_approval_is_requested_and_the_console_opens_when_it_is_given(
    desk: Machine, service: FakeService, aws: FakeSignIn
) -> None:
    service.refuse("staging", "approval_required")
    service.grants.requests[f"{1:016d}"] = a_request()
    process = await desk.start("console", "--browser", "surfer", "--wait", "--reason", "fix it", "staging")
    await service.grants.looked.wait()
    service.refusals.clear()
    service.grants.approve(f"{1:016d}")
    _, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert seen_by_browser(desk)["fetched"][0][0] == 303
    assert len(aws.posts) == 1


async def test_inside_a_session_there_is_no_console(desk: Machine, service: FakeService) -> None:
    done = await desk.sentinel("console", "dev", SENTINEL_EXEC="prod")
    assert (done.code, service.vends) == (2, [])
    assert "sessions do not nest" in done.err


@pytest.mark.parametrize(("force", "code"), [([], 2), (["--force"], 0)])
async def test_the_sign_in_url_is_not_printed_to_a_terminal_unless_forced(
    desk: Machine, service: FakeService, force: list[str], code: int
) -> None:
    mine, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sentinel", "console", "--print", *force, "dev"),
        env=desk.environ,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=theirs,
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()
    os.close(theirs)
    assert process.returncode == code, err.decode()
    if code:
        assert b"the sign-in URL is a secret" in err
        assert service.vends == []
    else:
        assert TOKEN in os.read(mine, 1 << 16).decode()
    os.close(mine)


async def test_a_debugged_failure_shows_no_secret(desk: Machine, service: FakeService, aws: FakeSignIn) -> None:
    aws.status = 503
    done = await desk.sentinel("--debug", "console", "--print", "dev")
    assert done.code == 1
    for secret in (TOKEN, *service.secrets.values(), "token-of-ASIA"):
        assert secret not in done.err + done.out


async def test_the_region_to_sign_for_is_still_a_setting(desk: Machine) -> None:
    done = await desk.sentinel("console", "--print", "dev", SENTINEL_REGION="us-east-1")
    assert (done.code, "the gateway refused" in done.err) == (1, True)
    assert (await desk.sentinel("console", "--print", "dev", SENTINEL_REGION=REGION)).code == 0
