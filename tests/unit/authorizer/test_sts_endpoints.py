import pytest

from shared.aws.sts.caller_identity import StsEndpoint, StsEndpoints


@pytest.mark.parametrize(
    ("own", "region", "host"),
    [
        ("eu-central-1", "eu-central-1", "sts.eu-central-1.amazonaws.com"),
        ("eu-central-1", "us-west-2", "sts.us-west-2.amazonaws.com"),
        ("cn-north-1", "cn-northwest-1", "sts.cn-northwest-1.amazonaws.com.cn"),
        ("us-gov-west-1", "us-gov-east-1", "sts.us-gov-east-1.amazonaws.com"),
        ("us-iso-east-1", "us-iso-west-1", "sts.us-iso-west-1.c2s.ic.gov"),
        ("eusc-de-east-1", "eusc-de-east-1", "sts.eusc-de-east-1.amazonaws.eu"),
    ],
)
def test_a_region_of_the_partition_has_its_own_endpoint(own: str, region: str, host: str) -> None:
    assert StsEndpoints(own).find(region) == StsEndpoint(f"https://{host}/", host)


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "eusc-de-east-1", "eu-made-1", "us-east-99", ""])
@pytest.mark.parametrize("emulator", [None, "http://127.0.0.1:4566"])
def test_a_region_of_another_partition_or_of_none_has_no_endpoint(region: str, emulator: str | None) -> None:
    assert StsEndpoints("eu-central-1", emulator).find(region) is None


def test_a_functions_own_region_counts_though_botocore_is_older_than_it() -> None:
    found = StsEndpoints("eu-future-1").find("eu-future-1")
    assert found is not None
    assert found.host == "sts.eu-future-1.amazonaws.com"


def test_an_emulator_serves_every_region() -> None:
    found = StsEndpoints("eu-central-1", "http://127.0.0.1:4566").find("us-east-1")
    assert found == StsEndpoint("http://127.0.0.1:4566/", "127.0.0.1:4566")


def test_a_function_outside_every_partition_does_not_start() -> None:
    with pytest.raises(LookupError, match="moon-1"):
        StsEndpoints("moon-1")


def test_of_the_partition_only_the_accepted_regions_have_an_endpoint() -> None:
    endpoints = StsEndpoints("eu-central-1", accepted={"eu-central-1", "us-east-1"})
    found = [endpoints.find(region) is not None for region in ("eu-central-1", "us-east-1", "eu-west-1")]
    assert found == [True, True, False]


@pytest.mark.parametrize("region", ["cn-north-1", "us-east-99", "evil.example"])
def test_what_is_no_region_of_the_partition_cannot_be_accepted(region: str) -> None:
    with pytest.raises(LookupError, match=region):
        StsEndpoints("eu-central-1", accepted={"eu-central-1", region})
