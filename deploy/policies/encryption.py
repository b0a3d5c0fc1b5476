"""Using tables and a topic that are encrypted with a KMS key of one's own."""

from typing import Final

from deploy.policies.place import Place, Policy, policy

# What DynamoDB does on behalf of whoever uses a table (DynamoDB Developer Guide, "DynamoDB encryption at rest: usage
# notes"), and SNS on behalf of whoever publishes. Creating grants is for whoever creates the table.
_ACTIONS: Final = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


def encryption_policy(place: Place, key_arn: str) -> Policy:
    """Let a function's role use the key, through DynamoDB and SNS of its region and in no other way."""
    return policy(
        {
            "Sid": "UseTheKeyThroughItsServices",
            "Effect": "Allow",
            "Action": list(_ACTIONS),
            "Resource": key_arn,
            # What follows the region differs by partition.
            "Condition": {"StringLike": {"kms:ViaService": [f"dynamodb.{place.region}.*", f"sns.{place.region}.*"]}},
        },
    )
