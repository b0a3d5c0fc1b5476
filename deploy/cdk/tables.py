"""The tables as defined in deploy/definitions/tables.json, the same for every deployment and every test."""

from typing import Any, Final

from aws_cdk import CfnResource, RemovalPolicy
from constructs import Construct

from deploy.cdk.options import ServiceOptions
from deploy.policies.deployment import Deployment, table_definitions

_CHECK_OF_RECOVERY: Final = "CKV_AWS_28"


class Tables(Construct):
    """Every table. They are retained when the stack is deleted, because they record who got what."""

    def __init__(self, scope: Construct, construct_id: str, options: ServiceOptions, deployment: Deployment) -> None:
        super().__init__(scope, construct_id)
        for key, definition in table_definitions().items():
            # CloudFormation's property names equal those of the API call that the definitions are written for.
            table = CfnResource(
                self,
                key.capitalize(),
                type="AWS::DynamoDB::Table",
                properties={
                    "TableName": getattr(deployment, f"{key}_table"),
                    **definition["create"],
                    "DeletionProtectionEnabled": options.deletion_protection,
                    "TimeToLiveSpecification": definition["time_to_live"],
                    "PointInTimeRecoverySpecification": definition["point_in_time_recovery"],
                    **_encryption(options.kms_key_arn),
                },
            )
            table.apply_removal_policy(RemovalPolicy.RETAIN)
            if not definition["point_in_time_recovery"]["PointInTimeRecoveryEnabled"]:
                skipped = [{"id": _CHECK_OF_RECOVERY, "comment": "its rows are counters of one minute"}]
                table.add_metadata("checkov", {"skip": skipped})


def _encryption(kms_key_arn: str | None) -> dict[str, Any]:
    """Return the encryption settings; without a KMS key DynamoDB uses a key of its own."""
    if kms_key_arn is None:
        return {}
    return {"SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": kms_key_arn}}
