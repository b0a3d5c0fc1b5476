"""Roles and boundaries, whose policies are the generated documents, unchanged.

The kill switch is the policy that bounds protected roles. It is created with nothing revoked. CloudFormation updates a
resource only when its template changes: what the admin function writes later remains.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from aws_cdk import Aws, aws_iam
from constructs import Construct

from deploy.policies.deployment import Deployment, Policy
from deploy.policies.protected import admin_trust, protected_trust, revocations_role_policy
from shared.core.durations import CHAINING_MAXIMUM
from shared.core.kill_switch import first_document

_CHECKS_OF_GRANTS: Final = ("CKV_AWS_107", "CKV_AWS_108", "CKV_AWS_109", "CKV_AWS_110", "CKV_AWS_111")


def create_role(
    scope: Construct,
    construct_id: str,
    *,
    name: str,
    description: str,
    trust: Policy,
    policies: Mapping[str, Policy],
    path: str = "/",
    boundary_arn: str | None = None,
    managed_policy_arns: Sequence[str] = (),
    max_session_duration_s: int = 3600,
) -> aws_iam.CfnRole:
    """Create a role. `policies` are its inline policies by name.

    The CDK's higher-level construct rewrites trust policies and lets other constructs add statements; this one keeps
    the generated documents unchanged.
    """
    return aws_iam.CfnRole(
        scope,
        construct_id,
        role_name=name,
        path=path,
        description=description,
        assume_role_policy_document=trust,
        permissions_boundary=boundary_arn,
        managed_policy_arns=list(managed_policy_arns) or None,
        max_session_duration=max_session_duration_s,
        policies=[
            aws_iam.CfnRole.PolicyProperty(policy_name=policy_name, policy_document=document)
            for policy_name, document in policies.items()
        ]
        or None,
    )


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
    """The policy, and the role that may write it. Deploy it once per deployment and account, before protected roles.

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
            trust=admin_trust(sentinel),
            policies={"write-the-kill-switch": revocations_role_policy(sentinel, Aws.ACCOUNT_ID)},
        )
