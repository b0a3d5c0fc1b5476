import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.configloader import raw_config_parse
from botocore.session import Session

from sentinel.credentials.base import BaseCredentials
from sentinel.credentials.base_chain import ProfileConfig
from sentinel.credentials.child_environment import PrivateConfig, change_for_child, private_config
from sentinel.credentials.endpoint import Endpoint
from sentinel.credentials.variables import CREDENTIAL_VARIABLES, carries_credentials
from sentinel.errors import UsageError

ENDPOINT = Endpoint(4711, "the-token")
# Windows shows no modes: there a user's own folders are private.
FILE_MODE, FOLDER_MODE = (0o666, 0o777) if sys.platform == "win32" else (0o600, 0o700)


def _config(region: str | None = None) -> PrivateConfig:
    return PrivateConfig(Path("/private/config"), Path("/private/credentials"), region)


# Of the table, named here as well so that a row that is lost is noticed, and of none.
READ_BY_OTHERS = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SECURITY_TOKEN",
    "AMAZON_ACCESS_KEY_ID",
    "AMAZON_SECRET_ACCESS_KEY",
    "AMAZON_SESSION_TOKEN",
    "AWS_CREDENTIAL_FILE",
    "AWS_CREDENTIAL_PROFILES_FILE",
    "CPL_AWS_CREDENTIALS_FILE",
    "BOTO_CONFIG",
    "BOTO_PATH",
    "EC2_ACCESS_KEY",
    "EC2_SECRET_KEY",
    "EC2_SECURITY_TOKEN",
    "EC2_PRIVATE_KEY",
    "AWSACCESSKEYID",
    "AWSSECRETACCESSKEY",
    "AWSSESSIONTOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_LOGIN_CACHE_DIRECTORY",
    "AWS_SSO_SESSION",
    "AWS_EB_PROFILE",
    "AWS_PROD_ACCESS_KEY_ID",
    "AWS_PROD_SECRET_ACCESS_KEY",
    "AWS_PROD_PROFILE",
    "AWS_SESSIONTOKEN",
    "AWS_DELEGATION_TOKEN",
    "AWS_ASSUME_ROLE_ARN",
    "AWS_PASSWORD",
    "TG_AUTH_PROVIDER_CMD",
]


@pytest.mark.parametrize("name", sorted({*CREDENTIAL_VARIABLES, *READ_BY_OTHERS}))
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


@pytest.mark.parametrize(
    "name",
    [
        "AWS_ENDPOINT_URL_SSO",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER",
        "AWS_MAX_ATTEMPTS",
        "AWS_ASSOCIATE_TAG",
        "AWS_BUCKET",
        "AWS_CA_BUNDLE",
        "AWS_PAGER",
        "GITHUB_TOKEN",
        "DB_PASSWORD",
        "RCLONE_S3_ACCESS_KEY_ID",
    ],
)
def test_settings_and_what_is_not_for_aws_stay(name: str) -> None:
    assert not carries_credentials(name)


@pytest.mark.parametrize(
    "name",
    ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CREDENTIAL_PROFILES_FILE", "CPL_AWS_CREDENTIALS_FILE", "BOTO_CONFIG"],
)
def test_readers_of_a_file_before_the_endpoint_find_an_empty_one(name: str) -> None:
    assert change_for_child("dev", ENDPOINT, _config(), None, {}).put[name] == "/private/credentials"


def test_the_token_is_in_no_repr() -> None:
    assert "the-token" not in repr(change_for_child("dev", ENDPOINT, _config(), None, {}))


USERS_CONFIG = """
[profile own]
region = eu-central-1
output = json
aws_access_key_id = AKIA
aws_secret_access_key = the-secret
credential_process = /bin/program
role_arn = arn:aws:iam::111122223333:role/x
source_profile = work
sso_session = corp
sso_account_id = 111122223333
login_session = arn
services = my own
s3 =
    max_concurrent_requests = 20
    addressing_style = path
[profile work]
region = us-east-1
[services 'my own']
dynamodb =
    endpoint_url = http://127.0.0.1:8000
[sso-session corp]
sso_region = us-east-1
"""


Configure = Callable[[str], None]


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))

    def write(text: str) -> None:
        (tmp_path / "config").write_text(text)

    write(USERS_CONFIG)
    return write


def config_of(profile: str) -> ProfileConfig:
    return BaseCredentials(None if profile == "default" else profile).profile_config()


@pytest.mark.usefixtures("configure")
def test_the_childs_config_keeps_settings_and_drops_all_that_yields_credentials() -> None:
    with private_config(config_of("own"), {}) as config:
        assert raw_config_parse(str(config.config_file)) == {
            "default": {
                "region": "eu-central-1",
                "output": "json",
                "services": "my own",
                "s3": {"max_concurrent_requests": "20", "addressing_style": "path"},
            },
            "services 'my own'": {"dynamodb": {"endpoint_url": "http://127.0.0.1:8000"}},
        }
        assert config.credentials_file.read_text() == ""
        assert config.region == "eu-central-1"


@pytest.mark.usefixtures("configure")
def test_an_sdk_finds_the_endpoints_of_the_base_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    with private_config(config_of("own"), {}) as config:
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config.config_file))
        keys = {"aws_access_key_id": "AKIA", "aws_secret_access_key": "s"}
        assert Session().create_client("dynamodb", **keys).meta.endpoint_url == "http://127.0.0.1:8000"


@pytest.mark.usefixtures("configure")
def test_the_settings_are_the_base_profiles() -> None:
    with private_config(config_of("work"), {}) as config:
        assert config.config_file.read_text() == "[default]\nregion = us-east-1\n"


def test_a_setting_of_the_credentials_file_is_one_as_it_is_for_aws_tools(configure: Configure, tmp_path: Path) -> None:
    configure("[default]\nregion = us-east-1\n")
    (tmp_path / "credentials").write_text("[default]\nregion = us-east-2\naws_access_key_id = AKIA\n")
    with private_config(config_of("default"), {}) as config:
        assert config.config_file.read_text() == "[default]\nregion = us-east-2\n"
        assert config.region == "us-east-2"


@pytest.mark.usefixtures("configure")
def test_the_files_are_private_and_gone_at_the_end() -> None:
    with private_config(config_of("own"), {}) as config:
        for path in (config.config_file, config.credentials_file):
            assert stat.S_IMODE(path.stat().st_mode) == FILE_MODE
        assert stat.S_IMODE(config.config_file.parent.stat().st_mode) == FOLDER_MODE
    assert not config.config_file.parent.exists()


@pytest.mark.usefixtures("configure")
@pytest.mark.parametrize("path", ["$DEPLOYMENT/config", "${DEPLOYMENT}/config", "~/config"])
def test_the_config_is_found_where_aws_tools_find_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str
) -> None:
    for name in ("DEPLOYMENT", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", path)
    with private_config(config_of("work"), {}) as config:
        assert config.region == "us-east-1"


EMPTY = ProfileConfig("default", {}, {})


def test_a_runtime_folder_that_is_not_there_is_done_without(tmp_path: Path) -> None:
    with private_config(EMPTY, {"XDG_RUNTIME_DIR": str(tmp_path / "gone")}) as config:
        assert config.config_file.exists()


def test_no_folder_at_all_is_an_error_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    with pytest.raises(UsageError, match="private AWS configuration"), private_config(EMPTY, {}):
        pass


def test_no_config_at_all_is_an_empty_default(configure: Configure, tmp_path: Path) -> None:
    del configure
    (tmp_path / "config").unlink()
    with private_config(config_of("default"), {}) as config:
        assert config.config_file.read_text() == "[default]\n"
        assert config.region is None
