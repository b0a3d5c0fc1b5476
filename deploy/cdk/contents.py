"""What a deployment begins with and others change later: documents, and the kill switch's policy.

CloudFormation writes a resource again only when the template says something else about it, so what operators pushed
and what the admin function wrote since stays.
"""

import json
from datetime import UTC, datetime

from aws_cdk import aws_iam, aws_ssm
from constructs import Construct

from deploy.cdk.names import construct_name
from deploy.cdk.options import ServiceOptions
from shared.core.kill_switch import POLICY_NAME, build_boundary


def create_documents(scope: Construct, options: ServiceOptions) -> None:
    """Put the first documents, by their names below the prefix."""
    for name, text in options.documents.items():
        aws_ssm.CfnParameter(
            scope,
            construct_name(name, "Document"),
            name=f"{options.parameter_prefix}/{name}",
            type="String",
            tier="Intelligent-Tiering",
            value=text,
        )


def create_kill_switch_policy(scope: Construct) -> aws_iam.CfnManagedPolicy:
    """Create the policy that is the boundary of every protected role of this account, with nothing revoked."""
    nothing_revoked = build_boundary([], datetime.min.replace(tzinfo=UTC)).document
    return aws_iam.CfnManagedPolicy(
        scope,
        "Revocations",
        managed_policy_name=POLICY_NAME,
        description="Sentinel: allows everything but what was revoked. Only ever a permissions boundary",
        policy_document=json.loads(nothing_revoked),
    )
