"""Roles whose trust policy and permissions are the generated documents, unchanged; the protected role among them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from aws_cdk import Aws, CfnTag, aws_iam
from constructs import Construct

from deploy.policies.deployment import Deployment, Policy
from deploy.policies.protected import protected_trust
from shared.core.durations import CHAINING_MAXIMUM


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
    tags: Mapping[str, str] | None = None,
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
        tags=[CfnTag(key=key, value=value) for key, value in (tags or {}).items()] or None,
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
