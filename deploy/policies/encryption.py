"""Permissions for tables and a topic that are encrypted with a customer managed KMS key."""

from typing import Final

from deploy.policies.deployment import Deployment, Policy, policy

# What DynamoDB does on behalf of a table's user (DynamoDB Developer Guide, "DynamoDB encryption at rest: usage
# notes"), and SNS on behalf of a publisher. Only the creator of a table creates grants on the key.
_ACTIONS: Final = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


def encryption_policy(deployment: Deployment, key_arn: str) -> Policy:
    """Allow a function's role to use the key through DynamoDB and SNS of its region only."""
    return policy(
        {
            "Sid": "UseTheKeyThroughItsServices",
            "Effect": "Allow",
            "Action": list(_ACTIONS),
            "Resource": key_arn,
            # What follows the region differs by partition.
            "Condition": {
                "StringLike": {"kms:ViaService": [f"dynamodb.{deployment.region}.*", f"sns.{deployment.region}.*"]}
            },
        },
    )
