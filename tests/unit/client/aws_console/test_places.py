"""Where a session is signed in, and which page of the console it begins at."""

import pytest

from sentinel.aws_console.destinations import SERVICES, check_service, service_page
from sentinel.aws_console.partitions import (
    PARTITIONS,
    NoConsoleError,
    Partition,
    check_region,
    partition_of_region,
    partition_of_role,
)
from sentinel.errors import UsageError


def of(name: str) -> Partition:
    return partition_of_role(f"arn:{name}:iam::111122223333:role/sentinel/protected/prod")


@pytest.mark.parametrize(
    ("partition", "region", "endpoint", "page"),
    [
        ("aws", None, "signin.aws.amazon.com", "console.aws.amazon.com/s3/home"),
        ("aws", "us-east-1", "signin.aws.amazon.com", "console.aws.amazon.com/s3/home?region=us-east-1"),
        (
            "aws",
            "eu-central-1",
            "eu-central-1.signin.aws.amazon.com",
            "eu-central-1.console.aws.amazon.com/s3/home?region=eu-central-1",
        ),
        (
            "aws-cn",
            "cn-northwest-1",
            "signin.amazonaws.cn",
            "cn-northwest-1.console.amazonaws.cn/s3/home?region=cn-northwest-1",
        ),
        ("aws-cn", "cn-north-1", "signin.amazonaws.cn", "console.amazonaws.cn/s3/home?region=cn-north-1"),
        ("aws-us-gov", None, "signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com/s3/home"),
        (
            "aws-us-gov",
            "us-gov-east-1",
            "signin.amazonaws-us-gov.com",
            "us-gov-east-1.console.amazonaws-us-gov.com/s3/home?region=us-gov-east-1",
        ),
        ("aws-eusc", None, "eusc-de-east-1.signin.amazonaws-eusc.eu", "console.amazonaws-eusc.eu/s3/home"),
    ],
)
def test_a_partition_has_its_own_endpoint_and_console(
    partition: str, region: str | None, endpoint: str, page: str
) -> None:
    assert of(partition).federation_endpoint(region) == f"https://{endpoint}/federation"
    assert service_page(of(partition), "s3", region) == f"https://{page}"


@pytest.mark.parametrize("partition", ["aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-moon"])
def test_a_partition_without_a_public_endpoint_is_refused_by_name(partition: str) -> None:
    with pytest.raises(NoConsoleError, match=f"partition {partition},"):
        of(partition)


def test_what_is_no_role_has_no_console() -> None:
    for arn in ("", "arn:aws:iam::111122223333:user/alice", "arn:aws.evil.example/:iam::111122223333:role/dev"):
        with pytest.raises(NoConsoleError):
            partition_of_role(arn)


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-central-1", "aws"),
        ("us-east-2", "aws"),
        ("mx-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("eusc-de-east-1", "aws-eusc"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("us-isof-south-1", "aws-iso-f"),
        ("eu-isoe-west-1", "aws-iso-e"),
    ],
)
def test_a_region_belongs_to_one_partition(region: str, partition: str) -> None:
    check_region(region)
    assert partition_of_region(region) == partition
    assert [each.name for each in PARTITIONS if each.has_region(region)] in ([partition], [])


@pytest.mark.parametrize(
    "region", ["", "evil.example/", "eu-central-1.evil.example", "eu central-1", "EU-CENTRAL-1", "eu-central-1\n", "eu"]
)
def test_what_cannot_be_a_region_is_part_of_no_host(region: str) -> None:
    with pytest.raises(UsageError, match="written like eu-central-1"):
        check_region(region)
    assert not any(partition.has_region(region) for partition in PARTITIONS)


@pytest.mark.parametrize(
    ("service", "path"),
    [
        (None, "console"),
        ("cfn", "cloudformation"),
        ("dynamodb", "dynamodbv2"),
        ("sfn", "states"),
        ("ec2", "ec2"),
        ("datazone", "datazone"),
    ],
)
def test_short_names_are_the_consoles_paths_and_others_are_as_they_are(service: str | None, path: str) -> None:
    assert service_page(of("aws"), service, None) == f"https://console.aws.amazon.com/{path}/home"


def test_an_unknown_service_is_said_to_be_one_with_what_may_be_meant() -> None:
    assert all(check_service(service) is None for service in SERVICES)
    assert (
        check_service("lamda")
        == "lamda is not a known service: its name is used as the console's path; did you mean lambda?"
    )
    assert check_service("datazone") == "datazone is not a known service: its name is used as the console's path"


@pytest.mark.parametrize("service", ["", "../iam", "s3/home?x=", "s3.evil.example", "S3", "s3\n", "-s3", "a" * 65])
def test_what_cannot_be_a_service_is_part_of_no_url(service: str) -> None:
    with pytest.raises(UsageError, match="a service is written like s3"):
        check_service(service)
