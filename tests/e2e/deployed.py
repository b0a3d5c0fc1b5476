"""What a deployment has besides what the local stack seeds: functions in Lambda, logs, alarms, an authorizer."""

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

from deploy.local.aws import LocalAws
from deploy.local.deployment import (
    ADMIN,
    AUTHORIZER,
    PATIENCE,
    VEND,
    function_names,
    function_settings,
    local_deployment,
)
from deploy.local.stack import LocalStack
from deploy.policies.deployment import Statement, policy

DEPLOYMENT = local_deployment()
NAMES = {function: function_names()[function] for function in (VEND, ADMIN, AUTHORIZER)}


@dataclass(frozen=True)
class Deployed:
    """The guarded API and its authorizer."""

    api_id: str
    authorizer_id: str


async def deploy_next_to(stack: LocalStack) -> Deployed:
    """Create in the emulator's account what `sentinel doctor` looks at and the stack runs without."""
    aws = stack.aws
    async with aws.client("apigatewayv2") as gateway, aws.client("lambda") as functions:
        api_id = (await gateway.create_api(Name="guarded", ProtocolType="HTTP"))["ApiId"]
        for function, name in NAMES.items():
            settings = {**function_settings(function, [api_id], stack.emulator.endpoint), **PATIENCE}
            await _create_function(functions, name, settings)
        authorizer = await gateway.create_authorizer(
            ApiId=api_id,
            AuthorizerType="REQUEST",
            Name="sentinel",
            IdentitySource=["$request.header.Authorization"],
            AuthorizerPayloadFormatVersion="2.0",
            AuthorizerResultTtlInSeconds=0,
            AuthorizerUri=f"arn:aws:apigateway:{DEPLOYMENT.region}:lambda:path/2015-03-31/functions/"
            f"{DEPLOYMENT.arn('lambda', f'function:{NAMES[AUTHORIZER]}:live')}/invocations",
        )
    await _create_logs_and_alarms(aws)
    await _allow_what_the_emulator_asks(aws)
    return Deployed(api_id, authorizer["AuthorizerId"])


async def _create_function(functions: Any, name: str, settings: dict[str, str]) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handler.py", "def handle(event, context): ...\n")
    await functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="handler.handle",
        Role=DEPLOYMENT.role_arn(name),
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": settings},
    )
    version = (await functions.publish_version(FunctionName=name))["Version"]
    await functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)


async def _create_logs_and_alarms(aws: LocalAws) -> None:
    async with aws.client("logs") as logs, aws.client("cloudwatch") as watch:
        for name in NAMES.values():
            await logs.create_log_group(logGroupName=f"/aws/lambda/{name}")
            await logs.put_retention_policy(logGroupName=f"/aws/lambda/{name}", retentionInDays=365)
            await put_alarm(watch, f"{name}-errors", "AWS/Lambda", "Errors", FunctionName=name)
        for metric in ("kill_switch_failures", "stale_documents", "follow_up_age_s", "groups_age_s"):
            await put_alarm(watch, metric, "Sentinel", metric, deployment=DEPLOYMENT.name)


async def put_alarm(watch: Any, name: str, namespace: str, metric: str, **dimensions: str) -> None:
    await watch.put_metric_alarm(
        AlarmName=name,
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[DEPLOYMENT.topic_arn],
    )


async def _allow_what_the_emulator_asks(aws: LocalAws) -> None:
    """Allow the operator four readings as the emulator sees them; AWS takes them as `doctor_policy` writes them.

    It leaves a role's path out, takes GetAlias for ListAliases, and has no resource for lists of alarms and log groups.
    """
    statements = [
        ("iam:GetRole", f"arn:aws:iam::{DEPLOYMENT.account}:role/*"),
        ("lambda:ListAliases", DEPLOYMENT.arn("lambda", "function:*")),
        ("cloudwatch:DescribeAlarms", "*"),
        ("logs:DescribeLogGroups", "*"),
    ]
    allowing: list[Statement] = [{"Effect": "Allow", "Action": action, "Resource": it} for action, it in statements]
    document = policy(*allowing)
    async with aws.client("iam") as iam:
        await iam.put_user_policy(UserName="operator", PolicyName="emulator", PolicyDocument=json.dumps(document))
