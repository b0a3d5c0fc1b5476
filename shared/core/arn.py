"""Amazon Resource Names, parsed by field. Nothing in Sentinel compares ARNs as text or assumes `arn:aws:`."""

import re
from dataclasses import dataclass
from typing import Final

# Every partition botocore knows (a test compares this set with its partition data).
PARTITIONS: Final = frozenset(
    {"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"},
)
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_FIELDS: Final = 6
# Error messages repeat at most this many characters of an unknown partition.
_SHOWN: Final = 32


class MalformedArnError(ValueError):
    """The text is not an ARN of a partition we know."""


@dataclass(frozen=True, slots=True)
class Arn:
    """The six fields of an ARN; `resource` keeps its slashes and colons."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account}:{self.resource}"


def parse_arn(text: str) -> Arn:
    """Parse an ARN.

    Raises:
        MalformedArnError: too few fields, an unknown partition, or an account that is not 12 digits (or empty).

    """
    fields = text.split(":", _FIELDS - 1)
    if len(fields) != _FIELDS or fields[0] != "arn":
        raise MalformedArnError("an ARN has six fields: arn:partition:service:region:account:resource")
    _, partition, service, region, account, resource = fields
    if partition not in PARTITIONS:
        raise MalformedArnError(f"unknown partition {partition[:_SHOWN]!a}")
    if account and not _ACCOUNT.fullmatch(account):
        raise MalformedArnError("an account is 12 digits")
    if not service or not resource:
        raise MalformedArnError("service and resource may not be empty")
    return Arn(partition, service, region, account, resource)


def is_account_id(text: str) -> bool:
    """Whether the text is an AWS account id: exactly 12 ASCII digits."""
    return _ACCOUNT.fullmatch(text) is not None


def role_name(arn: Arn) -> str:
    """Give the name of an IAM role's ARN, without its path.

    Raises:
        MalformedArnError: the ARN is not a role's.

    """
    kind, _, path_and_name = arn.resource.partition("/")
    name = path_and_name.rpartition("/")[2]
    if arn.service != "iam" or arn.region or not arn.account or kind != "role" or not ROLE_NAME.fullmatch(name):
        raise MalformedArnError("a role's ARN reads arn:aws:iam::123456789012:role/Name")
    return name


# IAM CreateRole: RoleName, `[\w+=,.@-]+`, at most 64 characters (ASCII).
ROLE_NAME: Final = re.compile(r"[A-Za-z0-9_+=,.@-]{1,64}")
