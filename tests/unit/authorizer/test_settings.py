from datetime import timedelta

import pytest

from services.authorizer.settings import AuthorizerSettings, ProofBinding
from shared.edge.common_settings import InvalidSettingsError, read_settings

ENOUGH = {
    "SENTINEL_API_ID": "a1b2c3d4e5",
    "SENTINEL_SESSION_TABLE": "sessions",
    "SENTINEL_GRANT_TABLE": "grants",
    "SENTINEL_ACCEPTED_PROFILES": "prod, team-*",
}


def settings(**changes: str) -> AuthorizerSettings:
    return read_settings(ENOUGH | {f"SENTINEL_{name}": value for name, value in changes.items()}, AuthorizerSettings)


def test_the_least_environment_gets_the_documented_defaults() -> None:
    found = settings()
    assert found.accepted_profiles == ("prod", "team-*")
    assert (found.max_session_age, found.proof_binding) == (timedelta(hours=1), ProofBinding.API)


def test_an_age_and_a_binding_can_be_asked_for() -> None:
    found = settings(MAX_SESSION_AGE="15m", PROOF_BINDING="request")
    assert (found.max_session_age, found.proof_binding) == (timedelta(minutes=15), ProofBinding.REQUEST)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCEPTED_PROFILES", " "),
        ("ACCEPTED_PROFILES", ",,"),
        ("ACCEPTED_PROFILES", "prod,a/b"),
        ("ACCEPTED_PROFILES", "prod;dev"),
        ("MAX_SESSION_AGE", "0"),
        ("MAX_SESSION_AGE", "an hour"),
        ("MAX_SESSION_AGE", "61m"),
        ("PROOF_BINDING", "none"),
        ("PROOF_BINDING", "API"),
        ("VEND_BUDGET", "60"),
    ],
)
def test_a_setting_that_is_not_usable_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidSettingsError, match=f"SENTINEL_{name}: "):
        settings(**{name: value})
