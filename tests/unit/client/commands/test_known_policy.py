from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from sentinel.commands._audit_lines import lines_options
from sentinel.commands._known_policy import known_options
from sentinel.credentials.base import BaseCredentials
from sentinel.doctor import aws as doctor
from sentinel.doctor.aws import Aws, DeniedError
from sentinel.evidence.reporting.gather import Known
from sentinel.terminal.options import connection_options
from tests.evidence.company import POLICY, PROFILES


@click.command
@connection_options
@lines_options("30d")
@known_options
def show(known: Known, **_: object) -> Known:
    return known


class Stored:
    """Parameter Store with the company's documents, and one that is broken."""

    def __init__(self, _base: BaseCredentials, region: str) -> None:
        assert region == "eu-central-1"

    async def all(self, _service: str, _operation: str, _key: str, *, Path: str) -> list[dict[str, Any]]:  # noqa: N803 - AWS's name
        texts = {
            "/sentinel/policies": {"access": POLICY},
            "/sentinel/profiles": {**PROFILES, "broken": "role_arn: 1\n"},
        }
        return [
            {"Name": f"{Path}/{name}", "Type": "String", "Value": text} for name, text in texts.get(Path, {}).items()
        ]


def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, aws: Any, *options: str) -> Known:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("SENTINEL_REMOTE_SERVER", "https://abc123.execute-api.eu-central-1.amazonaws.com")
    monkeypatch.setattr(doctor, "Aws", aws)
    known = CliRunner().invoke(show, options, standalone_mode=False, catch_exceptions=False).return_value
    assert isinstance(known, Known)
    return known


def test_lines_from_logs_are_compared_with_what_is_stored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    known = run(monkeypatch, tmp_path, Stored)
    assert known.policy is not None
    assert len(known.policy.rules) == 9
    assert set(known.catalogue) == set(PROFILES)
    assert ["broken" in problem for problem in known.problems] == [True]


def test_a_file_takes_precedence_over_what_is_stored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "access.yaml"
    file.write_text('version: "1"\nrules: [{name: one, effect: deny, conditions: {}}]\n')
    known = run(monkeypatch, tmp_path, Stored, "--policy", str(file))
    assert known.policy is not None
    assert [rule.name for rule in known.policy.rules] == ["one"]
    assert set(known.catalogue) == set(PROFILES)


def test_what_may_not_be_read_is_said_and_not_compared_with(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Denied(Aws):
        async def all(self, *_: Any, **__: Any) -> list[Any]:
            raise DeniedError("ssm:GetParametersByPath")

    known = run(monkeypatch, tmp_path, Denied)
    assert known.policy is None
    assert known.problems == [
        "The documents in Parameter Store cannot be read: your own credentials may not ssm:GetParametersByPath"
    ]


def test_lines_from_a_file_are_compared_with_nothing_in_aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("AWS is not asked")

    assert run(monkeypatch, tmp_path, refuse, "--from", "lines") == Known()
