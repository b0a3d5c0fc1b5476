"""The tables, as deploy/definitions/tables.json has them for every deployment and every test."""

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

from aws_cdk import CfnResource, RemovalPolicy
from constructs import Construct

from deploy.cdk.options import ServiceOptions

_DEFINITIONS: Final = Path(__file__).parents[1] / "definitions" / "tables.json"
# The names in the definitions begin with this one's.
_DEFAULT_NAME: Final = "sentinel"
_CHECK_OF_RECOVERY: Final = "CKV_AWS_28"


@cache
def _definitions() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(_DEFINITIONS.read_text(encoding="utf-8"))
    return found


def table_name(key: str, deployment: str) -> str:
    """Name a table of a deployment; `key` is `session`, `grant` or `budget`."""
    name: str = _definitions()[key]["name"]
    return deployment + name.removeprefix(_DEFAULT_NAME)


class Tables(Construct):
    """Every table. They outlive the stack: they are the record of who got what."""

    def __init__(self, scope: Construct, construct_id: str, options: ServiceOptions) -> None:
        super().__init__(scope, construct_id)
        for key, definition in _definitions().items():
            # CloudFormation's property names are those of the API calls the definitions are written for.
            table = CfnResource(
                self,
                key.capitalize(),
                type="AWS::DynamoDB::Table",
                properties={
                    "TableName": table_name(key, options.name),
                    **definition["create"],
                    "DeletionProtectionEnabled": options.deletion_protection,
                    "TimeToLiveSpecification": definition["time_to_live"],
                    "PointInTimeRecoverySpecification": definition["point_in_time_recovery"],
                    **_encryption(options.kms_key_arn),
                },
            )
            table.apply_removal_policy(RemovalPolicy.RETAIN)
            if not definition["point_in_time_recovery"]["PointInTimeRecoveryEnabled"]:
                skipped = [{"id": _CHECK_OF_RECOVERY, "comment": "its rows matter for a minute, and are counters"}]
                table.add_metadata("checkov", {"skip": skipped})


def _encryption(kms_key_arn: str | None) -> dict[str, Any]:
    """Without a key of one's own DynamoDB encrypts with one of its own."""
    if kms_key_arn is None:
        return {}
    return {"SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": kms_key_arn}}
