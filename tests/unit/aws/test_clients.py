from contextlib import aclosing
from pathlib import Path

import pytest

from shared.aws.clients import Service, open_clients

pytestmark = pytest.mark.usefixtures("dummy_credentials")


async def test_every_endpoint_is_the_regions_own() -> None:
    async with aclosing(await open_clients("eu-west-1")) as clients:
        endpoints = {client.endpoint.url for client in (clients.dynamodb, clients.sns, clients.ssm, clients.sts)}
    assert endpoints == {f"https://{service}.eu-west-1.amazonaws.com" for service in ("dynamodb", "sns", "ssm", "sts")}


async def test_a_client_nobody_named_is_not_opened() -> None:
    async with aclosing(await open_clients("eu-west-1", services=[Service.STS])) as clients:
        assert clients.sts.endpoint.region == "eu-west-1"
        with pytest.raises(LookupError, match="no client of sns was opened"):
            _ = clients.sns


async def test_the_global_sts_endpoint_is_not_used_even_in_its_home_region() -> None:
    async with aclosing(await open_clients("us-east-1")) as clients:
        assert clients.sts.endpoint.url == "https://sts.us-east-1.amazonaws.com"


async def test_a_developers_configuration_file_changes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = tmp_path / "config"
    config.write_text("[default]\nendpoint_url = http://elsewhere.example\nsts_regional_endpoints = legacy\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    async with aclosing(await open_clients("us-east-1")) as clients:
        assert clients.sts.endpoint.url == "https://sts.us-east-1.amazonaws.com"


async def test_an_emulators_address_is_used_for_every_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")
    async with aclosing(await open_clients("eu-west-1")) as clients:
        assert clients.dynamodb.endpoint.url == clients.sts.endpoint.url == "http://127.0.0.1:4566"
