"""Who may call the API: callers' and operators' IAM policies, and a REST API's own policy.

A caller needs no other AWS permission. API Gateway authorizes by route; the access, approval, break-glass and admin
policies decide the rest. A route's resource is `<api>/<stage>/<method>/<path>` (API Gateway Developer Guide, "Control
access for invoking an API").
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from deploy.policies.delivery import Archive
from deploy.policies.deployment import SECRET_FOLDERS, Deployment, Policy, Statement, allow, policy

READ_DOCUMENTS: Final = (
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ssm:GetParameterHistory",
)


class Task(StrEnum):
    """A caller's task. Each includes the ones before it."""

    VEND = "vend"  # a job: credentials, and nothing that needs a person's decision
    ASK = "ask"  # a person: approvals, break-glass, one's own sessions
    APPROVE = "approve"  # an approver: decides others' requests and reviews their events
    ADMINISTER = "administer"  # a responder: revokes, locks out and operates the kill switch


_PARAMETER: Final = re.compile(r"\{[a-z]+\}")
# The routes that each task adds, as `METHOD/path` with `{id}` for a path parameter.
_ADDED: Final[dict[Task, tuple[str, ...]]] = {
    Task.VEND: ("GET/", "POST/", "GET/profiles", "GET/v1/whoami", "GET/v1/health"),
    Task.ASK: (
        "POST/v1/requests",
        "GET/v1/requests",
        "GET/v1/requests/{id}",
        "POST/v1/requests/{id}/cancel",
        "POST/v1/break-glass",
        "GET/v1/break-glass",
        "GET/v1/break-glass/{id}",
        "POST/v1/break-glass/{id}/close",
        "GET/v1/sessions",
        "GET/v1/sessions/{id}",
        "POST/v1/sessions/{id}/revoke",
        "POST/v1/explain",
        "GET/v1/groups",
    ),
    Task.APPROVE: ("POST/v1/requests/{id}/approve", "POST/v1/requests/{id}/deny", "POST/v1/break-glass/{id}/review"),
    Task.ADMINISTER: (
        "POST/v1/revocations",
        "POST/v1/revocations/{id}/continue",
        "GET/v1/lockouts",
        "POST/v1/lockouts",
        "DELETE/v1/lockouts",
        "GET/v1/kill-switch",
        "POST/v1/kill-switch/sync",
        "GET/v1/groups/{name}/members",
        "PUT/v1/groups/{name}/members",
        "DELETE/v1/groups/{name}/members",
    ),
}


def routes_of(task: Task) -> Sequence[str]:
    """List the routes a task needs, those of the tasks before it included."""
    tasks = list(Task)
    return [route for each in tasks[: tasks.index(task) + 1] for route in _ADDED[each]]


def caller_policy(deployment: Deployment, *api_ids: str, function_url: str | None = None) -> Policy:
    """Allow a caller to invoke every route of Sentinel's APIs.

    `function_url` names the function whose URL may be called; a function URL has no routes.
    """
    call = _call(deployment, [f"{api_id}/*" for api_id in api_ids])
    return policy(call, *([] if function_url is None else _call_url(deployment, function_url)))


def _call_url(deployment: Deployment, function: str) -> list[Statement]:
    """Allow a caller to invoke a function by its URL only.

    A URL requires both of Lambda's actions (Lambda Developer Guide, "Control access to Lambda function URLs"). Each has
    a condition key of its own, and a condition on a key that an action lacks never holds: hence two statements. The URL
    may be an alias's.
    """
    functions = [deployment.arn("lambda", f"function:{function}{alias}") for alias in ("", ":*")]
    signed: Statement = {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}
    by_url: Statement = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    return [
        allow("CallTheFunctionUrl", "lambda:InvokeFunctionUrl", functions, signed),
        allow("InvokeByTheUrlOnly", "lambda:InvokeFunction", functions, by_url),
    ]


def task_policy(deployment: Deployment, api_id: str, task: Task, stage: str = "$default") -> Policy:
    """Allow a caller to invoke a task's routes on one stage. A path parameter is `*`, which matches slashes in IAM."""
    return policy(_call(deployment, (f"{api_id}/{stage}/{_PARAMETER.sub('*', route)}" for route in routes_of(task))))


def _call(deployment: Deployment, resources: Iterable[str]) -> Statement:
    arns = [deployment.arn("execute-api", resource) for resource in resources]
    return allow("CallSentinel", "execute-api:Invoke", arns)


def doctor_policy(deployment: Deployment) -> Policy:
    """Allow `sentinel doctor --operator` to check a deployment: it reads settings and documents, no table rows."""
    authorizers = [f"{deployment.authorizer_role}{rest}" for rest in ("", ":*", "-*")]
    functions = [
        deployment.arn("lambda", f"function:{name}") for name in (*deployment.function_name_patterns[:-1], *authorizers)
    ]
    tables = ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"]
    documents = [deployment.parameters(kind) for kind in ("policies", "profiles", "issuers", "groups")]
    apis = [f"arn:{deployment.partition}:apigateway:{deployment.region}::/*"]
    return policy(
        allow("ReadFunctions", ["lambda:GetAlias", "lambda:GetFunctionConfiguration"], functions),
        allow("ReadTableSettings", tables, deployment.every_table_arn),
        allow("ReadDocuments", ["ssm:GetParametersByPath"], documents),
        allow("ReadProtectedRoles", ["iam:GetRole"], [deployment.protected_roles]),
        allow("ReadTheKillSwitch", ["iam:GetPolicy", "iam:GetPolicyVersion"], [deployment.kill_switch_policy_arn]),
        allow("ReadAuthorizers", ["apigateway:GET"], apis),
        # DescribeAlarms is authorized on all alarms or none, DescribeLogGroups on all log groups (Service Authorization
        # Reference, CloudWatch and CloudWatch Logs).
        allow("ReadAlarms", ["cloudwatch:DescribeAlarms"], [deployment.arn("cloudwatch", "alarm:*")]),
        allow("ReadLogGroups", ["logs:DescribeLogGroups"], [deployment.arn("logs", "log-group:*")]),
        *_read_delivery(deployment),
    )


def _read_delivery(deployment: Deployment) -> Sequence[Statement]:
    """Allow to look at the bus and at the way of audit lines into the archive, and at none of what is in either."""
    archive = Archive(deployment)
    names = (deployment.vend_role, deployment.admin_role, f"{deployment.authorizer_role}*")
    groups = [deployment.arn("logs", f"log-group:/aws/lambda/{name}{rest}") for name in names for rest in ("", ":*")]
    return (
        allow("ReadSubscriptions", ["logs:DescribeSubscriptionFilters"], groups),
        allow("ReadTheStream", ["firehose:DescribeDeliveryStream"], [archive.stream_arn]),
        allow("ReadTheLock", ["s3:GetBucketObjectLockConfiguration"], [archive.bucket_arn]),
        allow("ReadTheBus", ["events:DescribeEventBus"], [deployment.bus_arn]),
    )


def operator_policy(deployment: Deployment) -> Policy:
    """Allow an operator to push documents with `sentinel policy push`, and to store secret ones without reading any.

    Webhooks, ticket look-ups and the Slack workspace are credentials. No path above the documents' own is allowed,
    because listing a path reads all below it. Issuer documents are read only: the deployment writes them together with
    the API's authorizers.
    """
    writing = ["ssm:PutParameter", "ssm:DeleteParameter"]
    return policy(
        allow("KeepDocuments", [*READ_DOCUMENTS, *writing], document_arns(deployment)),
        allow("ReadIssuers", READ_DOCUMENTS, [deployment.parameters(f"issuers{rest}") for rest in ("", "/*")]),
        allow("StoreSecrets", writing, secret_arns(deployment)),
    )


def document_arns(deployment: Deployment) -> list[str]:
    """Return the ARNs of the documents that operators push, and of the folders that list them."""
    kinds = ("policies", "profiles", "groups")
    return [deployment.parameters(f"{kind}{rest}") for kind in kinds for rest in ("", "/*")]


def secret_arns(deployment: Deployment) -> list[str]:
    """Return the ARNs of the documents with secrets. Their folders are left out: a listing reads all that is below."""
    return [deployment.parameters(f"{folder}/?*") for folder in SECRET_FOLDERS]


def rest_api_policy(
    deployment: Deployment,
    *,
    accounts: Sequence[str],
    vpc_endpoint_ids: Sequence[str] = (),
    source_ips: Sequence[str] = (),
) -> Policy:
    """Allow callers of these accounts, and deny every call from other networks regardless of identity policies.

    It is a REST API's resource policy (API Gateway guide, "API Gateway resource policy examples"). Naming an account
    lets its own identity policies decide. With `vpc_endpoint_ids` the API is private, and `source_ips` are addresses
    inside the VPC: requests through an endpoint have no `aws:SourceIp`.
    """
    conditions: dict[str, dict[str, object]] = {}
    if vpc_endpoint_ids:
        conditions["OnlyThroughTheseEndpoints"] = {"StringNotEquals": {"aws:SourceVpce": list(vpc_endpoint_ids)}}
    if source_ips:
        key = "aws:VpcSourceIp" if vpc_endpoint_ids else "aws:SourceIp"
        conditions["OnlyFromTheseAddresses"] = {"NotIpAddress": {key: list(source_ips)}}
    owners = [f"arn:{deployment.partition}:iam::{account}:root" for account in accounts]
    call: Statement = {"Action": "execute-api:Invoke", "Resource": "execute-api:/*"}
    return policy(
        {"Sid": "TrustedAccounts", "Effect": "Allow", "Principal": {"AWS": owners}, **call},
        *(
            {"Sid": sid, "Effect": "Deny", "Principal": {"AWS": "*"}, **call, "Condition": condition}
            for sid, condition in conditions.items()
        ),
    )
