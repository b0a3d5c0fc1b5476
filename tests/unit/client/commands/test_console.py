"""`sentinel console`, where the service or the browser does not do its part."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from sentinel.api import console as signing_in
from sentinel.cli import run_command_line
from sentinel.commands import console
from tests.unit.client.session_service import ID, SessionService, a_session

URL = "https://signin.aws.amazon.com/federation?SigninToken=THE-SIGN-IN-TOKEN"


def a_vend(**more: str) -> dict[str, Any]:
    keys = {"AccessKeyId": "ASIA0001", "SecretAccessKey": "the-secret", "Token": "the-token"}
    return keys | {"Expiration": "2099-01-01T00:00:00Z"} | more


@pytest.fixture
def signs_in(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sign in without AWS, and give the endpoints that would have been asked."""
    asked: list[str] = []

    async def sign_in_url(_: object, endpoint: str, **__: object) -> SecretStr:
        asked.append(endpoint)
        return SecretStr(URL)

    monkeypatch.setattr(signing_in, "sign_in_url", sign_in_url)
    return asked


def test_a_service_that_names_no_session_gives_no_console(
    sessions: SessionService, signs_in: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for more in ({}, {"SessionId": "../whoami"}):
        sessions.answer("GET", "/", a_vend(**more))
        assert run_command_line(["console", "--print", "dev"]) == 1
        assert "does not name the session" in capsys.readouterr().err
    assert signs_in == []
    assert {path for _, path, _ in sessions.asked} == {"/", "/profiles"}


def test_a_session_whose_role_is_not_shown_gives_no_console(
    sessions: SessionService, signs_in: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    sessions.answer("GET", "/", a_vend(SessionId=ID))
    assert run_command_line(["console", "--print", "dev"]) == 1
    assert (capsys.readouterr().out, signs_in) == ("", [])


@pytest.mark.usefixtures("socket_enabled")
def test_a_page_that_no_browser_fetches_ends_the_command_and_shows_no_token(
    sessions: SessionService,
    signs_in: list[str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sessions.answer("GET", "/", a_vend(SessionId=ID))
    sessions.answer("GET", f"/v1/sessions/{ID}", {"session": a_session()})
    monkeypatch.setattr(console, "_FETCHED_WITHIN", timedelta(0))
    monkeypatch.setattr(console, "open_browser", lambda _: True)
    assert run_command_line(["console", "dev"]) == 1
    out, err = capsys.readouterr()
    assert "If no browser has opened, open this page" in err
    assert "no browser has fetched the page in time" in err
    assert "THE-SIGN-IN-TOKEN" not in out + err
    assert signs_in == ["https://signin.aws.amazon.com/federation"]


def test_without_a_profile_and_a_terminal_it_is_a_misuse(sessions: SessionService) -> None:
    assert run_command_line(["console", "--print"]) == 2
    assert sessions.asked == []
