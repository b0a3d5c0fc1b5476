import os
from contextlib import aclosing
from pathlib import Path

import pytest

from shared.aws.client.protocol import NoKeysError
from shared.aws.clients import Service, open_clients

pytestmark = pytest.mark.usefixtures("dummy_credentials")


async def test_every_endpoint_is_the_regions_own() -> None:
    async with aclosing(await open_clients("eu-west-1")) as clients:
        endpoints = {client.url for client in (clients.dynamodb, clients.sns, clients.ssm, clients.sts)}
    assert endpoints == {f"https://{service}.eu-west-1.amazonaws.com/" for service in ("dynamodb", "sns", "ssm", "sts")}


async def test_a_client_that_is_not_named_is_not_opened() -> None:
    async with aclosing(await open_clients("eu-west-1", services=[Service.STS])) as clients:
        assert clients.sts.region == "eu-west-1"
        with pytest.raises(LookupError, match="no client of sns was opened"):
            _ = clients.sns


async def test_the_global_sts_endpoint_is_not_used_even_in_its_home_region() -> None:
    async with aclosing(await open_clients("us-east-1")) as clients:
        assert clients.sts.url == "https://sts.us-east-1.amazonaws.com/"


async def test_a_developers_files_and_profile_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, home = tmp_path / "config", tmp_path / ".aws" / "models" / "sts" / "2099-01-01"
    settings = "endpoint_url = http://elsewhere.example\nuse_fips_endpoint = true\nsts_regional_endpoints = legacy\n"
    keys = "aws_access_key_id = AKIADEVELOPER\naws_secret_access_key = secret\nregion = us-west-2\n"
    config.write_text(f"[default]\n{settings}{keys}[profile developer]\n{settings}{keys}")
    home.mkdir(parents=True)
    (home / "service-2.json").write_text("{}")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "developer")
    monkeypatch.setenv("AWS_DATA_PATH", str(home.parents[1]))
    async with aclosing(await open_clients("us-east-1")) as clients:
        assert clients.sts.url == "https://sts.us-east-1.amazonaws.com/"
        assert (await clients._keys.current()).access_key == os.environ["AWS_ACCESS_KEY_ID"]
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(NoKeysError):
        await open_clients("us-east-1")


async def test_an_emulators_address_is_used_for_every_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    async with aclosing(await open_clients("eu-west-1")) as clients:
        assert clients.dynamodb.url == clients.sts.url == "http://127.0.0.1:4566/"
