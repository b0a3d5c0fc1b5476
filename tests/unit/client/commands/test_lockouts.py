"""`sentinel lock`, `unlock`, `locks` and `kill-switch`."""

import json

import pytest

from sentinel.cli import run_command_line
from tests.unit.client.session_service import SessionService, a_kill_switch, a_lockout

LOCKOUTS = "/v1/lockouts"
SWITCH = "/v1/kill-switch"


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        (["--user", "alice"], {"user": "alice"}),
        (["--profile", "prod", "--duration", "4h"], {"profile": "prod", "duration": "4h"}),
        (["--all"], {"all": True}),
    ],
)
def test_a_target_is_locked_out(sessions: SessionService, arguments: list[str], sent: dict[str, object]) -> None:
    sessions.answer("POST", LOCKOUTS, {"lockout": a_lockout(), "notified": {}}, status=201)
    assert run_command_line(["lock", *arguments, "--reason", "r"]) == 0
    assert sessions.asked == [("POST", LOCKOUTS, {**sent, "reason": "r"})]


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        (["--user", "alice", "--comment", "new keys"], {"user": "alice", "comment": "new keys"}),
        (["--all"], {"all": "true"}),
    ],
)
def test_a_lockout_is_lifted(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], arguments: list[str], sent: dict[str, str]
) -> None:
    lifted = {"by": "bob", "at": "2026-03-01T13:00:00Z", "comment": "new keys"}
    sessions.answer("DELETE", LOCKOUTS, {"lockout": a_lockout(lifted=lifted), "notified": {"sns": False}})
    assert run_command_line(["lock", "lift", *arguments]) == 0
    assert sessions.asked == [("DELETE", LOCKOUTS, sent)]
    said = capsys.readouterr()
    assert "the user alice is not locked out any more: lifted by bob" in said.out
    assert "the notification to sns failed" in said.err


@pytest.mark.parametrize("command", [["lock", "create", "--reason", "r"], ["lock", "lift"]])
def test_a_lockout_needs_a_target(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert run_command_line(command) == 2
    assert "name a target" in capsys.readouterr().err
    assert sessions.asked == []


def test_lockouts_are_listed(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [a_lockout(), a_lockout(target="all", name=None)]
    sessions.answer("GET", LOCKOUTS, {"lockouts": rows, "next_cursor": None})
    assert run_command_line(["lock", "list", "--json"]) == 0
    assert [row["target"] for row in json.loads(capsys.readouterr().out)["lockouts"]] == ["user", "all"]
    assert run_command_line(["lock", "list"]) == 0
    assert "everyone" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("status", "code"),
    [("applied", 0), ("unchanged", 0), ("off", 0), ("behind", 1), ("partial", 1), ("failed", 1)],
)
def test_the_kill_switch_s_state_is_the_exit_code(sessions: SessionService, status: str, code: int) -> None:
    sessions.answer("GET", SWITCH, {"kill_switch": a_kill_switch(status=status)})
    assert run_command_line(["kill-switch", "status"]) == code


def test_the_kill_switch_is_synchronised(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    sessions.answer("POST", f"{SWITCH}/sync", {"kill_switch": a_kill_switch()})
    assert run_command_line(["kill-switch", "sync", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "applied"
    assert sessions.asked == [("POST", f"{SWITCH}/sync", {})]
