"""Endpoints, compared with what botocore's rule sets resolve for every region it knows."""

from contextlib import aclosing
from typing import Any

import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import Loader

from shared.aws.client.library import find_partition
from shared.aws.clients import Service, open_clients

LOADER = Loader()
PARTITIONS: dict[str, Any] = LOADER.load_data("partitions")
REGIONS = sorted(
    name for partition in PARTITIONS["partitions"] for name in partition["regions"] if not name.endswith("-global")
)

pytestmark = pytest.mark.usefixtures("dummy_credentials")


def resolve(service: str, region: str, *, fips: bool = False, dual_stack: bool = False) -> tuple[str, str]:
    rules = LOADER.load_service_model(service, "endpoint-rule-set-1")
    found = EndpointProvider(rules, PARTITIONS).resolve_endpoint(
        Region=region, UseFIPS=fips, UseDualStack=dual_stack, UseGlobalEndpoint=False
    )
    schemes = found.properties.get("authSchemes", [{}])
    return f"{found.url}/", schemes[0].get("signingRegion", region)


async def endpoints(region: str) -> dict[Service, tuple[str, str]]:
    async with aclosing(await open_clients(region)) as clients:
        opened = {service: clients._client(service) for service in Service}
    return {service: (client.url, client.region) for service, client in opened.items()}


@pytest.mark.parametrize("region", REGIONS)
async def test_every_endpoint_is_that_of_the_rule_sets(region: str) -> None:
    assert await endpoints(region) == {service: resolve(service.value, region) for service in Service}


def test_many_regions_are_compared() -> None:
    assert len(REGIONS) > 40


@pytest.mark.parametrize("region", ["us-east-1", "us-west-2", "ca-central-1", "us-gov-west-1", "us-gov-east-1"])
async def test_fips_endpoints_are_those_of_the_rule_sets(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "true")
    assert await endpoints(region) == {service: resolve(service.value, region, fips=True) for service in Service}


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "ap-southeast-7"])
async def test_dual_stack_endpoints_are_those_of_the_rule_sets(monkeypatch: pytest.MonkeyPatch, region: str) -> None:
    monkeypatch.setenv("AWS_USE_DUALSTACK_ENDPOINT", "true")
    assert await endpoints(region) == {service: resolve(service.value, region, dual_stack=True) for service in Service}


async def test_a_region_that_no_table_names_is_its_partitions() -> None:
    found = await endpoints("eu-west-99")
    assert found[Service.STS] == ("https://sts.eu-west-99.amazonaws.com/", "eu-west-99")
    assert found[Service.DYNAMODB] == ("https://dynamodb.eu-west-99.amazonaws.com/", "eu-west-99")
    assert found[Service.IAM] == ("https://iam.amazonaws.com/", "us-east-1")


async def test_a_service_may_have_an_address_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1/")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "https://127.0.0.1:2/")
    found = await endpoints("eu-west-1")
    assert found[Service.STS] == ("https://127.0.0.1:2/", "eu-west-1")
    assert found[Service.SSM] == ("http://127.0.0.1:1/", "eu-west-1")


async def test_a_region_of_no_partition_is_refused() -> None:
    with pytest.raises(LookupError, match="of no known partition"):
        await open_clients("moon-base-1")


@pytest.mark.parametrize("partition", PARTITIONS["partitions"], ids=lambda each: each["id"])
def test_the_regions_of_a_partition_are_all_known(partition: dict[str, Any]) -> None:
    regions = frozenset(name for name in partition["regions"] if not name.endswith("-global"))
    for region in regions:
        found = find_partition(region)
        assert (found.name, found.suffix, found.regions) == (
            partition["id"],
            partition["outputs"]["dnsSuffix"],
            regions,
        )
