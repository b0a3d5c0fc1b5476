"""Roles whose trust policy and permissions are the generated documents, unchanged."""

from collections.abc import Mapping, Sequence

from aws_cdk import CfnTag, aws_iam
from constructs import Construct

from deploy.policies.deployment import Policy


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
