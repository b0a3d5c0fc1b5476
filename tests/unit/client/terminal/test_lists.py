"""Lists with a row this version cannot read: it is left out, and the command says so."""

import json
from typing import Any

import pytest

from sentinel.api.grants import EventPage, RequestPage
from sentinel.api.responses import ListAnswer, ProfileList, read_answer
from sentinel.api.sessions import LockoutList, SessionPage
from sentinel.cli import run_command_line
from sentinel.errors import ServiceUnreachableError
from tests.unit.admin.notify import samples
from tests.unit.client.session_service import OTHER_ID, SessionService, a_lockout, a_session

PROFILE = {"name": "dev", "access": "allowed"}
LISTS: list[tuple[type[ListAnswer], str, dict[str, Any]]] = [
    (ProfileList, "profiles", PROFILE),
    (RequestPage, "requests", samples.request()),
    (EventPage, "events", samples.event()),
    (SessionPage, "sessions", a_session()),
    (LockoutList, "lockouts", a_lockout()),
]
BAD: list[Any] = [None, "row", 7, [], {}, {"name": "x" * 76, "access": "allowed"}, {"name": "a b", "id": "x"}]


@pytest.mark.parametrize(("model", "plural", "good"), LISTS)
@pytest.mark.parametrize("bad", BAD)
def test_a_row_that_cannot_be_read_is_left_out_and_counted(
    model: type[ListAnswer], plural: str, good: dict[str, Any], bad: object
) -> None:
    body = json.dumps({plural: [bad, good, bad], "next_cursor": None}).encode()
    answer = read_answer(model, body)
    assert answer.dropped == 2
    assert len(answer.rows) == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(("model", "plural", "good"), LISTS)
def test_a_status_or_a_word_of_a_newer_service_hides_no_other_row(
    model: type[ListAnswer], plural: str, good: dict[str, Any]
) -> None:
    word = next(name for name in ("status", "access", "target") if name in good)
    answer = read_answer(model, json.dumps({plural: [good | {word: "sideways"}, good], "newer": 1}).encode())
    assert answer.dropped == 1


@pytest.mark.parametrize(("model", "plural", "_"), LISTS)
@pytest.mark.parametrize("body", ["[]", "{}", '{"PLURAL": 7}', '{"PLURAL": null}', '{"PLURAL": {"a": 1}}'])
def test_what_is_no_list_at_all_is_not_sentinels_answer(
    model: type[ListAnswer], plural: str, _: object, body: str
) -> None:
    with pytest.raises(ServiceUnreachableError):
        read_answer(model, body.replace("PLURAL", plural).encode())


@pytest.mark.parametrize("named", [None, "x", 7, {"a": 1}, [7, None, {"id": "x"}]])
def test_what_a_newer_service_says_it_left_out_is_no_reason_to_show_nothing(named: object) -> None:
    answer = read_answer(ProfileList, json.dumps({"profiles": [PROFILE], "unreadable": named}).encode())
    assert (len(answer.rows), answer.unreadable) == (1, ())


def test_the_count_is_the_clients_own() -> None:
    answer = read_answer(ProfileList, json.dumps({"profiles": [PROFILE], "dropped": 9}).encode())
    assert answer.dropped == 0


def test_a_command_says_what_it_and_the_service_left_out(
    sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = [
        {"sessions": [a_session(), None], "unreadable": ["0000000000000001"], "next_cursor": "next"},
        {"sessions": [a_session(id=OTHER_ID)], "unreadable": ["0000000000000001"], "next_cursor": None},
    ]
    sessions.answer("GET", "/v1/sessions", *pages)
    assert run_command_line(["session", "list", "--json"]) == 0
    said = capsys.readouterr()
    assert len(json.loads(said.out)["sessions"]) == 2
    assert "left out 1 that this version cannot read" in said.err
    assert "the service left out 1 that it cannot read: 0000000000000001; contact the platform team" in said.err


def test_lockouts_that_are_left_out_are_reported(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    sessions.answer("GET", "/v1/lockouts", {"lockouts": [a_lockout(), {}], "unreadable": ["\x1b[2Jx"]})
    assert run_command_line(["lock", "list", "--json"]) == 0
    said = capsys.readouterr()
    assert "left out 1 that this version cannot read" in said.err
    assert "\x1b" not in said.err
