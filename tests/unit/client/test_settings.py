from datetime import timedelta
from pathlib import Path

import pytest

from sentinel.errors import UsageError
from sentinel.settings import config_file, load_settings

URL = "https://abc123.execute-api.eu-central-1.amazonaws.com"


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "sentinel").mkdir()
    return {"XDG_CONFIG_HOME": str(tmp_path)}


def _write(home: dict[str, str], text: str) -> Path:
    path = config_file(home)
    path.write_text(text)
    return path


def test_a_flag_beats_a_variable_and_a_variable_beats_the_file(home: dict[str, str]) -> None:
    _write(home, 'aws_profile = "file"\nregion = "file"\nsigning_service = "file"\nduration = "1h"')
    environ = {**home, "SENTINEL_REGION": "variable", "SENTINEL_SIGNING_SERVICE": "variable"}
    settings = load_settings({"signing_service": "flag"}, environ)
    assert (settings.aws_profile, settings.region, settings.signing_service) == ("file", "variable", "flag")
    assert settings.duration == timedelta(hours=1)


def test_nothing_said_is_nothing_set(home: dict[str, str]) -> None:
    settings = load_settings({"region": None}, {**home, "SENTINEL_REGION": ""})
    assert (settings.region, settings.duration, settings.remote_server) == (None, None, None)


def test_a_missing_remote_server_names_the_three_ways_to_set_it(home: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings({}, home).server()
    for way in ("--remote-server", "SENTINEL_REMOTE_SERVER", str(config_file(home))):
        assert way in caught.value.hint


def test_an_unknown_key_is_an_error_that_names_file_and_key(home: dict[str, str]) -> None:
    path = _write(home, 'remote_sever = "x"')
    with pytest.raises(UsageError) as caught:
        load_settings({}, home)
    assert (caught.value.message, caught.value.hint) == (
        f'{path}: unknown key "remote_sever"',
        'did you mean "remote_server"?',
    )


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("region = 5", "region"),
        ('duration = "1 hour"', "duration"),
        ("duration = 1", "duration"),
        ('remote_server = "http://example.com"', "remote_server"),
        ("region = [", "config.toml"),
    ],
)
def test_a_bad_value_in_the_file_names_its_place(home: dict[str, str], text: str, place: str) -> None:
    path = _write(home, text)
    with pytest.raises(UsageError) as caught:
        load_settings({}, home)
    assert caught.value.message.startswith(str(path))
    assert place in caught.value.message


def test_a_bad_variable_and_a_bad_flag_are_named(home: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"^SENTINEL_DURATION: "):
        load_settings({}, {**home, "SENTINEL_DURATION": "abc"})
    with pytest.raises(UsageError, match=r"^--duration: "):
        load_settings({"duration": "13h"}, home)


def test_a_relative_config_home_is_ignored() -> None:
    assert config_file({"XDG_CONFIG_HOME": "here"}) == Path.home() / ".config/sentinel/config.toml"


def test_every_setting_together(home: dict[str, str]) -> None:
    _write(home, f'remote_server = "{URL}/"')
    assert load_settings({}, home).server().base == URL


def test_an_issuer_decides_that_tokens_are_used_unless_authentication_says_otherwise(home: dict[str, str]) -> None:
    assert not load_settings({}, home).uses_tokens
    assert load_settings({}, {**home, "SENTINEL_ISSUER": "corp"}).uses_tokens
    assert load_settings({}, {**home, "SENTINEL_OIDC_TOKEN_FILE": "/token"}).uses_tokens
    assert not load_settings({"authentication": "sigv4"}, {**home, "SENTINEL_ISSUER": "corp"}).uses_tokens
    assert load_settings({"authentication": "oidc"}, home).uses_tokens


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AUTHENTICATION", "none"),
        ("ISSUER", "Corp"),
        ("ISSUER", "a/../b"),
        ("OIDC_ISSUER_URL", "http://idp.example"),
        ("OIDC_ISSUER_URL", "https://idp.example/?a=b"),
        ("OIDC_ISSUER_URL", "https://user@idp.example"),
        ("OIDC_ISSUER_URL", "https://"),
        ("OIDC_ISSUER_URL", "https://[idp.example"),
        ("OIDC_SCOPES", "email"),
    ],
)
def test_what_cannot_be_a_setting_of_a_login_is_refused(home: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"^SENTINEL_{name}: "):
        load_settings({}, {**home, f"SENTINEL_{name}": value})
