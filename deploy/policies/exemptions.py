"""The principals exempt from the organization's policies, by the ARN that requests carry as `aws:PrincipalArn`.

For a role session that is the role's ARN with its path (IAM User Guide, "AWS global condition context keys").
Service-linked roles and AWS's own service principals need no line here: no service control policy applies to them
(AWS Organizations User Guide, "Service control policies").
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

# The roles AWS uses to create, enroll or provision an account. Each trusts the management account or, for
# service-managed StackSets, is created by a service-linked role.
_MANAGED: Final = (
    "OrganizationAccountAccessRole",  # AWS Organizations User Guide, "Accessing member accounts"
    "AWSControlTowerExecution",  # AWS Control Tower User Guide, "How AWS Control Tower works with roles"
    "stacksets-exec-*",  # CloudFormation User Guide, StackSets with service-managed permissions
    "AWSCloudFormationStackSetExecutionRole",  # the same with self-managed permissions
)
_IDENTITY_CENTER: Final = "/aws-reserved/sso.amazonaws.com/"
# IAM Identity Center API Reference, CreatePermissionSet.
_PERMISSION_SET: Final = re.compile(r"[\w+=,.@-]{1,32}", re.ASCII)
# `AWSReservedSSO_<permission set>_<sixteen hexadecimal digits>`: the part after the name has this length. Fixing the
# length keeps a permission set with a longer name from matching.
_SUFFIX: Final = "_" + 16 * "?"


@dataclass(frozen=True, slots=True)
class Exemptions:
    """The roles that may change what the guardrails protect.

    `deployers`: names of the roles that deploy, the pipeline's and those it passes to CloudFormation. `break_glass`:
    name of the one role for when all else fails; set an alarm on its use. `operators`: names of the permission sets
    that may do more than call Sentinel. `stacks`: names of the CloudFormation stacks that act through a deployer's
    role. Names match in every account. A role's or a stack's name may contain `*`, because only exempt roles can create
    one that matches. A permission set's may not, because administrators of Identity Center could create one.

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
                raise ValueError(f"operators: {name!r} is not a permission set's name: give each exact name")

    @property
    def role_arns(self) -> list[str]:
        """ARN patterns of the exempt roles."""
        return [self._role(f"/{name}") for name in (*self.deployers, self.break_glass, *_MANAGED)]

    @property
    def people(self) -> str:
        """ARN pattern of every Identity Center role. Only Identity Center can create roles below this path."""
        return self._role(f"{_IDENTITY_CENTER}*")

    @property
    def operator_arns(self) -> list[str]:
        """ARN patterns of exactly the operators' permission sets' roles, in any region of Identity Center.

        Their path ends with that region, except in us-east-1 (IAM Identity Center User Guide, "Referencing permission
        sets in resource policies").
        """
        paths = (_IDENTITY_CENTER, f"{_IDENTITY_CENTER}*/")
        return [self._role(f"{path}AWSReservedSSO_{name}{_SUFFIX}") for name in self.operators for path in paths]

    def _role(self, path: str) -> str:
        return f"arn:{self.partition}:iam::*:role{path}"
