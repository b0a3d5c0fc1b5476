"""What the three Lambdas may do: identity policies of their execution roles, one statement a reason."""

from deploy.policies.kill_switch import kill_switch_statements
from deploy.policies.place import Place, Policy, Statement, policy
from shared.aws.tables import CONSUMING_ATTRIBUTES, GrantIndex, user_subject
from shared.core.stamp import PREFIX, TRANSITIVE_TAG_KEYS, TagKey


def lambda_trust(*also: str) -> Policy:
    """Let Lambda, and nobody else, run as an execution role.

    `also` names further principals by ARN. Only the local stack, which plays Lambda's part itself, passes one.
    """
    statements: list[Statement] = [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ]
    if also:
        statements.append({"Effect": "Allow", "Principal": {"AWS": list(also)}, "Action": "sts:AssumeRole"})
    return policy(*statements)


def vend_policy(place: Place) -> Policy:
    """Let the vend Lambda read what decides, record each session, and assume protected roles under a stamp."""
    return policy(
        _read_documents(place, "policies/access", "policies/approval", "policies/break-glass", "profiles/*"),
        {
            "Sid": "ReadServingGrants",
            "Effect": "Allow",
            "Action": "dynamodb:Query",
            "Resource": place.arn("dynamodb", f"table/{place.grant_table}/index/{GrantIndex.SERVING}"),
        },
        {
            "Sid": "ReadLockouts",
            "Effect": "Allow",
            "Action": "dynamodb:BatchGetItem",
            "Resource": place.arn("dynamodb", f"table/{place.grant_table}"),
        },
        _consume_grants(place),
        _count_budget(place, "vend", "read"),
        {
            "Sid": "RecordSessions",
            "Effect": "Allow",
            "Action": ["dynamodb:PutItem", "dynamodb:UpdateItem"],
            "Resource": place.arn("dynamodb", f"table/{place.session_table}"),
        },
        *_assume_protected_roles(place),
        *observe(place, place.vend_role),
    )


def authorizer_policy(place: Place) -> Policy:
    """Let the authorizer read sessions, lockouts and cutoffs by their keys. Asking STS who signed takes no permission.

    GetCallerIdentity is signed by the caller, never by this role, and nobody can be denied it (STS API reference).
    """
    return policy(
        {
            "Sid": "ReadSessionsAndLockouts",
            "Effect": "Allow",
            "Action": "dynamodb:BatchGetItem",
            "Resource": [
                place.arn("dynamodb", f"table/{place.session_table}"),
                place.arn("dynamodb", f"table/{place.grant_table}"),
            ],
        },
        *observe(place, place.authorizer_role),
    )


def admin_policy(place: Place) -> Policy:
    """Let the admin Lambda keep grants and sessions, tell of them, and write the kill switch, as no role but its like.

    Webhooks are SecureStrings under Parameter Store's own key, which anyone who may read the parameter may use (Systems
    Manager User Guide, "SecureString parameters"); a key of your own needs `kms:Decrypt` besides.
    """
    return policy(
        _read_documents(place, "policies/*", "profiles/*", "webhooks/*"),
        {
            "Sid": "TellOfEveryChange",
            "Effect": "Allow",
            "Action": "sns:Publish",
            "Resource": place.topic_arn,
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
            "Resource": place.table_arns(place.grant_table, place.session_table),
        },
        _count_budget(place),
        {
            "Sid": "SeeVendsUnderWay",
            "Effect": "Allow",
            "Action": "dynamodb:BatchGetItem",
            "Resource": place.arn("dynamodb", f"table/{place.budget_table}"),
        },
        *kill_switch_statements(place),
        *observe(place, place.admin_role),
    )


def _read_documents(place: Place, *patterns: str) -> Statement:
    # GetParametersByPath is authorized on the path alone (Systems Manager User Guide), so the path is listed too.
    paths = [place.parameters(pattern.removesuffix("/*")) for pattern in patterns if pattern.endswith("/*")]
    return {
        "Sid": "ReadDocuments",
        "Effect": "Allow",
        "Action": ["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
        "Resource": [*paths, *(place.parameters(pattern) for pattern in patterns)],
    }


def _consume_grants(place: Place) -> Statement:
    """Let vend consume a `once` grant and give it back, and neither make nor change one.

    UpdateItem makes the row it does not find. A row of these attributes alone is no grant, for it says neither whose
    nor until when; and none of them takes back what the admin Lambda has ended, denied or locked.
    """
    return {
        "Sid": "ConsumeGrants",
        "Effect": "Allow",
        "Action": "dynamodb:UpdateItem",
        "Resource": place.arn("dynamodb", f"table/{place.grant_table}"),
        "Condition": {
            "ForAllValues:StringEquals": {"dynamodb:Attributes": list(CONSUMING_ATTRIBUTES)},
            "ForAllValues:StringLike": {"dynamodb:LeadingKeys": [user_subject("*")]},
            "Null": {"dynamodb:Attributes": "false", "dynamodb:LeadingKeys": "false"},
        },
    }


def _count_budget(place: Place, *names: str) -> Statement:
    """Let a function count: the budgets of these names only, or every one.

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
        "Resource": place.arn("dynamodb", f"table/{place.budget_table}"),
        **(ours if names else {}),
    }


def _assume_protected_roles(place: Place) -> list[Statement]:
    """Give each of the three STS actions its own statement, with only the condition keys that action has.

    A role that sets a source identity needs `sts:SetSourceIdentity` here and in the trust policy, in the same account
    too (IAM User Guide, "Monitor and control actions taken with assumed roles").
    """
    resource = place.protected_roles
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
    """Require our tags and no others, and transitive only those that survive chaining.

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


def observe(place: Place, function: str) -> list[Statement]:
    """Let a function write its log and its traces."""
    group = place.arn("logs", f"log-group:/aws/lambda/{function}")
    return [
        {
            "Sid": "WriteLogs",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": [group, f"{group}:*"],
        },
        {
            # X-Ray's write actions take no resource (Service Authorization Reference, AWS X-Ray).
            "Sid": "WriteTraces",
            "Effect": "Allow",
            "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            "Resource": "*",
        },
    ]
