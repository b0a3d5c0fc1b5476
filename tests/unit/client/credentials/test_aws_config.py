"""Sentinel's block of the AWS config, with everything else read by botocore."""

from pathlib import Path
from typing import Final

import pytest

from sentinel.credentials.aws_config import BEGIN, END, AwsConfig, parse_config, render_section, server_of
from sentinel.errors import UsageError

OURS: Final = {"credential_process": "/bin/sentinel credentials --remote-server https://s.example dev"}


@pytest.fixture(autouse=True)
def no_credentials_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.delenv("SENTINEL_EXEC", raising=False)


def parse(text: str) -> AwsConfig:
    return parse_config(text, Path("config"))


def test_what_is_written_is_read_again_and_is_written_alike() -> None:
    written = parse("[default]\nregion = x").with_profiles({"dev": OURS, "a": {**OURS, "s3": {"max_bandwidth": "1"}}})
    again = parse(written)
    assert again.profiles == {"dev": OURS, "a": {**OURS, "s3": {"max_bandwidth": "1"}}}
    assert again.with_profiles(again.profiles) == written
    assert again.with_profiles({}) == "[default]\nregion = x\n"


@pytest.mark.parametrize(
    "settings",
    [
        {"region": "x\n[default]\ncredential_process = /bin/evil"},
        {"region": "x\ncredential_process = /bin/evil"},
        {"region": " x"},
        {"Region": "x"},
    ],
)
def test_a_setting_that_aws_tools_would_read_otherwise_is_never_written(settings: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        parse("").with_profiles({"dev": settings})


def test_a_file_that_aws_tools_cannot_read_is_refused() -> None:
    for text in ("[default]\n[default]\n", "region = x\n", "[default\n"):
        with pytest.raises(UsageError, match="AWS tools cannot read this file"):
            parse(text).with_profiles({"dev": OURS})
    with pytest.raises(UsageError, match="AWS tools cannot read this file"):
        parse(f"{BEGIN}\n[profile dev]\n[profile dev]\n{END}\n")


def test_settings_that_all_sections_inherit_do_not_make_a_profile_another_one() -> None:
    with pytest.raises(UsageError):
        parse("[DEFAULT]\nrole_arn = arn:aws:iam::111122223333:role/x\n").with_profiles({"dev": OURS})


def test_the_server_of_a_profile_is_read_from_its_command() -> None:
    assert server_of(OURS) == "https://s.example"
    for command in ("/bin/other", "sentinel credentials dev --remote-server", "'unfinished", ""):
        assert server_of({"credential_process": command}) is None
    assert server_of({}) is None


def test_a_nested_setting_is_written_below_its_name() -> None:
    assert render_section("default", {"region": "x", "s3": {"a": "b"}}) == "[default]\nregion = x\ns3 =\n    a = b\n"
