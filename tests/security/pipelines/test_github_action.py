"""The GitHub Action on a simulated runner: its token endpoint, its environment file, its log; and a Sentinel API."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import botocore.session
import pytest
import yaml

from tests.patience import LIMIT_S

ACTION: Final = Path(__file__).parents[3] / "deploy" / "github-action"
DEFINED: Final[dict[str, Any]] = yaml.safe_load((ACTION / "action.yml").read_text(encoding="utf-8"))
TOKEN: Final = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvOmFjbWUvc2hvcCJ9.c2ln"
VENDED: Final = {
    "AccessKeyId": "ASIAEXAMPLE",
    "SecretAccessKey": "secret/planted+1=",
    "Token": "session-token-planted",
    "Expiration": "2126-11-28T20:00:00Z",
}


@dataclass
class Played:
    """The runner's token endpoint and Sentinel, on one port: what each was asked, and what Sentinel answers."""

    url: str
    asked: list[tuple[str, str]] = field(default_factory=list)
    answers: list[tuple[int, Mapping[str, str], Any]] = field(default_factory=list)

    def answer(self, path: str, authorization: str) -> tuple[int, Mapping[str, str], Any]:
        self.asked.append((path, authorization))
        if path.startswith("/token"):
            return (200, {}, {"value": TOKEN}) if authorization == "Bearer of-the-runner" else (401, {}, {})
        return self.answers.pop(0) if self.answers else (200, {}, VENDED)


@pytest.fixture
def played() -> Iterator[Played]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = found.answer(self.path, self.headers.get("Authorization", ""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Played(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@dataclass
class Ran:
    """A finished step: its log, and the variables that later steps have."""

    code: int
    log: str
    variables: dict[str, str]

    @property
    def shown(self) -> str:
        """The log as the runner shows it: masked, without its commands."""
        masked = re.findall(r"^::add-mask::(.*)$", self.log, re.MULTILINE)
        shown = re.sub(r"^::add-mask::.*\n", "", self.log, flags=re.MULTILINE)
        for value in masked:
            shown = shown.replace(value, "***")
        return shown


def run(played: Played, folder: Path, runner: Mapping[str, str] | None = None, **inputs: str) -> Ran:
    """Run the action's step as a runner does: inputs and defaults into `env`, then the script with bash."""
    [step] = DEFINED["runs"]["steps"]
    given = {name: each.get("default", "") for name, each in DEFINED["inputs"].items()}
    given |= {"url": played.url, "profile": "deploy"} | {name.replace("_", "-"): text for name, text in inputs.items()}
    file = folder / "github-env"
    file.touch()
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "GITHUB_ACTION_PATH": str(ACTION),
        "GITHUB_ENV": str(file),
        "RUNNER_TEMP": str(folder),
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"{played.url}/token?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-runner",
        "no_proxy": "*",
        **{name: given[_input_of(text)] for name, text in step["env"].items()},
        **(runner or {}),
    }
    bash = shutil.which("bash")
    assert bash is not None
    done = subprocess.run(
        [bash, "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=LIMIT_S,
    )
    return Ran(done.returncode, done.stdout + done.stderr, _variables(file.read_text(encoding="utf-8")))


def _input_of(expression: str) -> str:
    found = re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", expression)
    assert found is not None
    return found[1]


def _variables(text: str) -> dict[str, str]:
    return {name: value for name, _, value in re.findall(r"^(\w+)<<(\S+)\n(.*?)\n\2$", text, re.MULTILINE | re.DOTALL)}


def test_the_environment_gets_the_credentials_and_the_log_does_not(played: Played, tmp_path: Path) -> None:
    ran = run(played, tmp_path, duration="30m", region="eu-central-1")

    assert ran.code == 0, ran.log
    assert ran.variables == {
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": VENDED["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": VENDED["SecretAccessKey"],
        "AWS_SESSION_TOKEN": VENDED["Token"],
    }
    for secret in (TOKEN, VENDED["SecretAccessKey"], VENDED["Token"]):
        assert f"::add-mask::{secret}\n" in ran.log
        assert secret not in ran.shown
    assert "credentials until 2126-11-28T20:00:00Z" in ran.shown


def test_the_job_s_token_is_asked_for_the_audience_and_sent_to_the_issuer_s_prefix(
    played: Played, tmp_path: Path
) -> None:
    run(played, tmp_path, audience="https://sentinel.example.com", issuer="corp-github", duration="30m")

    (token_path, _), (path, authorization) = played.asked
    assert parse_qs(urlsplit(token_path).query) == {
        "api-version": ["2.0"],
        "audience": ["https://sentinel.example.com"],
    }
    assert urlsplit(path).path == "/as/corp-github"
    assert parse_qs(urlsplit(path).query) == {"profile": ["deploy"], "duration": ["30m"]}
    assert authorization == TOKEN


def test_a_profile_fetches_when_an_sdk_asks(played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run(played, tmp_path, output="profile", aws_profile="shop", region="eu-central-1")

    assert ran.code == 0, ran.log
    assert ran.variables["AWS_PROFILE"] == "shop"
    assert not ran.variables.keys() & {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}
    config = Path(ran.variables["AWS_CONFIG_FILE"]).read_text(encoding="utf-8")
    assert not any(secret in config for secret in (TOKEN, VENDED["SecretAccessKey"], VENDED["Token"]))
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in ran.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{played.url}/token?api-version=2.0")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of-the-runner")
    monkeypatch.setenv("no_proxy", "*")
    found = botocore.session.Session().get_credentials().get_frozen_credentials()
    assert (found.access_key, found.secret_key, found.token) == (
        VENDED["AccessKeyId"],
        VENDED["SecretAccessKey"],
        VENDED["Token"],
    )


def test_a_second_profile_joins_the_first_and_none_is_written_twice(played: Played, tmp_path: Path) -> None:
    first = run(played, tmp_path, output="profile")
    config = {"AWS_CONFIG_FILE": first.variables["AWS_CONFIG_FILE"]}
    assert run(played, tmp_path, config, output="profile", profile="other").code == 0
    twice = run(played, tmp_path, config, output="profile", profile="other")

    written = Path(config["AWS_CONFIG_FILE"]).read_text(encoding="utf-8")
    assert re.findall(r"^\[profile (\w+)\]$", written, re.MULTILINE) == ["deploy", "other"]
    assert twice.code == 1
    assert "choose another aws-profile" in twice.log


@pytest.mark.parametrize(
    ("inputs", "named"),
    [
        ({"url": "http://sentinel.example.com"}, "url"),
        ({"url": "https://sentinel.example.com/$(id)"}, "url"),
        ({"issuer": "github/../corp"}, "issuer"),
        ({"profile": "deploy&profile=prod"}, "profile"),
        ({"profile": ""}, "profile"),
        ({"profile": "deploy\nAWS_PROFILE=x"}, "profile"),
        ({"duration": "1h; id"}, "duration"),
        ({"audience": "a b"}, "audience"),
        ({"output": "file"}, "output"),
        ({"aws_profile": "x]\ncredential_process = id"}, "aws-profile"),
        ({"region": "eu\nX=1"}, "region"),
    ],
)
def test_an_input_that_could_be_read_as_something_else_is_refused(
    played: Played, tmp_path: Path, inputs: dict[str, str], named: str
) -> None:
    ran = run(played, tmp_path, None, **inputs)

    assert (ran.code, ran.variables, played.asked) == (1, {}, [])
    assert f"input {named} must look like" in ran.log


def test_a_job_that_may_not_ask_for_a_token_says_which_permission_it_needs(played: Played, tmp_path: Path) -> None:
    ran = run(played, tmp_path, {"ACTIONS_ID_TOKEN_REQUEST_URL": ""})

    assert ran.code == 1
    assert "id-token: write" in ran.log


def test_a_refusal_is_an_annotation_with_the_service_s_words_and_no_command_of_its_own(
    played: Played, tmp_path: Path
) -> None:
    words = {"message": "no rule allows deploy\n::set-env name=X::1", "hint": "ask the platform team"}
    played.answers = [(403, {}, words)]

    ran = run(played, tmp_path)

    assert (ran.code, ran.variables) == (1, {})
    (shown,) = [line for line in ran.shown.splitlines() if line.startswith("::")]
    said = "403 no rule allows deploy%0A::set-env name=X::1 ask the platform team"
    assert shown == f"::error title=Sentinel::Sentinel refused: {said}"


def test_api_gateway_s_reason_is_shown(played: Played, tmp_path: Path) -> None:
    challenge = 'Bearer scope="" error="invalid_token" error_description="the token does not have a valid audience"'
    played.answers = [(401, {"www-authenticate": challenge}, {"message": "Unauthorized"})]

    assert "401 Unauthorized the token does not have a valid audience" in run(played, tmp_path).log


def test_a_busy_service_is_asked_again(played: Played, tmp_path: Path) -> None:
    played.answers = [(503, {}, {}), (200, {}, VENDED)]

    assert run(played, tmp_path).code == 0
    assert len(played.asked) == 3


def test_a_redirect_takes_the_token_nowhere(played: Played, tmp_path: Path) -> None:
    played.answers = [(302, {"Location": f"{played.url}/elsewhere"}, {})]

    assert run(played, tmp_path).code == 1
    assert not any(path.startswith("/elsewhere") for path, _ in played.asked)


@pytest.mark.parametrize(
    "answer", [b"<html>", {"AccessKeyId": "A"}, VENDED | {"Token": "a\nPATH=x"}, VENDED | {"Token": 1}, ["x"]]
)
def test_an_answer_without_usable_credentials_sets_nothing(played: Played, tmp_path: Path, answer: Any) -> None:
    played.answers = [(200, {}, answer)]

    ran = run(played, tmp_path)

    assert (ran.code, ran.variables) == (1, {})


def test_every_input_reaches_the_script_by_a_variable_and_none_is_part_of_the_command() -> None:
    [step] = DEFINED["runs"]["steps"]

    assert "${{" not in step["run"]
    assert {_input_of(text) for text in step["env"].values()} == DEFINED["inputs"].keys()
    assert all(each.get("description") for each in DEFINED["inputs"].values())
