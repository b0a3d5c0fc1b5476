"""The IAM policies of callers and operators. A caller needs no AWS permission other than to call the API.

API Gateway authorizes by route; the access, approval, break-glass and admin policies decide the rest. A
route's resource is `<api>/<stage>/<method>/<path>` (API Gateway Developer Guide, "Control access for invoking an API").
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from deploy.policies.deployment import Deployment, Policy, Statement, policy

_VEND: Final = ("GET/", "POST/", "GET/profiles", "GET/v1/whoami", "GET/v1/health")
_ASK: Final = (
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
)
_DECIDE: Final = ("POST/v1/requests/{id}/approve", "POST/v1/requests/{id}/deny", "POST/v1/break-glass/{id}/review")
_ADMINISTER: Final = (
    "POST/v1/revocations",
    "POST/v1/revocations/{id}/continue",
    "GET/v1/lockouts",
    "POST/v1/lockouts",
    "DELETE/v1/lockouts",
    "GET/v1/kill-switch",
    "POST/v1/kill-switch/sync",
)


class Task(StrEnum):
    """A caller's task. Each includes the ones before it."""

    VEND = "vend"  # a job: credentials, and nothing that needs a person's decision
    ASK = "ask"  # a person: approvals, break-glass, one's own sessions
    APPROVE = "approve"  # an approver: decides others' requests and reviews their events
    ADMINISTER = "administer"  # a responder: revokes, locks out and operates the kill switch


_ROUTES: Final[dict[Task, tuple[str, ...]]] = {
    Task.VEND: _VEND,
    Task.ASK: (*_VEND, *_ASK),
    Task.APPROVE: (*_VEND, *_ASK, *_DECIDE),
    Task.ADMINISTER: (*_VEND, *_ASK, *_DECIDE, *_ADMINISTER),
}


def routes_of(task: Task) -> Sequence[str]:
    """List the routes a task needs, as `METHOD/path` with `{id}` for a path parameter."""
    return _ROUTES[task]


def caller_policy(deployment: Deployment, *api_ids: str, function_url: str | None = None) -> Policy:
    """Allow a caller to invoke every route of Sentinel's APIs.

    `function_url` names the function whose URL may be called; a function URL has no routes.
    """
    statements = [_call(deployment, [f"{api_id}/*" for api_id in api_ids])]
    if function_url is not None:
        statements.extend(_call_url(deployment, function_url))
    return policy(*statements)


def _call_url(deployment: Deployment, function: str) -> list[Statement]:
    """Allow a caller to invoke a function by its URL only.

    A URL requires both of Lambda's actions (Lambda Developer Guide, "Control access to Lambda function URLs"). Each has
    a condition key of its own, and a condition on a key that an action lacks never holds: hence two statements. The URL
    may be an alias's.
    """
    functions = [deployment.arn("lambda", f"function:{function}"), deployment.arn("lambda", f"function:{function}:*")]
    return [
        {
            "Sid": "CallTheFunctionUrl",
            "Effect": "Allow",
            "Action": "lambda:InvokeFunctionUrl",
            "Resource": functions,
            "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}},
        },
        {
            "Sid": "InvokeByTheUrlOnly",
            "Effect": "Allow",
            "Action": "lambda:InvokeFunction",
            "Resource": functions,
            "Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}},
        },
    ]


def task_policy(deployment: Deployment, api_id: str, task: Task, stage: str = "$default") -> Policy:
    """Allow a caller to invoke a task's routes on one stage. A path parameter is `*`, which matches slashes in IAM."""
    return policy(_call(deployment, (f"{api_id}/{stage}/{route.replace('{id}', '*')}" for route in routes_of(task))))


def _call(deployment: Deployment, resources: Iterable[str]) -> Statement:
    return {
        "Sid": "CallSentinel",
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": [deployment.arn("execute-api", resource) for resource in resources],
    }


def doctor_policy(deployment: Deployment) -> Policy:
    """Allow `sentinel doctor --operator` to check a deployment: it reads settings and documents, no table rows."""
    authorizers = [f"{deployment.authorizer_role}{rest}" for rest in ("", ":*", "-*")]
    functions = [
        deployment.arn("lambda", f"function:{name}") for name in (*deployment.function_name_patterns[:-1], *authorizers)
    ]
    return policy(
        _read(["lambda:GetAlias", "lambda:GetFunctionConfiguration"], functions, "ReadFunctions"),
        _read(
            ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"],
            deployment.every_table_arn,
            "ReadTableSettings",
        ),
        _read(
            ["ssm:GetParametersByPath"],
            [deployment.parameters("policies"), deployment.parameters("profiles")],
            "ReadDocuments",
        ),
        _read(["iam:GetRole"], [deployment.protected_roles], "ReadProtectedRoles"),
        _read(["iam:GetPolicy", "iam:GetPolicyVersion"], [deployment.kill_switch_policy_arn], "ReadTheKillSwitch"),
        _read(
            ["apigateway:GET"], [f"arn:{deployment.partition}:apigateway:{deployment.region}::/*"], "ReadAuthorizers"
        ),
        # DescribeAlarms is authorized on all alarms or none, DescribeLogGroups on all log groups (Service Authorization
        # Reference, CloudWatch and CloudWatch Logs).
        _read(["cloudwatch:DescribeAlarms"], [deployment.arn("cloudwatch", "alarm:*")], "ReadAlarms"),
        _read(["logs:DescribeLogGroups"], [deployment.arn("logs", "log-group:*")], "ReadLogGroups"),
    )


def _read(actions: Sequence[str], resources: Sequence[str], sid: str) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def operator_policy(deployment: Deployment) -> Policy:
    """Allow an operator to push documents with `sentinel policy push`, and to store webhooks without reading any.

    A webhook is a credential. No path above the documents' own is allowed, because listing a path reads all below it.
    """
    kinds = ("policies", "profiles")
    documents = [deployment.parameters(f"{kind}{rest}") for kind in kinds for rest in ("", "/*")]
    writing = ["ssm:PutParameter", "ssm:DeleteParameter"]
    return policy(
        {
            "Sid": "KeepDocuments",
            "Effect": "Allow",
            "Action": [
                "ssm:GetParameter",
                "ssm:GetParameters",
                "ssm:GetParametersByPath",
                "ssm:GetParameterHistory",
                *writing,
            ],
            "Resource": documents,
        },
        {
            "Sid": "StoreWebhooks",
            "Effect": "Allow",
            "Action": writing,
            "Resource": deployment.parameters("webhooks/?*"),
        },
    )
