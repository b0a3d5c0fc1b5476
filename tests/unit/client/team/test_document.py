"""The team file is read as if an attacker had served it."""

import pytest

from sentinel.errors import UsageError
from sentinel.team.document import SIZE_LIMIT, TeamFile, parse_team_file

TEAM = """
version = "1"
name = "Example Corp"
remote_server = "https://abc123.execute-api.eu-central-1.amazonaws.com/$default/"
region = "eu-central-1"
signing_service = "execute-api"
duration = "1h"
prefix = "corp-"
[profiles.dev]
region = "eu-west-3"
[profiles.prod]
"""
LEAST = 'version = 1\nname = "x"\nremote_server = "https://sentinel.example"\n'


def test_a_team_file_gives_settings_and_profiles() -> None:
    team = parse_team_file(TEAM.encode(), "file")
    assert team.settings() == {
        "remote_server": "https://abc123.execute-api.eu-central-1.amazonaws.com/$default",
        "region": "eu-central-1",
        "signing_service": "execute-api",
        "duration": "1h",
    }
    assert {name: profile.region for name, profile in team.profiles.items()} == {"dev": "eu-west-3", "prod": None}
    assert parse_team_file(LEAST.encode(), "file").settings() == {"remote_server": "https://sentinel.example"}


def test_a_team_file_may_say_where_people_log_in() -> None:
    lines = {
        "authentication": "oidc",
        "issuer": "corp",
        "oidc_issuer_url": "https://idp.example/realms/corp",
        "oidc_client_id": "sentinel-cli",
        "oidc_scopes": "openid email",
    }
    text = LEAST + "".join(f'{name} = "{value}"\n' for name, value in lines.items())
    assert parse_team_file(text.encode(), "file").settings() == {"remote_server": "https://sentinel.example", **lines}


@pytest.mark.parametrize(
    "line",
    [
        'issuer = "../v1"',
        'issuer = "Corp"',
        'oidc_issuer_url = "http://idp.example"',
        'oidc_issuer_url = "http://127.0.0.1:8080"',
        'oidc_issuer_url = "https://idp.example/;rm"',
        'oidc_client_id = "\\u001b[2J"',
        'oidc_scopes = "\\u001b[2J"',
        'oidc_scopes = "email"',
        'authentication = "none"',
    ],
)
def test_a_login_that_is_not_safe_to_show_or_to_ask_is_refused(line: str) -> None:
    with pytest.raises(UsageError):
        parse_team_file(f"{LEAST}{line}\n".encode(), "file")


@pytest.mark.parametrize(
    "line",
    [
        'aws_profile = "admin"',
        'credential_process = "/bin/evil"',
        'program = "/bin/evil"',
        'ca_bundle = "/tmp/evil.pem"',
        'proxy = "http://evil.example"',
        'endpoint_url = "https://evil.example"',
        'aws_access_key_id = "AKIAEVIL"',
        'oidc_token_file = "/home/evil/token"',
        'oidc_audience = "evil"',
        'profiles.dev.credential_process = "/bin/evil"',
        'profiles.dev.role_arn = "arn:aws:iam::111122223333:role/x"',
        'profiles.dev.endpoint_url = "https://evil.example"',
        'profiles.dev.ca_bundle = "/tmp/evil.pem"',
        'profiles.dev.remote_server = "https://evil.example"',
    ],
)
def test_no_program_no_credentials_and_no_other_endpoint_can_be_set(line: str) -> None:
    with pytest.raises(UsageError, match="cannot set") as caught:
        parse_team_file(f"{LEAST}{line}\n".encode(), "file")
    assert "evil" not in caught.value.message
    assert "it may set only version, name, remote_server" in caught.value.hint


@pytest.mark.parametrize(
    "server",
    [
        "http://sentinel.example",
        "http://127.0.0.1:8080",
        "https://user:secret@sentinel.example",
        "https://sentinel.example/?x=1",
        "https://sentinel.example/#x",
        "https://sentinel.example/&calc",
        "https://sentinel.example/;id",
        "https://sentinel.example/'x",
        "https://sentinel.example/(x)",
        "https://sentinel.example/ x",
        "https://sentinel.example/\\nx",
        "https://sentinel.example\\u0000",
        "https://s\u0435ntinel.example",
        "ftp://sentinel.example",
        "sentinel.example",
        "",
    ],
)
def test_a_server_is_an_https_url_in_which_nothing_means_anything_to_a_shell(server: str) -> None:
    with pytest.raises(UsageError, match="remote_server"):
        parse_team_file(f'version = 1\nname = "x"\nremote_server = "{server}"\n'.encode(), "file")


@pytest.mark.parametrize(
    "line",
    [
        'region = "eu-west-3\\ncredential_process = /bin/evil"',
        'region = "nowhere"',
        'signing_service = "sts"',
        'duration = "1m"',
        'duration = "soon"',
        'prefix = "]\\n[default]\\n"',
        'prefix = "two words"',
        '[profiles."a\\nb"]',
        '[profiles."[default]"]',
        '[profiles.""]',
        '[profiles.dev]\nregion = "eu-west-3 # x"',
        "[profiles.dev]\nregion = 3",
    ],
)
def test_a_value_that_could_mean_more_than_it_says_is_refused_and_not_repeated(line: str) -> None:
    with pytest.raises(UsageError, match=r"^file: ") as caught:
        parse_team_file(f"{LEAST}{line}\n".encode(), "file")
    assert "evil" not in caught.value.message
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("name", ["", "x" * 101, "\\u001b[2J", "two\\nlines", "\\u202egro"])
def test_a_name_is_a_line_that_can_be_shown(name: str) -> None:
    with pytest.raises(UsageError, match="name"):
        parse_team_file(LEAST.replace('"x"', f'"{name}"').encode(), "file")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"<html>",
        b"version = 2\n",
        b"a = " + b"[" * (SIZE_LIMIT - 10),
        LEAST.replace("1", "1.0").encode(),
    ],
)
def test_what_is_no_team_file_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(UsageError, match=r"^file: "):
        parse_team_file(content, "file")


def test_there_are_at_most_so_many_profiles() -> None:
    many = "".join(f"[profiles.p{number}]\n" for number in range(301))
    with pytest.raises(UsageError, match="profiles"):
        parse_team_file((LEAST + many).encode(), "file")


def test_every_field_is_described_in_the_schema() -> None:
    assert all("description" in field for field in TeamFile.model_json_schema()["properties"].values())
