import stat
from pathlib import Path

import pytest

from sentinel.child_environment import CREDENTIAL_VARIABLES, change_for_child
from sentinel.endpoint import Endpoint
from sentinel.private_config import PrivateConfig, private_config

ENDPOINT = Endpoint(4711, "the-token")


def _config(region: str | None = None) -> PrivateConfig:
    return PrivateConfig(Path("/private/config"), Path("/private/credentials"), region)


@pytest.mark.parametrize("name", CREDENTIAL_VARIABLES)
def test_no_credential_variable_of_the_users_reaches_the_child(name: str) -> None:
    environ = {name: "the-users-own", "PATH": "/bin"}
    child = change_for_child("dev", ENDPOINT, _config(), None, environ).applied_to(environ)
    assert child.get(name) != "the-users-own"
    assert child["PATH"] == "/bin"


@pytest.mark.parametrize(
    ("environ", "profile", "config", "expected"),
    [
        ({"AWS_REGION": "own"}, "profile", "config", "own"),
        ({"AWS_DEFAULT_REGION": "own"}, "profile", "config", "own"),
        ({}, "profile", "config", "profile"),
        ({}, None, "config", "config"),
        ({}, None, None, None),
    ],
)
def test_the_region_is_the_users_word_then_the_profiles_then_the_configs(
    environ: dict[str, str], profile: str | None, config: str | None, expected: str | None
) -> None:
    child = change_for_child("dev", ENDPOINT, _config(config), profile, environ).applied_to(environ)
    assert child.get("AWS_REGION") == child.get("AWS_DEFAULT_REGION") == expected


def test_the_token_is_in_no_repr() -> None:
    assert "the-token" not in repr(change_for_child("dev", ENDPOINT, _config(), None, {}))


USERS_CONFIG = """
[default]
region = eu-central-1
output = json
aws_access_key_id = AKIA
aws_secret_access_key = the-secret
credential_process = /bin/program
role_arn = arn:aws:iam::111122223333:role/x
source_profile = work
sso_session = corp
login_session = arn
services = local
s3 =
    max_concurrent_requests = 20
    addressing_style = path
[profile work]
region = us-east-1
[services local]
dynamodb =
    endpoint_url = http://127.0.0.1:8000
[sso-session corp]
sso_region = us-east-1
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config").write_text(USERS_CONFIG)
    return {"AWS_CONFIG_FILE": str(tmp_path / "config")}


def test_the_childs_config_keeps_settings_and_drops_all_that_yields_credentials(environ: dict[str, str]) -> None:
    with private_config("default", environ) as config:
        assert config.config_file.read_text().replace("\t", "    ").split("\n") == [
            "[default]",
            "region = eu-central-1",
            "output = json",
            "services = local",
            "s3 = ",
            "    max_concurrent_requests = 20",
            "    addressing_style = path",
            "",
            "[services local]",
            "dynamodb = ",
            "    endpoint_url = http://127.0.0.1:8000",
            "",
            "",
        ]
        assert config.credentials_file.read_text() == ""
        assert config.region == "eu-central-1"


def test_the_settings_are_the_base_profiles(environ: dict[str, str]) -> None:
    with private_config("work", environ) as config:
        assert config.config_file.read_text() == "[default]\nregion = us-east-1\n\n"


def test_the_files_are_private_and_gone_at_the_end(environ: dict[str, str]) -> None:
    with private_config("default", environ) as config:
        for path in (config.config_file, config.credentials_file):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(config.config_file.parent.stat().st_mode) == 0o700
    assert not config.config_file.parent.exists()


def test_no_config_at_all_is_an_empty_default(tmp_path: Path) -> None:
    with private_config("default", {"AWS_CONFIG_FILE": str(tmp_path / "none")}) as config:
        assert config.config_file.read_text() == "[default]\n\n"
        assert config.region is None
