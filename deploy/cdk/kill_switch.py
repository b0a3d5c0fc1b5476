"""The kill switch: the policy that bounds protected roles, and in other accounts the role that may write it.

The policy is created with nothing revoked. CloudFormation updates a resource only when its template changes: what the
admin function writes later remains.
"""

import json
from typing import Final

from aws_cdk import Aws, aws_iam
from constructs import Construct

from deploy.cdk.role import create_role
from deploy.policies.deployment import Deployment
from deploy.policies.protected import revocations_role_policy, revocations_role_trust
from shared.core.kill_switch import first_document

_CHECKS_OF_GRANTS: Final = ("CKV_AWS_107", "CKV_AWS_108", "CKV_AWS_109", "CKV_AWS_110", "CKV_AWS_111")


def create_kill_switch_policy(scope: Construct, deployment: Deployment) -> aws_iam.CfnManagedPolicy:
    """Create the boundary of every protected role of this account, with nothing revoked."""
    policy = aws_iam.CfnManagedPolicy(
        scope,
        "Revocations",
        managed_policy_name=deployment.kill_switch,
        description="Sentinel: allows everything but what was revoked. Only ever a permissions boundary",
        policy_document=json.loads(first_document(deployment.guarded)),
    )
    # Checkov's checks of permissive policies: this one is a permissions boundary, attached to protected roles only.
    skipped = [{"id": check, "comment": "a boundary allows nothing by itself"} for check in _CHECKS_OF_GRANTS]
    policy.add_metadata("checkov", {"skip": skipped})
    return policy


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
