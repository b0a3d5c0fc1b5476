"""A role that only the vend function may assume, under a stamp, bounded by the kill switch."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aws_cdk import Aws
from constructs import Construct

from deploy.cdk.role import create_role
from deploy.policies.deployment import Deployment, Policy
from deploy.policies.protected import protected_trust
from shared.core.durations import CHAINING_MAXIMUM


class ProtectedRole(Construct):
    """Deploy it in any account. `sentinel` is the service's deployment; role and boundary are in the stack's account.

    The boundary `SentinelRevocations` must exist in this account. A vended session lasts an hour at most, because the
    function's role assumes this one, which is role chaining (IAM User Guide, "Roles terms and concepts").
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        sentinel: Deployment,
        description: str = "Reached through Sentinel only",
        policies: Mapping[str, Policy] | None = None,
        managed_policy_arns: Sequence[str] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        self.role = create_role(
            self,
            "Role",
            name=name,
            description=description,
            path=sentinel.protected_path,
            trust=protected_trust(sentinel),
            policies=policies or {},
            managed_policy_arns=managed_policy_arns,
            boundary_arn=replace(sentinel, account=Aws.ACCOUNT_ID).kill_switch_policy_arn,
            max_session_duration_s=int(CHAINING_MAXIMUM.total_seconds()),
        )
        self.role_arn: str = self.role.attr_arn
