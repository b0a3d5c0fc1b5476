"""Identity policies of the three Lambdas' execution roles, one statement per purpose."""

from typing import Final

from deploy.policies.deployment import SECRET_FOLDERS, Deployment, Policy, Statement, allow, policy
from deploy.policies.protected import kill_switch_statements, only_our_tags
from shared.aws.dynamodb.schema import CONSUMING_ATTRIBUTES, GrantIndex
from shared.core.stamp import PREFIX
from shared.core.subjects import user_subject

# What DynamoDB does on behalf of a table's user (DynamoDB Developer Guide, "DynamoDB encryption at rest: usage
# notes"), and SNS on behalf of a publisher. Only the creator of a table creates grants on the key.
_USE_A_KEY: Final = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)


def lambda_trust(*also: str) -> Policy:
    """Trust only the Lambda service with an execution role.

    `also` names further principals by ARN. Only the local stack, which takes Lambda's place, passes one.
    """
    principals: list[object] = [{"Service": "lambda.amazonaws.com"}, *([{"AWS": list(also)}] if also else [])]
    return policy(*({"Effect": "Allow", "Principal": each, "Action": "sts:AssumeRole"} for each in principals))


def vend_policy(deployment: Deployment) -> Policy:
    """Allow the vend Lambda to read policies and grants, record sessions, and assume protected roles under a stamp."""
    sessions, grants = deployment.table_arn(deployment.session_table), deployment.table_arn(deployment.grant_table)
    return policy(
        _read_documents(
            deployment, "policies/access", "policies/approval", "policies/break-glass", "profiles/*", "issuers/*"
        ),
        allow("ReadServingGrants", "dynamodb:Query", f"{grants}/index/{GrantIndex.SERVING}"),
        allow("ReadLockouts", "dynamodb:BatchGetItem", grants),
        _consume_grants(grants),
        _count_budget(deployment, "vend", "read"),
        allow("RecordSessions", ["dynamodb:PutItem", "dynamodb:UpdateItem"], sessions),
        *_assume_protected_roles(deployment.protected_roles),
        *observe(deployment, deployment.vend_role),
    )


def authorizer_policy(deployment: Deployment) -> Policy:
    """Allow the authorizer to read sessions, lockouts and cutoffs by their keys. Its STS call needs no permission.

    GetCallerIdentity is signed by the caller, never by this role, and cannot be denied (STS API reference).
    """
    tables = [deployment.table_arn(table) for table in (deployment.session_table, deployment.grant_table)]
    return policy(
        allow("ReadSessionsAndLockouts", "dynamodb:BatchGetItem", tables),
        *observe(deployment, deployment.authorizer_role),
    )


def admin_policy(deployment: Deployment) -> Policy:
    """Allow the admin Lambda to manage grants and sessions, publish notifications, and write the kill switch.

    Webhooks, ticket look-ups and the Slack workspace are SecureStrings under Parameter Store's own key, which every
    reader of the parameter may use (Systems Manager User Guide, "SecureString parameters"); a customer managed key also
    needs `kms:Decrypt`.
    """
    keeping = [
        "dynamodb:Query",
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:ConditionCheckItem",
    ]
    tables = [deployment.table_arn(table) for table in (deployment.grant_table, deployment.session_table)]
    with_indexes = [arn for table in tables for arn in (table, f"{table}/index/*")]
    return policy(
        _read_documents(
            deployment, "policies/*", "profiles/*", "issuers/*", *(f"{folder}/*" for folder in SECRET_FOLDERS)
        ),
        allow("TellOfEveryChange", "sns:Publish", deployment.topic_arn),
        allow("KeepGrantsAndSessions", keeping, with_indexes),
        _count_budget(deployment),
        allow("SeeVendsUnderWay", "dynamodb:BatchGetItem", deployment.table_arn(deployment.budget_table)),
        *kill_switch_statements(deployment),
        *observe(deployment, deployment.admin_role),
    )


def _read_documents(deployment: Deployment, *patterns: str) -> Statement:
    # GetParametersByPath is authorized on the path alone (Systems Manager User Guide), so the path is listed too.
    paths = [deployment.parameters(pattern.removesuffix("/*")) for pattern in patterns if pattern.endswith("/*")]
    reading = ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]
    return allow("ReadDocuments", reading, [*paths, *(deployment.parameters(pattern) for pattern in patterns)])


def _consume_grants(grants: str) -> Statement:
    """Allow vend to consume a `once` grant and to return it, but not to create or change one.

    UpdateItem creates a row that does not exist. A row with only these attributes is not a grant, because it has no
    user and no end; and none of these attributes reverses what the admin Lambda has ended, denied or locked.
    """
    condition: Statement = {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": list(CONSUMING_ATTRIBUTES)},
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [user_subject("*")]},
        "Null": {"dynamodb:Attributes": "false", "dynamodb:LeadingKeys": "false"},
    }
    return allow("ConsumeGrants", "dynamodb:UpdateItem", grants, condition)


def _count_budget(deployment: Deployment, *names: str) -> Statement:
    """Allow a function to count requests: in the budgets of these names only, or in every budget.

    ForAllValues also holds when the key is absent, so it is paired with Null.
    """
    ours: Statement = {
        "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{name}#*" for name in names]},
        "Null": {"dynamodb:LeadingKeys": "false"},
    }
    budgets = deployment.table_arn(deployment.budget_table)
    return allow("CountTheBudget", "dynamodb:UpdateItem", budgets, ours if names else None)


def _assume_protected_roles(roles: str) -> list[Statement]:
    """Return a statement for each of the three STS actions, with only the condition keys that the action has.

    A role that sets a source identity needs `sts:SetSourceIdentity` here and in the trust policy, in the same account
    too (IAM User Guide, "Monitor and control actions taken with assumed roles").
    """
    named, stamped = {"sts:RoleSessionName": f"{PREFIX}-*"}, {"sts:SourceIdentity": f"{PREFIX}-*"}
    return [
        allow("AssumeUnderAStamp", "sts:AssumeRole", roles, {"StringLike": {**named, **stamped}}),
        allow("StampTheSource", "sts:SetSourceIdentity", roles, {"StringLike": stamped}),
        allow("TagTheSession", "sts:TagSession", roles, only_our_tags()),
    ]


def observe(deployment: Deployment, function: str) -> list[Statement]:
    """Allow a function to write its log and its traces."""
    group = deployment.arn("logs", f"log-group:/aws/lambda/{function}")
    return [
        allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], [group, f"{group}:*"]),
        # X-Ray's write actions have no resource type (Service Authorization Reference, AWS X-Ray).
        allow("WriteTraces", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
    ]


def encryption_policy(deployment: Deployment, key_arn: str) -> Policy:
    """Allow a function's role to use a customer managed key through DynamoDB and SNS of its region only."""
    # What follows the region differs by partition.
    services = [f"dynamodb.{deployment.region}.*", f"sns.{deployment.region}.*"]
    condition: Statement = {"StringLike": {"kms:ViaService": services}}
    return policy(allow("UseTheKeyThroughItsServices", _USE_A_KEY, key_arn, condition))
