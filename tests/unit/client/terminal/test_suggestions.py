"""A profile that the catalogue does not show is answered with the one that is near, for people only."""

from dataclasses import replace

import pytest

from sentinel.cli import run_command_line
from sentinel.errors import Refusal, RefusedError
from sentinel.settings import load_settings
from sentinel.terminal.suggestions import suggest_name
from tests.unit.client.session_service import SessionService

DENIED = Refusal(403, "denied", "No rule gives alice it.", "`sentinel profiles` lists yours.")
CATALOGUE = {"profiles": [{"name": "dev", "access": "allowed"}, {"name": "staging", "access": "approval"}]}
SETTINGS = {"SENTINEL_REMOTE_SERVER": "https://abc123.execute-api.eu-central-1.amazonaws.com"}


@pytest.mark.parametrize(("profile", "near"), [("devv", "dev"), ("stagin", "staging")])
def test_a_near_name_is_suggested_before_the_hint(sessions: SessionService, profile: str, near: str) -> None:
    sessions.answer("GET", "/profiles", CATALOGUE)
    hint = suggest_name(load_settings({}, SETTINGS), RefusedError(DENIED), {"profile": profile}).hint
    assert hint == f"did you mean {near}? {DENIED.hint}"


@pytest.mark.parametrize(
    ("profile", "code"), [("dev", "denied"), ("zzz", "denied"), (None, "denied"), ("devv", "locked_out")]
)
def test_any_other_refusal_stays(sessions: SessionService, profile: str | None, code: str) -> None:
    sessions.answer("GET", "/profiles", CATALOGUE)
    refused = RefusedError(replace(DENIED, code=code))
    assert suggest_name(load_settings({}, SETTINGS), refused, {"profile": profile}) is refused


def test_a_group_near_one_of_the_callers_own_is_suggested(sessions: SessionService) -> None:
    names = ("payments-oncall", "corp/payment-oncall")
    groups = [{"name": name, "source": "push", "until": None} for name in names]
    sessions.answer("GET", "/v1/groups", {"user": "alice", "groups": groups, "is_complete": True})
    refused = RefusedError(replace(DENIED, code="not_found"))
    hint = suggest_name(load_settings({}, SETTINGS), refused, {"group": "payment-oncall"}).hint
    assert hint == f"did you mean payments-oncall? {DENIED.hint}"


@pytest.mark.parametrize("where", ["terminal", "script"])
def test_a_command_suggests_on_a_terminal_only(
    sessions: SessionService, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr("sentinel.terminal.options.is_terminal", lambda: where == "terminal")
    sessions.answer("GET", "/profiles", CATALOGUE)
    sessions.answer("POST", "/v1/requests", {"code": "denied", "message": "no", "request_id": "r"}, status=403)
    assert run_command_line(["request", "create", "devv", "--reason", "r"]) == 1
    assert ("did you mean dev?" in capsys.readouterr().err) is (where == "terminal")
    assert (("GET", "/profiles", {}) in sessions.asked) is (where == "terminal")
