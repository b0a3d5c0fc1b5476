"""Whom the organization's policies spare, by the ARN that requests carry as `aws:PrincipalArn`.

For a role session that is the role's ARN with its path (IAM User Guide, "AWS global condition context keys").
Service-linked roles and AWS's own service principals need no line here: no service control policy applies to them
(AWS Organizations User Guide, "Service control policies").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# The roles AWS acts through when an account is made, enrolled or filled. Each trusts the management account or, for
# service-managed StackSets, is made by a service-linked role.
_MANAGED: Final = (
    "OrganizationAccountAccessRole",  # AWS Organizations User Guide, "Accessing member accounts"
    "AWSControlTowerExecution",  # AWS Control Tower User Guide, "How AWS Control Tower works with roles"
    "stacksets-exec-*",  # CloudFormation User Guide, StackSets with service-managed permissions
    "AWSCloudFormationStackSetExecutionRole",  # the same with self-managed permissions
)
_IDENTITY_CENTER: Final = "/aws-reserved/sso.amazonaws.com/"
# IAM Identity Center API Reference, CreatePermissionSet.
_PERMISSION_SET: Final = re.compile(r"[\w+=,.@-]{1,32}", re.ASCII)
# `AWSReservedSSO_<permission set>_<sixteen hexadecimal digits>`: all that follows the name is as long as this. A
# permission set of a longer name ends in more.
_SUFFIX: Final = "_" + 16 * "?"


@dataclass(frozen=True, slots=True)
class Spared:
    """The few who may change what the guard rails keep.

    `deployers` are names of the roles that deploy, the pipeline's and those it hands to CloudFormation. `break_glass`
    is the name of the one role for the day all else fails; have an alarm on its use. `operators` are names of the
    permission sets that may do more than ask Sentinel. `stacks` are names of the CloudFormation stacks that act
    through a deployer's role. Names are looked for in every account. A role's or a stack's may have `*`: only the
    spared can make one that matches. A permission set's may not: administrators of Identity Center could make one.

    Raises:
        ValueError: an operator's name is a pattern.

    """

    partition: str
    deployers: Sequence[str]
    break_glass: str
    operators: Sequence[str] = ()
    stacks: Sequence[str] = ()

    def __post_init__(self) -> None:
        for name in self.operators:
            if not _PERMISSION_SET.fullmatch(name):
                raise ValueError(f"operators: {name!r} is no name of a permission set: name each one exactly")

    @property
    def role_arns(self) -> list[str]:
        """Match the spared roles."""
        return [self._role(f"/{name}") for name in (*self.deployers, self.break_glass, *_MANAGED)]

    @property
    def people(self) -> str:
        """Match every Identity Center role, which only Identity Center can make: nobody else may use its path."""
        return self._role(f"{_IDENTITY_CENTER}*")

    @property
    def operator_arns(self) -> list[str]:
        """Match the roles of the operators' permission sets and of no others, whatever region Identity Center is in.

        Their path ends with that region, except in us-east-1 (IAM Identity Center User Guide, "Referencing permission
        sets in resource policies").
        """
        paths = (_IDENTITY_CENTER, f"{_IDENTITY_CENTER}*/")
        return [self._role(f"{path}AWSReservedSSO_{name}{_SUFFIX}") for name in self.operators for path in paths]

    def _role(self, path: str) -> str:
        return f"arn:{self.partition}:iam::*:role{path}"
