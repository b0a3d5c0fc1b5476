"""Initial contents that others change later: documents, and the kill switch's policy.

CloudFormation updates a resource only when its template changes, so what operators push and what the admin function
writes later stays.
"""

import json
from typing import Final

from aws_cdk import aws_iam, aws_ssm
from constructs import Construct

from deploy.cdk.names import construct_name
from deploy.cdk.options import ServiceOptions, as_stored
from deploy.policies.deployment import Deployment
from shared.core.kill_switch import first_document

_CHECKS_OF_GRANTS: Final = ("CKV_AWS_107", "CKV_AWS_108", "CKV_AWS_109", "CKV_AWS_110", "CKV_AWS_111")


def create_documents(scope: Construct, options: ServiceOptions) -> None:
    """Create the first documents, by their names below the prefix."""
    for name, text in options.documents.items():
        aws_ssm.CfnParameter(
            scope,
            construct_name(name, "Document"),
            name=f"{options.parameter_prefix}/{name}",
            type="String",
            tier="Intelligent-Tiering",
            value=as_stored(text),
        )


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
