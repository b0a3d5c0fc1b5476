"""`sentinel groups`: whose groups are shown, who is pushed into one, and what is refused before anything is sent."""

import json
import sys
from io import BytesIO, TextIOWrapper
from typing import Any

import pytest

from sentinel.cli import run_command_line
from tests.unit.client.session_service import SessionService

GROUPS = "/v1/groups"
ONCALL = "/v1/groups/payments-oncall/members"
PUSH = ["groups", "push", "payments-oncall"]
FOR = ["--for", "8h", "--reason", "rota"]
NOT_FOUND = {"code": "not_found", "message": "no push is in force", "request_id": "r"}


def groups_of(user: str = "alice", *, is_complete: bool = True, groups: list[dict[str, Any]] | None = None) -> Any:
    known = [
        {"name": "payments-oncall", "source": "push", "until": "2126-03-01T20:00:00Z"},
        {"name": "corp/devs", "source": "token", "until": None},
    ]
    return {"user": user, "groups": known if groups is None else groups, "is_complete": is_complete}


def pushed(**changes: Any) -> dict[str, Any]:
    facts = {
        "name": "payments-oncall",
        "members": ["carol@example.com", "dave@example.com"],
        "until": "2126-03-01T20:00:00Z",
        "pushed_by": "role/pager",
        "pushed_at": "2026-03-01T12:00:00Z",
        "reason": "rota",
    }
    return facts | changes


def type_in(monkeypatch: pytest.MonkeyPatch, written: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(written)))


@pytest.mark.parametrize("command", [["groups"], ["groups", "list"], ["groups", "--wide"]])
def test_ones_own_groups_are_shown_with_their_source_and_end(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    sessions.answer("GET", GROUPS, groups_of())
    assert run_command_line(command) == 0
    assert sessions.asked == [("GET", GROUPS, {})]
    said = capsys.readouterr()
    lines = [line.split() for line in said.out.splitlines()]
    assert lines[0] == ["group", "source", "until"]
    assert lines[1][:2] == ["payments-oncall", "push"]
    assert lines[1][-3:] == ["(2126-03-01", "20:00", "UTC)"]
    assert lines[2] == ["corp/devs", "token"]
    assert said.err == ""


@pytest.mark.parametrize("command", [["groups", "bob@example.com"], ["groups", "list", "bob@example.com"]])
def test_the_groups_of_a_user_are_shown(sessions: SessionService, command: list[str]) -> None:
    sessions.answer("GET", GROUPS, groups_of("bob@example.com"))
    assert run_command_line(command) == 0
    assert sessions.asked == [("GET", GROUPS, {"user": "bob@example.com"})]


def test_a_user_whose_name_is_a_command_is_named_after_list(sessions: SessionService) -> None:
    sessions.answer("GET", GROUPS, groups_of("members"))
    assert run_command_line(["groups", "list", "members"]) == 0
    assert sessions.asked == [("GET", GROUPS, {"user": "members"})]


@pytest.mark.parametrize(
    ("command", "whose"), [(["groups"], "your groups"), (["groups", "alice"], "the groups of alice")]
)
def test_it_is_said_where_not_all_groups_are_known(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], command: list[str], whose: str
) -> None:
    sessions.answer("GET", GROUPS, groups_of(is_complete=False))
    assert run_command_line(command) == 0
    assert f"not all of {whose} are known" in capsys.readouterr().err


def test_without_a_known_group_a_sentence_says_so(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    sessions.answer("GET", GROUPS, groups_of("alcie", groups=[]))
    assert run_command_line(["groups"]) == 0
    assert run_command_line(["groups", "alcie"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "sentinel: no group of yours is known",
        "sentinel: no group of alcie is known: users are named as `sentinel whoami` shows them",
    ]


def test_a_script_reads_the_groups_whole(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    sessions.answer("GET", GROUPS, groups_of(is_complete=False))
    assert run_command_line(["groups", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == groups_of(is_complete=False)
    assert said.err == ""


def test_a_group_that_this_version_cannot_read_is_left_out_and_counted(
    sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    sessions.answer(
        "GET", GROUPS, groups_of(groups=[{"source": "push"}, {"name": "a", "source": "new", "until": None}])
    )
    assert run_command_line(["groups"]) == 0
    said = capsys.readouterr()
    assert "left out 1" in said.err
    assert said.out.splitlines()[1].split() == ["a", "new"]


def test_what_the_service_writes_moves_no_cursor(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    sessions.answer("GET", ONCALL, pushed(reason="rota\x1b[2J", members=["a\x1bb"]))
    assert run_command_line(["groups", "members", "payments-oncall"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_who_is_pushed_is_shown_with_the_reason(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    sessions.answer("GET", ONCALL, pushed())
    assert run_command_line(["groups", "members", "payments-oncall"]) == 0
    out = capsys.readouterr().out
    assert "members        carol@example.com, dave@example.com\n" in out
    assert "(2126-03-01 20:00 UTC)" in out
    assert "by role/pager" in out
    assert out.endswith(": rota\n")
    assert run_command_line(["groups", "members", "payments-oncall", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == pushed()


def test_a_group_that_is_not_pushed_is_refused_with_the_name_that_is_near(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentinel.terminal.options.is_terminal", lambda: True)
    sessions.answer("GET", "/v1/groups/payment-oncall/members", NOT_FOUND, status=404)
    sessions.answer("GET", GROUPS, groups_of())
    assert run_command_line(["groups", "members", "payment-oncall"]) == 1
    said = capsys.readouterr().err
    assert "no push is in force" in said
    assert "did you mean payments-oncall?" in said


def test_users_are_pushed_for_a_time(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    sessions.answer("PUT", ONCALL, pushed())
    users = ["carol@example.com", "dave@example.com", "carol@example.com"]
    assert run_command_line([*PUSH, *users, *FOR]) == 0
    body = {"members": users[:2], "duration": "8h", "reason": "rota"}
    assert sessions.asked == [("PUT", ONCALL, body)]
    assert "carol@example.com, dave@example.com" in capsys.readouterr().out
    assert run_command_line([*PUSH, *users, *FOR, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == pushed()


def test_users_are_read_from_standard_input_one_a_line(
    sessions: SessionService, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions.answer("PUT", ONCALL, pushed())
    type_in(monkeypatch, b"  carol@example.com\r\n\nrole/ci\n")
    assert run_command_line([*PUSH, "dave", "-", *FOR]) == 0
    assert sessions.asked[0][2]["members"] == ["dave", "carol@example.com", "role/ci"]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (b"", "standard input names no user"),
        (b"\n \n", "standard input names no user"),
        (b"carol dave\n", "'carol dave' is not a user"),
        (b"*@example.com\n", "'*@example.com' is not a user"),
        (b"\xff\n", "is not a user"),
        ("cärol\n".encode(), "is not a user"),
    ],
)
def test_what_names_no_user_is_refused_before_anything_is_sent(
    sessions: SessionService,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    written: bytes,
    words: str,
) -> None:
    type_in(monkeypatch, written)
    assert run_command_line([*PUSH, "-", *FOR]) == 2
    assert words in capsys.readouterr().err
    assert sessions.asked == []


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (["groups", "members", "corp/devs"], "only its tokens say"),
        (["groups", "remove", ".."], "not only dots"),
        (["groups", "push", "on call", "carol", *FOR], "use 1-64 letters"),
        (["groups", "push", "oncall", "carol", "--reason", "r"], "Missing option '--for'"),
        (["groups", "push", "oncall", "carol", "--for", "8h"], "Missing option '--reason'"),
        (["groups", "push", "oncall", *FOR], "Missing argument 'USER...'"),
        (["groups", "members"], "Missing argument 'NAME'"),
        (["groups", "two words"], "'two words' is not a user"),
    ],
)
def test_a_misuse_is_refused_before_anything_is_sent(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], command: list[str], words: str
) -> None:
    assert run_command_line(command) == 2
    assert words in capsys.readouterr().err
    assert sessions.asked == []


@pytest.mark.parametrize("words", [["mebmers", "oncall"], ["mebmers", "oncall", "--json"]])
def test_a_misspelled_command_is_not_taken_for_a_user(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert run_command_line(["groups", *words]) == 2
    assert "'members'" in capsys.readouterr().err
    assert sessions.asked == []


def test_a_push_is_removed(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    sessions.answer("DELETE", ONCALL, pushed(members=[]))
    assert run_command_line(["groups", "remove", "payments-oncall"]) == 0
    assert sessions.asked == [("DELETE", ONCALL, {})]
    assert capsys.readouterr().out == "no one is pushed into the group payments-oncall any more\n"
    assert run_command_line(["groups", "remove", "payments-oncall", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == pushed(members=[])


@pytest.mark.parametrize(
    ("method", "command"),
    [
        ("GET", ["groups", "members", "payments-oncall"]),
        ("PUT", [*PUSH, "carol", *FOR]),
        ("DELETE", ["groups", "remove", "payments-oncall"]),
    ],
)
def test_a_refusal_is_shown_with_its_code_for_a_script(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], method: str, command: list[str]
) -> None:
    refusal = {"code": "not_permitted", "message": "eve may not", "hint": "ask", "request_id": "r-1"}
    sessions.answer(method, ONCALL, refusal, status=403)
    assert run_command_line([*command, "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.err) == {"error": refusal}
    assert said.out == ""


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_names_the_short_form_and_the_commands(capsys: pytest.CaptureFixture[str], option: str) -> None:
    assert run_command_line(["groups", option]) == 0
    out = capsys.readouterr().out
    assert "[USER] | COMMAND" in out
    assert [line.split()[0] for line in out.partition("Commands:\n")[2].splitlines()[:4]] == [
        "list",
        "members",
        "push",
        "remove",
    ]
