"""A deployment's names, in CloudFormation's pseudo parameters, and its tables as defined in deploy/definitions."""

from typing import Any

from aws_cdk import Aws, CfnResource, RemovalPolicy
from constructs import Construct

from deploy.cdk.options import ServiceOptions
from deploy.policies.deployment import Deployment, table_definitions


def sentinel_deployment(
    name: str = "sentinel",
    account: str | None = None,
    *,
    parameter_prefix: str = "/sentinel",
    protected_path: str = "/sentinel/protected/",
) -> Deployment:
    """Return a deployment in the stack's own account, or in `account`, for protected roles of other accounts."""
    return Deployment.named(
        name,
        Aws.PARTITION,
        Aws.REGION,
        account or Aws.ACCOUNT_ID,
        parameter_prefix=parameter_prefix,
        protected_path=protected_path,
    )


def construct_name(words: str, suffix: str = "") -> str:
    """Join words in camel case: `policies/break-glass` and `Document` give `PoliciesBreakGlassDocument`.

    CloudFormation derives logical ids from such names, so they do not contain the deployment's name.
    """
    spaced = "".join(letter if letter.isalnum() else " " for letter in words)
    return "".join(word.capitalize() for word in spaced.split()) + suffix


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
                skipped = [{"id": "CKV_AWS_28", "comment": "its rows are counters of one minute"}]
                table.add_metadata("checkov", {"skip": skipped})


def _encryption(kms_key_arn: str | None) -> dict[str, Any]:
    """Return the encryption settings; without a KMS key DynamoDB uses a key of its own."""
    if kms_key_arn is None:
        return {}
    return {"SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": kms_key_arn}}
