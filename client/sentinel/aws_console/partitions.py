"""The partitions of AWS that have a public console: where it is, and where a session is signed in to it.

Sources: AWS General Reference, "AWS Sign-In endpoints" and "AWS Management Console endpoints" (the regional ones, and
us-east-1 without a region); AWS GovCloud (US) User Guide, "IAM"; Getting Started with Amazon Web Services China,
"IAM"; for the European Sovereign Cloud the hosts of AWS Sign-In in botocore. The isolated partitions publish neither.
"""

import re
from dataclasses import dataclass
from typing import Final

from sentinel.errors import ClientError, UsageError

_REGION: Final = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-[0-9]{1,2}")
_ROLE: Final = re.compile(r"arn:(aws[a-z-]*):iam::[0-9]{12}:role/.+")
# The beginnings of a partition's regions. What begins otherwise is of `aws`.
_BEGINNINGS: Final = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-iso-", "aws-iso"),
    ("us-isob-", "aws-iso-b"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-isof-", "aws-iso-f"),
)


class NoConsoleError(ClientError):
    """There is no console to sign this role's session in to."""

    code = "no_console"


@dataclass(frozen=True, slots=True)
class Partition:
    """`{region}` in a host is left out, with its dot, for `home` and where no region is chosen."""

    name: str
    home: str
    sign_in: str
    console: str

    def federation_endpoint(self, region: str | None) -> str:
        """Return where a session's credentials are exchanged for a sign-in token."""
        return f"https://{self._host(self.sign_in, region)}/federation"

    def console_host(self, region: str | None) -> str:
        """Return the host of a region's console."""
        return self._host(self.console, region)

    def has_console_host(self, host: str) -> bool:
        """Whether a host is the console's: its own, a region's, a service's or a session's below it."""
        console = self.console_host(None)
        return host == console or host.endswith(f".{console}")

    def has_region(self, region: str) -> bool:
        """Whether a region belongs to this partition. It is part of a host, so its spelling is checked as well."""
        return _REGION.fullmatch(region) is not None and partition_of_region(region) == self.name

    def _host(self, pattern: str, region: str | None) -> str:
        if region is None or region == self.home:
            return pattern.removeprefix("{region}.")
        return pattern.replace("{region}", region)


_PARTITIONS: Final = {
    partition.name: partition
    for partition in (
        Partition("aws", "us-east-1", "{region}.signin.aws.amazon.com", "{region}.console.aws.amazon.com"),
        Partition("aws-cn", "cn-north-1", "signin.amazonaws.cn", "{region}.console.amazonaws.cn"),
        Partition(
            "aws-us-gov", "us-gov-west-1", "signin.amazonaws-us-gov.com", "{region}.console.amazonaws-us-gov.com"
        ),
        Partition(
            "aws-eusc",
            "eusc-de-east-1",
            "eusc-de-east-1.signin.amazonaws-eusc.eu",
            "{region}.console.amazonaws-eusc.eu",
        ),
    )
}
PARTITIONS: Final = tuple(_PARTITIONS.values())


def partition_of_role(role_arn: str) -> Partition:
    """Return the partition of a role.

    Raises:
        NoConsoleError: it has no console whose sign-in is documented.

    """
    found = _ROLE.fullmatch(role_arn)
    if found is None or found[1] not in _PARTITIONS:
        named = found[1] if found else "unknown"
        raise NoConsoleError(
            f"the role is in the partition {named}, whose console has no public sign-in endpoint",
            f"this opens those of {', '.join(_PARTITIONS)}; elsewhere use `sentinel exec`",
        )
    return _PARTITIONS[found[1]]


def partition_of_region(region: str) -> str:
    """Name the partition that a region's name belongs to."""
    return next((name for beginning, name in _BEGINNINGS if region.startswith(beginning)), "aws")


def check_region(region: str) -> None:
    """Refuse what is not written as regions are.

    Raises:
        UsageError: it is not.

    """
    if not _REGION.fullmatch(region):
        raise UsageError("a region is written like eu-central-1", "check --region")
