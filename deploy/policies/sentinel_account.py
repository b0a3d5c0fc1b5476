"""Service control policies of Sentinel's account: only a deployment may change what decides access.

Most statements name resources and the actions that stay allowed (`NotAction`), so an operation that AWS adds later is
denied until it is listed. The ARNs of APIs, layers and mute rules name no owner: in this account, all of them count as
the deployment's.
"""

from collections.abc import Sequence
from typing import Final

from deploy.policies.deployment import SECRET_FOLDERS, Deployment, Policy, Statement, deny, deny_rest, policy
from deploy.policies.exemptions import Exemptions
from shared.edge.audit.metrics import NAMESPACE

_READ_FUNCTIONS: Final = ("lambda:Get*", "lambda:List*")
_READ_RULES: Final = ("events:Describe*", "events:List*")
# A bus's policy may let other accounts change its rules. The actions have no resource, or a new kind of bus.
_SHARE_A_BUS: Final = ("events:PutPermission", "events:PutResourcePolicy")
_INVOKE: Final = ("lambda:InvokeAsync", "lambda:InvokeFunction", "lambda:InvokeFunctionUrl")
_WIRE: Final = ("lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping")
_WRITE_ROWS: Final = (
    "dynamodb:BatchWriteItem",
    "dynamodb:DeleteItem",
    "dynamodb:PartiQLDelete",
    "dynamodb:PartiQLInsert",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
)
# Creating a backup is harmless; restoring, exporting and deleting one is denied.
_BACK_UP: Final = ("dynamodb:CreateBackup", "dynamodb:StartAwsBackupJob")
_READ_ROWS: Final = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:Describe*",
    "dynamodb:Get*",
    "dynamodb:List*",
    "dynamodb:PartiQLSelect",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:SearchVectors",
)
_READ_DOCUMENTS: Final = ("ssm:Describe*", "ssm:Get*", "ssm:List*")
_USE_KEYS: Final = (
    "kms:Decrypt",
    "kms:Describe*",
    "kms:Encrypt",
    "kms:GenerateDataKey*",
    "kms:Get*",
    "kms:List*",
    "kms:ReEncrypt*",
)
_WRITE_LOGS: Final = ("logs:CreateLogStream", "logs:PutLogEvents")
_READ_LOGS: Final = (
    "logs:Describe*",
    "logs:Filter*",
    "logs:Get*",
    "logs:List*",
    "logs:StartLiveTail",
    "logs:StartQuery",
    "logs:Unmask",
)
_READ_ALARMS: Final = ("cloudwatch:Describe*", "cloudwatch:Get*", "cloudwatch:List*")
# They apply to the whole account: they mask, copy or redirect every log group, or let other accounts write to it.
_CHANGE_ALL_LOGS: Final = (
    "logs:CreateLogDelivery",
    "logs:DeleteAccountPolicy",
    "logs:DeleteLogDelivery",
    "logs:DeleteResourcePolicy",
    "logs:PutAccountPolicy",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
)


def protect_functions(deployment: Deployment, exempt: Exemptions) -> Policy:
    """Allow only exempt roles to change functions and APIs, and no direct invocation that could forge a caller."""
    functions = [deployment.arn("lambda", f"function:{name}") for name in deployment.function_name_patterns]
    # A function's code includes its layers; a signing configuration decides which code is accepted.
    parts = [deployment.arn("lambda", "code-signing-config:*"), deployment.arn("lambda", "layer:*")]
    apis = [
        f"arn:{deployment.partition}:apigateway:{deployment.region}:{account}:/*"
        for account in ("", deployment.account)
    ]
    schedules = deployment.arn("events", f"rule/{deployment.name}-*")
    keepers = exempt.role_arns
    return policy(
        deny_rest("OnlyExemptChangeFunctions", [*_READ_FUNCTIONS, *_INVOKE], [*functions, *parts], unlike=keepers),
        deny(
            "OnlyExemptWireFunctions",
            _WIRE,
            "*",
            unlike=keepers,
            ArnLikeIfExists={"lambda:FunctionArn": functions},
        ),
        # API Gateway invokes as a service principal, which service control policies do not bind.
        deny(
            "NoDirectInvocation",
            "lambda:InvokeFunction",
            functions,
            BoolIfExists={"lambda:InvokedViaFunctionUrl": "false"},
        ),
        deny("NoAsyncInvocation", "lambda:InvokeAsync", functions),
        # A REST API's integration template writes the event, so it could forge the caller.
        deny_rest("OnlyExemptChangeApis", ["apigateway:GET"], apis, unlike=keepers),
        # So could the input of the rule that may invoke the admin function.
        deny_rest("OnlyExemptChangeSchedules", _READ_RULES, schedules, unlike=keepers),
        deny("OnlyExemptShareTheBus", _SHARE_A_BUS, "*", unlike=keepers),
    )


def protect_data(deployment: Deployment, exempt: Exemptions, key_arns: Sequence[str] = ()) -> Policy:
    """Deny rows, tables, documents and secrets to all but their users; `key_arns`: the KMS keys that encrypt them."""
    tables = deployment.every_table_arn
    everything = [*tables, *(f"{table}/*" for table in tables), *map(_global, tables)]
    writers = [deployment.vend_role_arn, deployment.role_arn(deployment.admin_role)]
    keepers = exempt.role_arns
    return policy(
        # A row of the grant table is an approval, so exempt roles may not write one either.
        deny("OnlySentinelWritesRows", _WRITE_ROWS, tables, only=writers),
        deny_rest("OnlyExemptChangeTables", [*_READ_ROWS, *_WRITE_ROWS, *_BACK_UP], everything, unlike=keepers),
        deny_rest(
            "OnlyOperatorsWriteDocuments",
            _READ_DOCUMENTS,
            deployment.parameters("*"),
            unlike=[*keepers, *exempt.operator_arns],
        ),
        *_secrets(deployment),
        *([deny_rest("OnlyExemptChangeKeys", _USE_KEYS, key_arns, unlike=keepers)] if key_arns else []),
    )


def _global(table: str) -> str:
    """Return the ARN of the global table of a table's name, which has no region."""
    partition, _, _, account, name = table.split(":")[1:6]
    return f"arn:{partition}:dynamodb::{account}:global-{name}"


def _secrets(deployment: Deployment) -> list[Statement]:
    """Deny reading a document with secrets, by its name or by a path above it, to all but the admin Lambda.

    Permission to list a path reads all below it, even what is denied there (Systems Manager User Guide, "Restricting
    access to Systems Manager parameters using IAM policies").
    """
    admin = [deployment.role_arn(deployment.admin_role)]
    steps = deployment.parameter_prefix.strip("/").split("/")
    above = ["/".join(steps[: depth + 1]) for depth in range(len(steps))]
    paths = ["parameter/", *(f"parameter/{path}{slash}" for path in above for slash in ("", "/"))]
    secrets = [deployment.parameters(f"{folder}{rest}") for folder in SECRET_FOLDERS for rest in ("", "/*")]
    return [
        deny("OnlyAdminReadsSecrets", "ssm:Get*", secrets, only=admin),
        deny(
            "OnlyAdminReadsAbove",
            "ssm:GetParametersByPath",
            [deployment.arn("ssm", path) for path in paths],
            only=admin,
        ),
    ]


def protect_watching(deployment: Deployment, exempt: Exemptions) -> Policy:
    """Protect Sentinel's monitoring from tampering: logs, the topic's notifications, metrics and alarms."""
    own = [deployment.arn("logs", f"log-group:/aws/lambda/{name}") for name in deployment.function_name_patterns]
    access = deployment.arn("logs", f"log-group:/aws/apigateway/{deployment.name}")
    alarms = [
        deployment.arn("cloudwatch", f"alarm:{deployment.name}-*"),
        deployment.arn("cloudwatch", "alarm-mute-rule:*"),
        f"arn:{deployment.partition}:cloudwatch::{deployment.account}:dashboard/{deployment.name}",
    ]
    keepers = exempt.role_arns
    return policy(
        deny_rest("OnlyExemptChangeLogs", [*_READ_LOGS, *_WRITE_LOGS], [*own, access, f"{access}:*"], unlike=keepers),
        deny("OnlyExemptChangeAllLogs", _CHANGE_ALL_LOGS, "*", unlike=keepers),
        # Audit lines are a function's standard output. API Gateway writes the access log, by a role of the account.
        deny("OnlySentinelWritesLogs", _WRITE_LOGS, own, unlike=deployment.execution_role_arns),
        deny(
            "OnlyAdminPublishes", "sns:Publish", deployment.topic_arn, only=[deployment.role_arn(deployment.admin_role)]
        ),
        deny_rest(
            "OnlyExemptChangeTopic",
            ["sns:Get*", "sns:List*", "sns:Publish"],
            [deployment.topic_arn, f"{deployment.topic_arn}:*"],
            unlike=keepers,
        ),
        deny_rest("OnlyExemptChangeAlarms", _READ_ALARMS, alarms, unlike=keepers),
        # The functions' metrics come from their logs; one sent another way could hide a failure or raise a false alarm.
        deny(
            "NoInventedMetrics",
            "cloudwatch:PutMetricData",
            "*",
            StringEqualsIfExists={"cloudwatch:namespace": NAMESPACE},
        ),
    )
