"""Where a service answers in a region: that region's own endpoint, in its own partition."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from shared.aws.wire.partitions import find_partition

# IAM has one endpoint a partition, signed for the partition's first region. These two leave the region out of the name.
_IAM_HOSTS: Final = {"aws": "iam.amazonaws.com", "aws-us-gov": "iam.us-gov.amazonaws.com"}
_IAM_REGIONS: Final = {"aws-cn": "cn-north-1"}
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A base URL without a path, and the region requests to it are signed for."""

    url: str
    region: str


def find_endpoint(service: str, region: str, environ: Mapping[str, str] = os.environ) -> Endpoint:
    """Find where `service` (botocore's name) answers.

    `AWS_ENDPOINT_URL_<SERVICE>` and `AWS_ENDPOINT_URL` come first, as for every SDK (AWS SDKs and Tools Reference
    Guide, "Service-specific endpoints"). The others are the names of AWS's own scheme; a test compares each of them
    with what botocore resolves, region by region.

    Raises:
        LookupError: the region lies in no partition, or FIPS endpoints are asked for: those have no scheme.

    """
    own = environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or environ.get("AWS_ENDPOINT_URL")
    if own:
        return Endpoint(own.rstrip("/"), _iam_region(region) if service == "iam" and not _is_here(own) else region)
    if environ.get("AWS_USE_FIPS_ENDPOINT", "").lower() == "true":
        wanted = f"AWS_ENDPOINT_URL_{service.upper()}"
        raise LookupError(f"AWS_USE_FIPS_ENDPOINT is not supported: name the endpoint in {wanted} instead")
    partition = find_partition(region)
    if service == "iam":
        signed_for = _iam_region(region)
        return Endpoint(f"https://{_IAM_HOSTS.get(partition.name, f'iam.{signed_for}.{partition.suffix}')}", signed_for)
    return Endpoint(f"https://{service}.{region}.{partition.suffix}", region)


def _iam_region(region: str) -> str:
    """Name the region that IAM's requests are signed for, at every endpoint of a partition, FIPS ones included."""
    partition = find_partition(region)
    return _IAM_REGIONS.get(partition.name, partition.global_region)


def _is_here(url: str) -> bool:
    """Whether an endpoint is an emulator on this machine, which has one region for everything."""
    return (urlsplit(url).hostname or "") in _LOOPBACK
