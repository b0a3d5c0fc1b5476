"""The kill switch in an account other than the service's: its policy, and the role that may write it."""

from aws_cdk import Aws
from constructs import Construct

from deploy.cdk.contents import create_kill_switch_policy
from deploy.cdk.role import create_role
from deploy.policies.deployment import Deployment
from deploy.policies.kill_switch import revocations_role_policy, revocations_role_trust


class KillSwitchAccount(Construct):
    """Deploy it once per deployment and account, before the protected roles.

    `policy_arn` goes into the service's option `kill_switch_policy_arns`.
    """

    def __init__(self, scope: Construct, construct_id: str, *, sentinel: Deployment) -> None:
        super().__init__(scope, construct_id)
        policy = create_kill_switch_policy(self, sentinel)
        self.policy_arn: str = policy.ref
        create_role(
            self,
            "Role",
            name=sentinel.kill_switch,
            description="Sentinel's admin function writes the kill switch of this account through this role",
            trust=revocations_role_trust(sentinel),
            policies={"write-the-kill-switch": revocations_role_policy(sentinel, Aws.ACCOUNT_ID)},
        )
