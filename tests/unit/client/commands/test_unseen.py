"""Locking and revoking names that were never seen: done, said, and another exit code."""

import json
from typing import Any

import pytest

from sentinel.cli import run_command_line
from tests.unit.client.session_service import SessionService, a_kill_switch, a_lockout, many_revoked

UNSEEN: dict[str, Any] = {"seen": False, "near": ["alice", "alina"]}
COMMANDS = [
    ["lock", "create", "--user", "alcie", "--reason", "r"],
    ["session", "revoke", "--user", "alcie", "--reason", "r"],
]


def serve(sessions: SessionService, known: object, **switch: object) -> None:
    lockout = a_lockout(name="alcie")
    sessions.answer("POST", "/v1/lockouts", {"lockout": lockout, "known": known, "notified": {}})
    revoked = many_revoked(lockout=lockout, known=known, kill_switch=a_kill_switch(**switch))
    revoked["revocation"]["name"] = "alcie"
    sessions.answer("POST", "/v1/revocations", revoked, status=201)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[1])
def test_a_name_never_seen_is_said_with_what_may_have_been_meant(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    serve(sessions, UNSEEN)
    assert run_command_line(command) == 3
    said = capsys.readouterr()
    assert "the user alcie is locked out" in said.out
    assert "the user alcie was never seen" in said.err
    assert "did you mean alice or alina?" in said.err


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[1])
def test_a_script_reads_it_too(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    serve(sessions, UNSEEN)
    assert run_command_line([*command, "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["known"] == UNSEEN


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[1])
@pytest.mark.parametrize("known", [{"seen": True, "near": []}, None], ids=["seen", "everyone, or an older service"])
def test_a_name_that_is_known_needs_no_word(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], command: list[str], known: object
) -> None:
    serve(sessions, known)
    assert run_command_line(command) == 0
    assert "never seen" not in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[1])
def test_what_could_not_be_looked_up_is_said_and_no_failure(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    serve(sessions, {"seen": None, "near": []})
    assert run_command_line(command) == 0
    assert "could not be looked up" in capsys.readouterr().err


def test_a_kill_switch_that_failed_goes_first_and_both_are_said(
    sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(sessions, UNSEEN, status="failed")
    assert run_command_line(COMMANDS[1]) == 1
    said = capsys.readouterr().err
    assert "never seen" in said
    assert "kill switch did not reach every account" in said
