"""The environment of a shell with vended keys: nothing outranks them, and all of it can be taken back."""

from collections.abc import Mapping

import pytest

from sentinel.credentials.shell_environment import Surroundings, change_back, change_for_shell
from sentinel.credentials.vended import VendedCredentials

KEY = "ASIAVENDED0000000001"
AROUND = Surroundings(region="eu-west-3", base_profile="work", signing_region="eu-central-1")
ENVIRONMENTS: list[dict[str, str]] = [
    {},
    {"AWS_PROFILE": "work"},
    {"AWS_PROFILE": "other"},
    {"AWS_REGION": "us-east-1"},
    {"AWS_DEFAULT_REGION": "us-east-1"},
    {"SENTINEL_AWS_PROFILE": "mine", "AWS_PROFILE": "work", "SENTINEL_REGION": "eu-west-1"},
]


def _vended(key: str = KEY) -> VendedCredentials:
    return VendedCredentials.model_validate(
        {
            "AccessKeyId": key,
            "SecretAccessKey": "secret",
            "Token": "token",
            "Expiration": "2026-03-01T13:00:00+01:00",
            "AccountId": "111122223333",
        }
    )


def _in_a_shell(environ: Mapping[str, str], profile: str = "dev", around: Surroundings = AROUND) -> dict[str, str]:
    return change_for_shell(profile, _vended(), around, environ).applied_to(environ)


@pytest.mark.parametrize("own", ENVIRONMENTS, ids=str)
def test_what_was_set_can_be_taken_back(own: dict[str, str]) -> None:
    once = _in_a_shell(own)
    twice = _in_a_shell(once, "staging", Surroundings(None, "work", None))
    for inside in (once, twice):
        assert change_back(inside).applied_to(inside) == own


@pytest.mark.parametrize("own", ENVIRONMENTS, ids=str)
def test_nothing_that_goes_before_keys_is_left(own: dict[str, str]) -> None:
    outranking = {"AWS_BEARER_TOKEN_BEDROCK": "b", "AWS_SECURITY_TOKEN": "t", "AWS_SECRET_KEY": "s", "AWS_PROFILE": "x"}
    inside = _in_a_shell(own | outranking)
    assert not outranking.keys() & inside.keys()
    assert (inside["AWS_ACCESS_KEY_ID"], inside["AWS_CREDENTIAL_EXPIRATION"]) == (KEY, "2026-03-01T12:00:00Z")


def test_the_callers_own_sources_are_left_for_the_next_time() -> None:
    own = {"AWS_CONFIG_FILE": "/c", "AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_ROLE_ARN": "r"}
    assert own.items() <= _in_a_shell(own).items()


def test_the_callers_region_wins() -> None:
    assert _in_a_shell({"AWS_REGION": "us-east-1"})["AWS_REGION"] == "us-east-1"
    assert "AWS_DEFAULT_REGION" not in _in_a_shell({"AWS_REGION": "us-east-1"})
    assert _in_a_shell({})["AWS_DEFAULT_REGION"] == "eu-west-3"


def test_the_region_of_the_last_profile_does_not_stay_for_one_without() -> None:
    again = _in_a_shell(_in_a_shell({}), "staging", Surroundings(None, "work", "eu-central-1"))
    assert "AWS_REGION" not in again
    assert again["SENTINEL_REGION"] == "eu-central-1"


def test_keys_the_caller_set_since_are_not_taken() -> None:
    inside = _in_a_shell({}) | {"AWS_ACCESS_KEY_ID": "AKIAOWN", "AWS_SECRET_ACCESS_KEY": "own"}
    assert change_back(inside).applied_to(inside)["AWS_ACCESS_KEY_ID"] == "AKIAOWN"


def test_a_repr_shows_no_secret() -> None:
    assert "secret'" not in repr(change_for_shell("dev", _vended(), AROUND, {}))
