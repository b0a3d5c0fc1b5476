"""Fills a new local account: tables, documents, a topic, execution roles, protected roles and demo resources."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, cast

from deploy.local.aws import LocalAws
from deploy.local.deployment import GROUP_SYNC, PROTECTED, SENSITIVE_ROLE, demo_bucket, demo_table
from deploy.policies.deployment import Deployment, Policy, Statement, allow, policy, table_definitions
from deploy.policies.execution import admin_policy, authorizer_policy, lambda_trust, observe, vend_policy
from deploy.policies.groups import group_policies
from deploy.policies.issuers import Issuer
from deploy.policies.protected import protected_trust
from shared.core.chat import SLACK_DOCUMENT
from shared.core.kill_switch import first_document

_DOCUMENTS: Final = Path(__file__).parent / "documents"


async def seed(aws: LocalAws, deployment: Deployment, issuers: Mapping[str, Issuer], slack: str) -> None:
    """Fill an empty account; `issuers` are those whose tokens the HTTP API admits, `slack` is the document of Slack."""
    await _create_tables(aws)
    await _put_documents(aws, deployment, issuers, slack)
    await _create_topic(aws, deployment)
    await _create_roles(aws, deployment)
    await _create_demo_resources(aws)


async def _create_tables(aws: LocalAws) -> None:
    async with aws.client("dynamodb") as dynamodb:
        for definition in table_definitions().values():
            name = definition["name"]
            await dynamodb.create_table(TableName=name, **definition["create"])
            await dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=definition["time_to_live"])
            await dynamodb.update_continuous_backups(
                TableName=name,
                PointInTimeRecoverySpecification=definition["point_in_time_recovery"],
            )


async def _put_documents(aws: LocalAws, deployment: Deployment, issuers: Mapping[str, Issuer], slack: str) -> None:
    files = sorted(_DOCUMENTS.glob("*/*.yaml"))
    documents = {f"{file.parent.name}/{file.stem}": file.read_text(encoding="utf-8") for file in files}
    documents |= {f"issuers/{name}": issuer.document for name, issuer in issuers.items()}
    async with aws.client("ssm") as ssm:
        for name, text in documents.items():
            await ssm.put_parameter(Name=f"{deployment.parameter_prefix}/{name}", Value=text, Type="String")
        secret = f"{deployment.parameter_prefix}/{SLACK_DOCUMENT}"
        await ssm.put_parameter(Name=secret, Value=slack, Type="SecureString")


async def _create_topic(aws: LocalAws, deployment: Deployment) -> None:
    async with aws.client("sns") as sns:
        await sns.create_topic(Name=deployment.topic)


async def _create_roles(aws: LocalAws, deployment: Deployment) -> None:
    async with aws.client("sts") as sts, aws.client("iam") as iam:
        stack = (await sts.get_caller_identity())["Arn"]
        for name, permissions in _execution_roles(deployment).items():
            await create_role(iam, name, lambda_trust(stack), permissions)
        first = first_document(deployment.guarded)
        created = await iam.create_policy(PolicyName=deployment.kill_switch, PolicyDocument=first)
        boundary = created["Policy"]["Arn"]
        for profile in PROTECTED:
            await create_role(
                iam,
                profile,
                protected_trust(deployment),
                demo_policy(deployment, profile),
                path=deployment.protected_path,
                boundary=boundary,
            )


def _execution_roles(deployment: Deployment) -> dict[str, Policy]:
    return {
        deployment.vend_role: vend_policy(deployment),
        deployment.admin_role: _joined(admin_policy(deployment), *group_policies(deployment, GROUP_SYNC).values()),
        deployment.authorizer_role: authorizer_policy(deployment),
        SENSITIVE_ROLE: policy(*observe(deployment, SENSITIVE_ROLE)),
    }


def _joined(*policies: Policy) -> Policy:
    """Return one policy with the statements of several."""
    return policy(*(statement for each in policies for statement in cast("list[Statement]", each["Statement"])))


async def create_role(
    iam: Any,
    name: str,
    trust: Policy,
    permissions: Policy,
    *,
    path: str = "/",
    maximum_s: int = 3600,
    boundary: str | None = None,
) -> str:
    """Create a role with one inline policy and an optional permissions boundary (ARN); returns the role's ARN."""
    created = await iam.create_role(
        **({} if boundary is None else {"PermissionsBoundary": boundary}),
        RoleName=name,
        Path=path,
        AssumeRolePolicyDocument=json.dumps(trust),
        MaxSessionDuration=maximum_s,
    )
    await iam.put_role_policy(RoleName=name, PolicyName="permissions", PolicyDocument=json.dumps(permissions))
    arn: str = created["Role"]["Arn"]
    return arn


def demo_policy(deployment: Deployment, profile: str) -> Policy:
    """Return a policy that allows a protected role its own demo table and bucket only."""
    bucket = f"arn:{deployment.partition}:s3:::{demo_bucket(profile)}"
    table = deployment.arn("dynamodb", f"table/{demo_table(profile)}")
    rows = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan"]
    objects = ["s3:ListBucket", "s3:GetObject", "s3:PutObject"]
    return policy(allow("UseTheTable", rows, table), allow("UseTheBucket", objects, [bucket, f"{bucket}/*"]))


async def _create_demo_resources(aws: LocalAws) -> None:
    async with aws.client("dynamodb") as dynamodb, aws.client("s3") as s3:
        for profile in PROTECTED:
            await dynamodb.create_table(
                TableName=demo_table(profile),
                AttributeDefinitions=[{"AttributeName": "note", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "note", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )
            await s3.create_bucket(
                Bucket=demo_bucket(profile),
                CreateBucketConfiguration={"LocationConstraint": aws.region},
            )
