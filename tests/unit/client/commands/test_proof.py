"""`sentinel proof`: the header for curl."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.credentials import ReadOnlyCredentials

from sentinel.cli import run_command_line
from sentinel.credentials.vended import VendedCredentials
from shared.core.proof import parse_proof

KEYS = ReadOnlyCredentials("ASIAQQQQQQQQQQQQQQQQ", "the-secret-key", "T" * 300)
PROOF = ["proof", "--api", "abc123", "--region", "eu-central-1"]
VENDED = VendedCredentials(
    AccessKeyId="ASIAVENDED0000000000",
    SecretAccessKey="the-secret-key",
    Token="V" * 300,
    Expiration=datetime(2026, 3, 1, tzinfo=UTC),
)


@pytest.fixture(autouse=True)
def _inside_exec(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr("sentinel.commands._proof.session_credentials", lambda: KEYS)


def test_a_header_line_is_printed_and_no_secret_key(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(PROOF) == 0
    out = capsys.readouterr().out
    name, _, value = out.rstrip("\n").partition(": ")
    made = parse_proof(value)
    assert (name, made.key, made.region) == ("Authorization", KEYS.access_key, "eu-central-1")
    assert "the-secret-key" not in out


def test_a_line_for_curl_s_configuration_is_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line([*PROOF, "--curl-config"]) == 0
    line = capsys.readouterr().out
    assert line.startswith('header = "Authorization: Sentinel-STS key=')
    assert line.endswith('"\n')


def test_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line([*PROOF, "--json"]) == 0
    assert parse_proof(json.loads(capsys.readouterr().out)["Authorization"]).key == KEYS.access_key


def test_a_request_is_bound_as_the_api_sees_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bound: list[object] = []

    def make(*_: object, request: object, **__: object) -> str:
        bound.append(request)
        return "made"

    monkeypatch.setattr("sentinel.commands._proof.make_proof", make)
    assert run_command_line([*PROOF, "--request", "get /orders/7?page=2"]) == 0
    assert bound == [("GET", "/orders/7?page=2")]
    assert capsys.readouterr().out == "Authorization: made\n"


def test_a_profile_is_vended_for_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []

    def vend(_settings: object, profile: str) -> VendedCredentials:
        asked.append(profile)
        return VENDED

    monkeypatch.setattr("sentinel.commands._proof.cached_vend", vend)
    assert run_command_line([*PROOF, "--profile", "prod", "--json"]) == 0
    made = parse_proof(json.loads(capsys.readouterr().out)["Authorization"])
    assert (asked, made.key) == (["prod"], "ASIAVENDED0000000000")


def test_the_region_of_the_aws_configuration_is_the_last_to_be_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "SENTINEL_REGION", "SENTINEL_REMOTE_SERVER"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config").write_text("[default]\nregion = eu-west-3\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    assert run_command_line([word for word in PROOF if word not in ("--region", "eu-central-1")]) == 0
    assert parse_proof(capsys.readouterr().out.removeprefix("Authorization: ").strip()).region == "eu-west-3"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["proof"], "Missing option '--api'"),
        ([*PROOF, "--request", "/orders"], "is not a request"),
        ([*PROOF, "--request", "GET /orders#part"], "is not a request"),
        ([*PROOF, "--request", "GET /orders?a=1;b=2"], "write %3B"),
        ([*PROOF, "--request", "GET orders"], "is not a request"),
        ([*PROOF, "--api", "a b"], "is not an API id"),
        ([*PROOF, "--profile", "a b"], "a profile is named with"),
    ],
)
def test_what_no_proof_can_be_for_is_a_misuse(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert run_command_line(arguments) == 2
    assert words in capsys.readouterr().err


def test_the_region_must_be_known(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "SENTINEL_REGION", "SENTINEL_REMOTE_SERVER"):
        monkeypatch.delenv(name, raising=False)
    assert run_command_line(PROOF[:3]) == 2
    assert "pass --region" in capsys.readouterr().err


def test_long_term_keys_are_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = ReadOnlyCredentials("AKIAQQQQQQQQQQQQQQQQ", "s", None)
    monkeypatch.setattr("sentinel.commands._proof.session_credentials", lambda: own)
    assert run_command_line(PROOF) == 1
    err = capsys.readouterr().err
    assert "long-term keys" in err
    assert "--profile NAME" in err


def test_a_region_that_does_not_exist_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["proof", "--api", "abc123", "--region", "moon-1"]) == 1
    assert "moon-1" in capsys.readouterr().err
