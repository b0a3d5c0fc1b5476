"""`sentinel session revoke`: one session, many, and what the kill switch did."""

import asyncio
import json

import click
import pytest

from sentinel.api.sessions_client import SessionApi
from sentinel.cli import run_command_line
from sentinel.commands.revoke import finish
from sentinel.errors import ServiceUnreachableError
from tests.unit.client.session_service import (
    ID,
    OTHER_ID,
    SessionService,
    a_kill_switch,
    a_revocation,
    many_revoked,
    one_revoked,
)

ONE = ("POST", f"/v1/sessions/{ID}/revoke")
MANY = ("POST", "/v1/revocations")
CONTINUE = ("POST", f"/v1/revocations/{OTHER_ID}/continue")


def test_one_session_is_revoked_and_the_kill_switch_reported(
    sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    sessions.answer(*ONE, one_revoked())
    assert run_command_line(["session", "revoke", ID, "--reason", "key in a log", "--lock", "1h"]) == 0
    assert sessions.asked == [(*ONE, {"reason": "key in a log", "lock_for": "1h"})]
    out = capsys.readouterr().out
    assert f"session {ID} of alice on prod is revoked" in out
    assert "The kill switch was written at 2026-03-01T12:00:01Z; IAM takes seconds to spread it." in out


def test_a_user_is_revoked_and_locked_out(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    sessions.answer(*MANY, many_revoked(), status=201)
    assert run_command_line(["session", "revoke", "--user", "alice", "--reason", "laptop stolen"]) == 0
    assert sessions.asked == [(*MANY, {"user": "alice", "reason": "laptop stolen"})]
    out = capsys.readouterr().out
    assert "100 sessions are marked" in out
    assert "the user alice is locked out until `sentinel lock lift`" in out


def test_many_rows_are_marked_until_all_are(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    begun = a_revocation(complete=False, marked=0)
    sessions.answer(*MANY, many_revoked(revocation=begun), status=201)
    steps = [a_revocation(complete=done, marked=marked) for done, marked in ((False, 500), (False, 900), (True, 950))]
    sessions.answer(*CONTINUE, *({"revocation": step} for step in steps))
    assert run_command_line(["session", "revoke", "--all", "--reason", "INC-9", "--yes"]) == 0
    assert [path for _, path, _ in sessions.asked] == [MANY[1], *[CONTINUE[1]] * 3]
    assert sessions.asked[0][2] == {"all": True, "reason": "INC-9"}
    said = capsys.readouterr()
    assert "950 sessions are marked" in said.out
    assert "marking revoked sessions, 500 so far" in said.err


def test_an_error_while_marking_says_that_the_revocation_holds(
    sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    sessions.answer(*MANY, many_revoked(revocation=a_revocation(complete=False)), status=201)
    sessions.answer(*CONTINUE, ServiceUnreachableError("the service is away"))
    assert run_command_line(["session", "revoke", "--user", "alice", "--reason", "r"]) == 1
    err = capsys.readouterr().err
    assert "the revocation is in force" in err
    assert f"sentinel session revoke --resume {OTHER_ID}" in err


async def test_ctrl_c_while_marking_says_how_to_go_on(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def interrupted(*_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(sessions, "post", interrupted)
    with pytest.raises(asyncio.CancelledError):
        await finish(SessionApi(sessions), OTHER_ID)  # type: ignore[arg-type]
    assert f"resume with: sentinel session revoke --resume {OTHER_ID}" in capsys.readouterr().err


def test_an_interrupted_revocation_is_resumed(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    steps = [{"revocation": a_revocation(complete=done)} for done in (False, True)]
    sessions.answer(*CONTINUE, *steps)
    assert run_command_line(["session", "revoke", "--resume", OTHER_ID, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["revocation"]["complete"] is True
    assert [path for _, path, _ in sessions.asked] == [CONTINUE[1]] * 2


@pytest.mark.parametrize("status", ["failed", "partial"])
def test_a_kill_switch_that_failed_is_a_failure_although_the_revocation_holds(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], status: str
) -> None:
    account = {"account": "444455556666", "status": "failed", "version": None, "detail": "AccessDenied"}
    sessions.answer(*ONE, one_revoked(kill_switch=a_kill_switch(status=status, accounts=[account])))
    assert run_command_line(["session", "revoke", ID, "--reason", "r"]) == 1
    said = capsys.readouterr()
    assert f"session {ID} of alice on prod is revoked" in said.out
    assert "It failed for account 444455556666 (AccessDenied): run `sentinel kill-switch sync`." in said.out
    assert "the revocation is in force, but the kill switch did not reach every account" in said.err


def test_users_who_lose_more_than_was_revoked_are_named(
    sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    sessions.answer(*ONE, one_revoked(kill_switch=a_kill_switch(reach="users", widened=["alice", "carol"])))
    assert run_command_line(["session", "revoke", ID, "--reason", "r"]) == 0
    assert "It denies more than was revoked of: alice, carol." in capsys.readouterr().out


def test_the_remaining_room_is_reported_before_it_is_used_up(
    sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    sessions.answer(*ONE, one_revoked(kill_switch=a_kill_switch(reach="later", room=12, widened=["alice"])))
    assert run_command_line(["session", "revoke", ID, "--reason", "r"]) == 0
    said = capsys.readouterr().out
    assert "it ends what was issued to those revoked up to minutes later, too" in said
    assert "12 % of its room is left: soon more is ended than is revoked, whole users first." in said


@pytest.mark.parametrize("room", [25, 100])
def test_nothing_is_said_of_room_while_there_is_enough(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], room: int
) -> None:
    sessions.answer(*ONE, one_revoked(kill_switch=a_kill_switch(room=room)))
    assert run_command_line(["session", "revoke", ID, "--reason", "r"]) == 0
    assert "room" not in capsys.readouterr().out


def test_a_revocation_of_ones_own_without_room_is_a_failure(
    sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    sessions.answer(*ONE, one_revoked(kill_switch=a_kill_switch(status="failed", uncovered=["alice"])))
    assert run_command_line(["session", "revoke", ID, "--reason", "r"]) == 1
    said = capsys.readouterr()
    assert "their credentials live on: alice. Someone with the permission `revoke` makes room" in said.out
    assert "the revocation is in force, but the kill switch has no room for it" in said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--reason", "r"], "name one of"),
        ([ID, "--user", "alice", "--reason", "r"], "name one of"),
        ([ID, "--resume", OTHER_ID], "name one of"),
        (["--user", "alice", "--all", "--reason", "r"], "name one target"),
        (["--user", "", "--reason", "r"], "empty name"),
        (["--profile", "a b", "--reason", "r"], "a profile is named with"),
        ([ID], "Missing option '--reason'"),
        (["--resume", OTHER_ID, "--reason", "r"], "leave them out"),
        (["--all", "--reason", "r"], "pass --yes"),
        (["../x", "--reason", "r"], "an id is"),
    ],
)
def test_what_cannot_be_meant_is_never_sent(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert run_command_line(["session", "revoke", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert sessions.asked == []


@pytest.mark.parametrize(("answer", "code", "calls"), [("yes", 0, 1), ("no", 130, 0)])
def test_a_person_is_asked_before_many_sessions_end(
    sessions: SessionService, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, calls: int
) -> None:
    def confirm(text: str, *, abort: bool, err: bool) -> bool:
        assert "Revoke all sessions of the profile prod?" in text
        assert abort
        assert err
        if answer == "no":
            raise click.Abort
        return True

    sessions.answer(*MANY, many_revoked(), status=201)
    monkeypatch.setattr("sentinel.commands.revoke.is_terminal", lambda: True)
    monkeypatch.setattr("click.confirm", confirm)
    assert run_command_line(["session", "revoke", "--profile", "prod", "--reason", "r"]) == code
    assert len(sessions.asked) == calls
