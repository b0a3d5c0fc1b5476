"""Choosing a profile: the order, and what a few letters find."""

from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from sentinel.settings import Settings, load_settings
from sentinel.terminal.picker import find_matches, pick_profile
from sentinel.terminal.uses import remember_use, scores
from tests.unit.client.session_service import SessionService

CATALOGUE = [
    {"name": "dev", "access": "allowed", "description": "Development"},
    {"name": "payments-prod", "access": "approval"},
    {"name": "payments-dev", "access": "allowed"},
    {"name": "root", "access": "denied"},
]


@pytest.fixture
def settings(sessions: SessionService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("sentinel.terminal.picker.is_terminal", lambda: True)
    sessions.answer("GET", "/profiles", {"profiles": CATALOGUE})
    return load_settings({}, {"SENTINEL_REMOTE_SERVER": "https://abc123.execute-api.eu-central-1.amazonaws.com"})


def _pick(settings: Settings, typed: str, **options: Any) -> tuple[str, str]:
    @click.command
    def command() -> None:
        click.echo(pick_profile(settings, **options))

    done = CliRunner().invoke(command, input=typed)
    return done.stdout.strip(), done.stderr


def test_what_is_used_most_comes_first(settings: Settings) -> None:
    for profile in ("payments-prod", "payments-dev", "payments-prod"):
        remember_use(settings, profile)
    picked, shown = _pick(settings, "1\n")
    assert picked == "payments-prod"
    listed = [line.split()[1] for line in shown.splitlines() if line.strip()[:1].isdigit()]
    assert listed == ["payments-prod", "payments-dev", "dev"]


def test_without_any_use_the_allowed_ones_come_first(settings: Settings) -> None:
    assert _pick(settings, "3\n")[0] == "payments-prod"


@pytest.mark.parametrize(
    ("typed", "picked"),
    [("dev\n", "dev"), ("pd\npayments-dev\n", "payments-dev"), ("pp\n", "payments-prod"), ("PROD\n", "payments-prod")],
)
def test_a_few_letters_find_it(settings: Settings, typed: str, picked: str) -> None:
    assert _pick(settings, typed)[0] == picked


def test_letters_of_none_say_so_and_ask_again(settings: Settings) -> None:
    picked, shown = _pick(settings, "xyz\n9\n1\n")
    assert picked == "dev"
    assert "no profile has the letters 'xyz'" in shown


def test_a_denied_one_is_offered_where_glass_is_broken(settings: Settings) -> None:
    assert _pick(settings, "root\n1\n")[0] == "dev"
    assert _pick(settings, "root\n", denied_too=True)[0] == "root"


def test_without_a_terminal_it_is_missing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentinel.terminal.picker.is_terminal", lambda: False)
    with pytest.raises(click.UsageError, match="Missing argument 'PROFILE'"):
        pick_profile(settings)


def test_matches_that_begin_so_come_before_those_that_contain_it() -> None:
    assert find_matches("dev", ["payments-dev", "d-e-v", "dev2", "prod"]) == ["dev2", "payments-dev", "d-e-v"]


def test_a_broken_file_of_uses_counts_as_none(settings: Settings, tmp_path: Path) -> None:
    remember_use(settings, "dev")
    (kept,) = tmp_path.glob("state/sentinel/uses/*.json")
    assert scores(settings)["dev"] == pytest.approx(1.0, rel=0.01)
    for text in ("[]", "{", '{"dev": 1}', '{"dev": ["a", 1]}'):
        kept.write_text(text)
        assert scores(settings) == {}
