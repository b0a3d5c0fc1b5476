"""The partitions of AWS: groups of regions with one DNS suffix. A test compares them with what botocore knows."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Partition:
    """`pattern` is what names of its regions look like, `regions` are those known by name.

    `global_region` is where services without regions are signed for.
    """

    name: str
    pattern: str
    suffix: str
    global_region: str
    regions: frozenset[str]


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


PARTITIONS: Final = (
    Partition(
        "aws",
        r"(us|eu|ap|sa|ca|me|af|il|mx)\-\w+\-\d+",
        "amazonaws.com",
        "us-east-1",
        _names(
            "af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 "
            "ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 "
            "ap-southeast-7 ca-central-1 ca-west-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 "
            "eu-west-1 eu-west-2 eu-west-3 il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 "
            "us-east-2 us-west-1 us-west-2",
        ),
    ),
    Partition(
        "aws-cn",
        r"cn\-\w+\-\d+",
        "amazonaws.com.cn",
        "cn-northwest-1",
        _names("cn-north-1 cn-northwest-1"),
    ),
    Partition(
        "aws-eusc",
        r"eusc\-(de)\-\w+\-\d+",
        "amazonaws.eu",
        "eusc-de-east-1",
        _names("eusc-de-east-1"),
    ),
    Partition(
        "aws-iso",
        r"us\-iso\-\w+\-\d+",
        "c2s.ic.gov",
        "us-iso-east-1",
        _names("us-iso-east-1 us-iso-west-1"),
    ),
    Partition(
        "aws-iso-b",
        r"us\-isob\-\w+\-\d+",
        "sc2s.sgov.gov",
        "us-isob-east-1",
        _names("us-isob-east-1 us-isob-west-1"),
    ),
    Partition(
        "aws-iso-e",
        r"eu\-isoe\-\w+\-\d+",
        "cloud.adc-e.uk",
        "eu-isoe-west-1",
        _names("eu-isoe-west-1"),
    ),
    Partition(
        "aws-iso-f",
        r"us\-isof\-\w+\-\d+",
        "csp.hci.ic.gov",
        "us-isof-south-1",
        _names("us-isof-east-1 us-isof-south-1"),
    ),
    Partition(
        "aws-us-gov",
        r"us\-gov\-\w+\-\d+",
        "amazonaws.com",
        "us-gov-west-1",
        _names("us-gov-east-1 us-gov-west-1"),
    ),
)


def find_partition(region: str) -> Partition:
    """Find the partition a region lies in, by its name's form: a new region needs no new release.

    Raises:
        LookupError: it lies in none.

    """
    for partition in PARTITIONS:
        if re.fullmatch(partition.pattern, region, re.ASCII):
            return partition
    raise LookupError(f"{region!r} is a region of no known partition")
