"""The service control policy of the account Sentinel lives in: only a deployment changes what decides."""

from typing import Final

from deploy.policies.place import Place, Policy, deny, policy
from deploy.policies.spared import Spared

_CHANGE_A_FUNCTION: Final = (
    "lambda:AddPermission",
    "lambda:CreateAlias",
    "lambda:CreateFunctionUrlConfig",
    "lambda:DeleteFunction",
    "lambda:PublishVersion",
    "lambda:RemovePermission",
    "lambda:UpdateAlias",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "lambda:UpdateFunctionUrlConfig",
)
_WRITE_ROWS: Final = (
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
)
_CHANGE_A_TABLE: Final = (
    "dynamodb:DeleteTable",
    "dynamodb:PutResourcePolicy",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:UpdateTable",
    "dynamodb:UpdateTimeToLive",
)
_WRITE_DOCUMENTS: Final = (
    "ssm:DeleteParameter",
    "ssm:DeleteParameters",
    "ssm:PutParameter",
)


def protect_sentinel(place: Place, spared: Spared) -> Policy:
    """Keep functions, rows, tables and documents from everyone but those they are for."""
    exact = [arn for name in (place.vend_role, place.admin_role) for arn in _function(place, name)]
    functions = [*exact, place.arn("lambda", f"function:{place.authorizer_role}*")]
    writers = [place.vend_role_arn, place.role_arn(place.admin_role)]
    return policy(
        deny("OnlySparedChangeFunctions", _CHANGE_A_FUNCTION, functions, unlike=spared.role_arns),
        # Whoever invokes a function writes the request context it believes. API Gateway does as a service principal.
        deny(
            "NobodyInvokesDirectly",
            "lambda:InvokeFunction",
            functions,
            BoolIfExists={"lambda:InvokedViaFunctionUrl": "false"},
        ),
        # A row of the grant table is an approval: the spared write none either.
        deny("OnlySentinelWritesRows", _WRITE_ROWS, place.every_table_arn, only=writers),
        deny("OnlySparedChangeTables", _CHANGE_A_TABLE, place.every_table_arn, unlike=spared.role_arns),
        deny(
            "OnlyOperatorsWriteDocuments",
            _WRITE_DOCUMENTS,
            place.parameters("*"),
            unlike=[*spared.role_arns, *spared.operator_arns],
        ),
    )


def _function(place: Place, name: str) -> list[str]:
    """Name a function, and its versions and aliases."""
    return [place.arn("lambda", f"function:{name}"), place.arn("lambda", f"function:{name}:*")]
