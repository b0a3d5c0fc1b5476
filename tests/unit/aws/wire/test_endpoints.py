"""Endpoints, compared with what botocore resolves for every region it knows."""

from typing import Any

import pytest
from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import Loader

from shared.aws.clients import Service
from shared.aws.wire import partitions
from shared.aws.wire.endpoints import find_endpoint

LOADER = Loader()
PARTITIONS: dict[str, Any] = LOADER.load_data("partitions")
REGIONS = sorted(
    name for partition in PARTITIONS["partitions"] for name in partition["regions"] if not name.endswith("-global")
)


def resolve(service: str, region: str) -> tuple[str, str]:
    rules = LOADER.load_service_model(service, "endpoint-rule-set-1")
    found = EndpointProvider(rules, PARTITIONS).resolve_endpoint(Region=region, UseFIPS=False, UseDualStack=False)
    schemes = found.properties.get("authSchemes", [{}])
    return found.url, schemes[0].get("signingRegion", region)


@pytest.mark.parametrize("service", Service)
def test_every_endpoint_is_botocores(service: Service) -> None:
    ours = {region: find_endpoint(service.value, region, {}) for region in REGIONS}
    assert {region: (found.url, found.region) for region, found in ours.items()} == {
        region: resolve(service.value, region) for region in REGIONS
    }
    assert len(REGIONS) > 40


def test_a_service_may_have_an_address_of_its_own() -> None:
    environ = {"AWS_ENDPOINT_URL": "http://all.example/", "AWS_ENDPOINT_URL_STS": "https://sts.example/"}
    assert find_endpoint("sts", "eu-west-1", environ).url == "https://sts.example"
    assert find_endpoint("ssm", "eu-west-1", environ).url == "http://all.example"


def test_a_region_of_no_partition_is_refused() -> None:
    with pytest.raises(LookupError, match="of no known partition"):
        find_endpoint("sts", "moon-base-1", {})


def test_fips_endpoints_are_refused_rather_than_guessed_and_may_be_named() -> None:
    environ = {"AWS_USE_FIPS_ENDPOINT": "true"}
    with pytest.raises(LookupError, match="AWS_ENDPOINT_URL_STS"):
        find_endpoint("sts", "us-east-1", environ)
    named = {**environ, "AWS_ENDPOINT_URL_STS": "https://sts-fips.us-east-1.amazonaws.com"}
    assert find_endpoint("sts", "us-east-1", named).url == "https://sts-fips.us-east-1.amazonaws.com"


def test_the_partitions_are_botocores() -> None:
    theirs = {
        each["id"]: (
            each["regionRegex"],
            each["outputs"]["dnsSuffix"],
            each["outputs"]["implicitGlobalRegion"],
            {name for name in each["regions"] if not name.endswith("-global")},
        )
        for each in PARTITIONS["partitions"]
    }
    ours = {
        each.name: (f"^{each.pattern}$", each.suffix, each.global_region, set(each.regions))
        for each in partitions.PARTITIONS
    }
    assert ours == theirs
