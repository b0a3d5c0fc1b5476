"""Settings from the environment."""

import pytest

from shared.edge.settings import InvalidSettingsError, load_settings

ENOUGH = {
    "SENTINEL_API_ID": "a1b2c3d4e5, f6g7h8i9j0",
    "SENTINEL_SESSION_TABLE": "sessions",
    "SENTINEL_GRANT_TABLE": "grants",
    "PATH": "/usr/bin",
}


def test_the_least_environment_gets_the_documented_defaults() -> None:
    settings = load_settings(ENOUGH)
    assert settings.api_id == ("a1b2c3d4e5", "f6g7h8i9j0")
    assert (settings.parameter_prefix, settings.document_ttl, settings.document_max_stale) == ("/sentinel", 5, 300)
    assert settings.trusted_accounts == ()


def test_every_problem_is_listed_at_once() -> None:
    with pytest.raises(InvalidSettingsError) as raised:
        load_settings(
            {
                "SENTINEL_SESSION_TABLE": "no spaces please",
                "SENTINEL_DEADLINE": "soon",
                "SENTINEL_TRUSTED_ACCOUNTS": "12345",
                "SENTINEL_DOCUMENT_TLL": "5",
            },
        )
    text = str(raised.value)
    for name in ("API_ID", "SESSION_TABLE", "GRANT_TABLE", "DEADLINE", "TRUSTED_ACCOUNTS", "DOCUMENT_TLL"):
        assert f"SENTINEL_{name}: " in text
    assert "SENTINEL_DOCUMENT_TLL: is not a setting" in text


def test_an_empty_api_id_is_a_missing_one() -> None:
    with pytest.raises(InvalidSettingsError, match="SENTINEL_API_ID: is required"):
        load_settings(ENOUGH | {"SENTINEL_API_ID": " "})


def test_only_commas_name_no_api() -> None:
    with pytest.raises(InvalidSettingsError, match="SENTINEL_API_ID"):
        load_settings(ENOUGH | {"SENTINEL_API_ID": ", ,"})


def test_stale_documents_may_not_be_dropped_before_fresh_ones() -> None:
    with pytest.raises(InvalidSettingsError, match="MAX_STALE may not be less"):
        load_settings(ENOUGH | {"SENTINEL_DOCUMENT_TTL": "60", "SENTINEL_DOCUMENT_MAX_STALE": "30"})
