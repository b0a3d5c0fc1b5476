"""Identity policies of the three Lambdas' execution roles, one statement per purpose."""

from deploy.policies.deployment import Deployment, Policy, Statement, policy
from deploy.policies.kill_switch import kill_switch_statements
from shared.aws.dynamodb.schema import CONSUMING_ATTRIBUTES, GrantIndex
from shared.core.stamp import PREFIX, TRANSITIVE_TAG_KEYS, TagKey
from shared.core.subjects import user_subject


def lambda_trust(*also: str) -> Policy:
    """Trust only the Lambda service with an execution role.

    `also` names further principals by ARN. Only the local stack, which takes Lambda's place, passes one.
    """
    statements: list[Statement] = [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ]
    if also:
        statements.append({"Effect": "Allow", "Principal": {"AWS": list(also)}, "Action": "sts:AssumeRole"})
    return policy(*statements)


def vend_policy(deployment: Deployment) -> Policy:
    """Allow the vend Lambda to read policies and grants, record sessions, and assume protected roles under a stamp."""
    return policy(
        _read_documents(deployment, "policies/access", "policies/approval", "policies/break-glass", "profiles/*"),
        {
            "Sid": "ReadServingGrants",
            "Effect": "Allow",
            "Action": "dynamodb:Query",
            "Resource": deployment.arn("dynamodb", f"table/{deployment.grant_table}/index/{GrantIndex.SERVING}"),
        },
        {
            "Sid": "ReadLockouts",
            "Effect": "Allow",
            "Action": "dynamodb:BatchGetItem",
            "Resource": deployment.arn("dynamodb", f"table/{deployment.grant_table}"),
        },
        _consume_grants(deployment),
        _count_budget(deployment, "vend", "read"),
        {
            "Sid": "RecordSessions",
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem"],
            "Resource": deployment.arn("dynamodb", f"table/{deployment.session_table}"),
        },
        *_assume_protected_roles(deployment),
        *observe(deployment, deployment.vend_role),
    )


def authorizer_policy(deployment: Deployment) -> Policy:
    """Allow the authorizer to read sessions, lockouts and cutoffs by their keys. Its STS call needs no permission.

    GetCallerIdentity is signed by the caller, never by this role, and cannot be denied (STS API reference).
    """
    return policy(
        {
            "Sid": "ReadSessionsAndLockouts",
            "Effect": "Allow",
            "Action": "dynamodb:BatchGetItem",
            "Resource": [
                deployment.arn("dynamodb", f"table/{deployment.session_table}"),
                deployment.arn("dynamodb", f"table/{deployment.grant_table}"),
            ],
        },
        *observe(deployment, deployment.authorizer_role),
    )


def admin_policy(deployment: Deployment) -> Policy:
    """Allow the admin Lambda to manage grants and sessions, publish notifications, and write the kill switch.

    Webhooks are SecureStrings under Parameter Store's own key, which every reader of the parameter may use (Systems
    Manager User Guide, "SecureString parameters"); a customer managed key also needs `kms:Decrypt`.
    """
    return policy(
        _read_documents(deployment, "policies/*", "profiles/*", "webhooks/*"),
        {
            "Sid": "TellOfEveryChange",
            "Effect": "Allow",
            "Action": "sns:Publish",
            "Resource": deployment.topic_arn,
        },
        {
            "Sid": "KeepGrantsAndSessions",
            "Effect": "Allow",
            "Action": [
                "dynamodb:Query",
                "dynamodb:GetItem",
                "dynamodb:BatchGetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:ConditionCheckItem",
            ],
            "Resource": deployment.table_arns(deployment.grant_table, deployment.session_table),
        },
        _count_budget(deployment),
        {
            "Sid": "SeeVendsUnderWay",
            "Effect": "Allow",
            "Action": "dynamodb:BatchGetItem",
            "Resource": deployment.arn("dynamodb", f"table/{deployment.budget_table}"),
        },
        *kill_switch_statements(deployment),
        *observe(deployment, deployment.admin_role),
    )


def _read_documents(deployment: Deployment, *patterns: str) -> Statement:
    # GetParametersByPath is authorized on the path alone (Systems Manager User Guide), so the path is listed too.
    paths = [deployment.parameters(pattern.removesuffix("/*")) for pattern in patterns if pattern.endswith("/*")]
    return {
        "Sid": "ReadDocuments",
        "Effect": "Allow",
        "Action": ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
        "Resource": [*paths, *(deployment.parameters(pattern) for pattern in patterns)],
    }


def _consume_grants(deployment: Deployment) -> Statement:
    """Allow vend to consume a `once` grant and to return it, but not to create or change one.

    UpdateItem creates a row that does not exist. A row with only these attributes is not a grant, because it has no
    user and no end; and none of these attributes reverses what the admin Lambda has ended, denied or locked.
    """
    return {
        "Sid": "ConsumeGrants",
        "Effect": "Allow",
        "Action": "dynamodb:UpdateItem",
        "Resource": deployment.arn("dynamodb", f"table/{deployment.grant_table}"),
        "Condition": {
            "ForAllValues:StringEquals": {"dynamodb:Attributes": list(CONSUMING_ATTRIBUTES)},
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [user_subject("*")]},
            "Null": {"dynamodb:Attributes": "false", "dynamodb:LeadingKeys": "false"},
        },
    }


def _count_budget(deployment: Deployment, *names: str) -> Statement:
    """Allow a function to count requests: in the budgets of these names only, or in every budget.

    ForAllValues also holds when the key is absent, so it is paired with Null.
    """
    ours: Statement = {
        "Condition": {
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{name}#*" for name in names]},
            "Null": {"dynamodb:LeadingKeys": "false"},
        },
    }
    return {
        "Sid": "CountTheBudget",
        "Effect": "Allow",
        "Action": "dynamodb:UpdateItem",
        "Resource": deployment.arn("dynamodb", f"table/{deployment.budget_table}"),
        **(ours if names else {}),
    }


def _assume_protected_roles(deployment: Deployment) -> list[Statement]:
    """Return a statement for each of the three STS actions, with only the condition keys that the action has.

    A role that sets a source identity needs `sts:SetSourceIdentity` here and in the trust policy, in the same account
    too (IAM User Guide, "Monitor and control actions taken with assumed roles").
    """
    resource = deployment.protected_roles
    return [
        {
            "Sid": "AssumeUnderAStamp",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": resource,
            "Condition": {
                "StringLike": {"sts:RoleSessionName": f"{PREFIX}-*", "sts:SourceIdentity": f"{PREFIX}-*"},
            },
        },
        {
            "Sid": "StampTheSource",
            "Effect": "Allow",
            "Action": "sts:SetSourceIdentity",
            "Resource": resource,
            "Condition": {"StringLike": {"sts:SourceIdentity": f"{PREFIX}-*"}},
        },
        {
            "Sid": "TagTheSession",
            "Effect": "Allow",
            "Action": "sts:TagSession",
            "Resource": resource,
            "Condition": only_our_tags(),
        },
    ]


def only_our_tags() -> dict[str, object]:
    """Require exactly our session tags, and as transitive only those that must survive role chaining.

    ForAllValues also holds when the key is absent, so each is paired with Null (IAM User Guide, "Set operators").
    """
    return {
        "ForAllValues:StringEquals": {
            "aws:TagKeys": [str(key) for key in TagKey],
            "sts:TransitiveTagKeys": [str(key) for key in TRANSITIVE_TAG_KEYS],
        },
        "Null": {"aws:TagKeys": "false", "sts:TransitiveTagKeys": "false"},
        "StringLike": {f"aws:RequestTag/{TagKey.SESSION}": "?*", f"aws:RequestTag/{TagKey.USER}": "?*"},
    }


def observe(deployment: Deployment, function: str) -> list[Statement]:
    """Allow a function to write its log and its traces."""
    group = deployment.arn("logs", f"log-group:/aws/lambda/{function}")
    return [
        {
            "Sid": "WriteLogs",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [group, f"{group}:*"],
        },
        {
            # X-Ray's write actions have no resource type (Service Authorization Reference, AWS X-Ray).
            "Sid": "WriteTraces",
            "Effect": "Allow",
            "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            "Resource": "*",
        },
    ]
