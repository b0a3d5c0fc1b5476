"""Whom the organization's policies spare, by the ARN that requests carry as `aws:PrincipalArn`.

For a role session that is the role's ARN with its path (IAM User Guide, "AWS global condition context keys").
Service-linked roles and AWS's own service principals need no line here: no service control policy applies to them
(AWS Organizations User Guide, "Service control policies").
"""

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


@dataclass(frozen=True, slots=True)
class Spared:
    """The few who may change what the guard rails keep.

    `deployers` are names of the roles that deploy, the pipeline's and those it hands to CloudFormation. `break_glass`
    is the name of the one role for the day all else fails; have an alarm on its use. `operators` are names of the
    permission sets that may do more than ask Sentinel. Names are looked for in every account; `*` matches.
    """

    partition: str
    deployers: Sequence[str]
    break_glass: str
    operators: Sequence[str] = ()

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
        """Match the roles of the operators' permission sets, whatever region Identity Center is in."""
        return [self._role(f"{_IDENTITY_CENTER}*AWSReservedSSO_{name}_*") for name in self.operators]

    def _role(self, path: str) -> str:
        return f"arn:{self.partition}:iam::*:role{path}"
