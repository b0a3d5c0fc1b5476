"""The kill switch in an account other than the service's: its policy, and the role through which it is written."""

from aws_cdk import Aws
from constructs import Construct

from deploy.cdk.contents import create_kill_switch_policy
from deploy.cdk.role import create_role
from deploy.policies.kill_switch import revocations_role_policy, revocations_role_trust
from deploy.policies.place import Place


class KillSwitchAccount(Construct):
    """Deploy it once for each deployment in each such account, before protected roles; give `policy_arn` to it."""

    def __init__(self, scope: Construct, construct_id: str, *, sentinel: Place) -> None:
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
