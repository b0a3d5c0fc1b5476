"""`sentinel session list` and `session`, without a trail."""

import json

import pytest

from sentinel.cli import run_command_line
from tests.unit.client.session_service import ID, OTHER_ID, STAMP, SessionService, a_session


def test_a_list_is_a_table_of_whose_sessions_were_issued_when(
    sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    sessions.answer("GET", "/v1/sessions", {"sessions": [a_session(user="[red]alice[/red]")], "next_cursor": None})
    assert run_command_line(["session", "list", "--view", "all", "--profile", "prod", "--status", "active"]) == 0
    out = capsys.readouterr().out
    assert ID in out
    assert "[red]alice" in out
    assert sessions.asked == [
        ("GET", "/v1/sessions", {"view": "all", "profile": "prod", "status": "active", "limit": "50"})
    ]


def test_a_list_is_read_page_by_page(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    pages = [([a_session()], "next"), ([], "more"), ([a_session(id=OTHER_ID)], None)]
    sessions.answer("GET", "/v1/sessions", *({"sessions": rows, "next_cursor": cursor} for rows, cursor in pages))
    assert run_command_line(["session", "list", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["sessions"]
    assert [session["id"] for session in found] == [ID, OTHER_ID]
    assert [sent.get("cursor") for _, _, sent in sessions.asked] == [None, "next", "more"]


def test_no_sessions_is_a_sentence(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    sessions.answer("GET", "/v1/sessions", {"sessions": [], "next_cursor": None})
    assert run_command_line(["session", "list"]) == 0
    assert "there are no such sessions" in capsys.readouterr().err


def test_one_session_is_shown_with_everything_known_of_it(
    sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    revoked = {"by": "bob", "at": "2026-03-01T12:30:00Z", "comment": "laptop stolen"}
    sessions.answer("GET", f"/v1/sessions/{ID}", {"session": a_session(status="revoked", revoked=revoked)})
    assert run_command_line(["session", "show", ID]) == 0
    out = capsys.readouterr().out
    for words in (STAMP, "revoked", "by bob", "laptop stolen", "192.0.2.7", "on-call"):
        assert words in out


def test_an_id_that_cannot_be_one_is_never_sent(sessions: SessionService) -> None:
    assert run_command_line(["session", "show", "../../v1/whoami"]) == 2
    assert sessions.asked == []


def test_an_unknown_session_is_refused(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["session", "show", ID, "--json"]) == 1
    assert len(sessions.asked) == 1
    assert json.loads(capsys.readouterr().err)["error"]["code"] == "not_found"
