"""An id by its beginning: looked up in the lists the caller may read."""

from typing import Any

import pytest

from sentinel.cli import run_command_line
from tests.unit.client.session_service import ID, OTHER_ID, SessionService, a_session

LIST = "/v1/sessions"
NOT_PERMITTED = (403, {"code": "not_permitted", "message": "no", "hint": "", "request_id": "r"})


def _page(*rows: dict[str, Any], cursor: str | None = None) -> dict[str, Any]:
    return {"sessions": list(rows), "next_cursor": cursor}


def test_a_beginning_that_fits_one_is_that_one(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    sessions.answer("GET", LIST, _page(a_session()))
    sessions.answer("GET", f"{LIST}/{ID}", {"session": a_session()})
    assert run_command_line(["session", "show", ID[:5]]) == 0
    assert ID in capsys.readouterr().out
    assert [query.get("view") for _, path, query in sessions.asked if path == LIST] == ["mine", "all"]


def test_one_that_fits_several_is_an_error_that_lists_them(
    sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    near = ID[:8] + "zzzzzzzz"
    sessions.answer("GET", LIST, _page(a_session(), a_session(id=near, user="carol"), a_session(id=OTHER_ID)))
    assert run_command_line(["session", "show", ID[:8]]) == 2
    err = capsys.readouterr().err
    assert ID in err
    assert f"{near}  active  carol" in err
    assert OTHER_ID not in err


def test_one_that_fits_none_says_where_to_look(sessions: SessionService, capsys: pytest.CaptureFixture[str]) -> None:
    sessions.answer("GET", LIST, _page(a_session()))
    assert run_command_line(["session", "show", "zzzz"]) == 2
    assert "`sentinel session list`" in capsys.readouterr().err


def test_a_list_for_others_is_left_out(sessions: SessionService) -> None:
    sessions.answers["GET", LIST] = [(200, _page(a_session())), NOT_PERMITTED]
    sessions.answer("GET", f"{LIST}/{ID}", {"session": a_session()})
    assert run_command_line(["session", "show", ID[:4]]) == 0


def test_a_list_too_long_to_be_read_decides_nothing(
    sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    sessions.answer("GET", LIST, _page(a_session(), cursor="more"))
    assert run_command_line(["session", "revoke", ID[:6], "--reason", "r"]) == 2
    assert "write the whole id" in capsys.readouterr().err
    assert {method for method, _, _ in sessions.asked} == {"GET"}


def test_a_revocation_looks_among_the_active_ones_only(sessions: SessionService) -> None:
    sessions.answer("GET", LIST, _page())
    assert run_command_line(["session", "revoke", ID[:6], "--reason", "r"]) == 2
    assert [query["status"] for _, _, query in sessions.asked] == ["active", "active"]


@pytest.mark.parametrize("given", ["abc", "ABCD", "ilou", "../x", ID + "0"])
def test_what_cannot_begin_an_id_is_never_sent(sessions: SessionService, given: str) -> None:
    assert run_command_line(["session", "show", given]) == 2
    assert sessions.asked == []
