"""The spellings of the previous release: each means its noun and verb, and one line on stderr names them."""

import pytest

from sentinel.cli import run_command_line
from sentinel.terminal.spellings import respell
from tests.unit.client.session_service import ID, SessionService, a_session


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["approve", ID], ("request", "approve")),
        (["deny", ID], ("request", "deny")),
        (["cancel", ID], ("request", "cancel")),
        (["close", ID], ("break-glass", "close")),
        (["review", ID], ("break-glass", "review")),
        (["revoke", "--user", "alice"], ("session", "revoke")),
        (["unlock", "--all"], ("lock", "lift")),
        (["locks"], ("lock", "list")),
        (["requests", "--view", "approvable"], ("request", "list")),
        (["requests", ID], ("request", "show")),
        (["break-glasses", "--json", ID], ("break-glass", "show")),
        (["sessions", "--user", ID], ("session", "list")),
        (["session", ID, "--trail"], ("session", "show")),
        (["request", "prod", "--reason", "r"], ("request", "create")),
        (["request", "--reason=r", "prod"], ("request", "create")),
        (["break-glass", "prod", "--reason", "incident"], ("break-glass", "start")),
        (["lock", "--user", "alice", "--reason", "r"], ("lock", "create")),
    ],
    ids=" ".join,
)
def test_an_old_spelling_means_its_noun_and_verb(old: list[str], new: tuple[str, str]) -> None:
    assert respell(old) == new
    assert respell([*new, *old[1:]]) == ()


@pytest.mark.parametrize(
    "words", [["exec", "dev"], ["request"], ["request", "--help"], ["request", "lst"], ["session", "revoke", ID]]
)
def test_any_other_words_stay(words: list[str]) -> None:
    assert respell(words) == ()


def test_one_line_on_stderr_names_the_new_spelling(
    sessions: SessionService, capsys: pytest.CaptureFixture[str]
) -> None:
    sessions.answer("GET", f"/v1/sessions/{ID}", {"session": a_session()})
    assert run_command_line(["sessions", ID]) == 0
    printed = capsys.readouterr()
    assert printed.err == "sentinel: `sentinel sessions` is now `sentinel session show`\n"
    assert ID in printed.out


def test_an_old_spelling_is_not_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["--help"]) == 0
    assert "\n  approve" not in capsys.readouterr().out
