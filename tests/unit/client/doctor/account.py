"""An AWS account in the process, healthy unless a test changes what it answers."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, cast

from deploy.local.deployment import local_deployment
from deploy.policies.delivery import Archive
from deploy.policies.deployment import table_definitions
from deploy.policies.protected import protected_trust
from sentinel.doctor.aws import Aws
from sentinel.doctor.delivery import LINES
from sentinel.doctor.deployment import Known
from sentinel.doctor.findings import Finding, Status
from shared.clock import utc_now
from shared.core.kill_switch import build_boundary
from shared.core.profile import Profile

DEPLOYMENT = local_deployment()
ROLE = DEPLOYMENT.role_arn("prod", DEPLOYMENT.protected_path)
ACCESS = 'version: "1"\nrules: [{name: all, effect: allow, conditions: {profiles: [prod]}}]'
PROFILE = Profile(role_arn=ROLE)
_TABLE_KINDS = {DEPLOYMENT.session_table: "session", DEPLOYMENT.grant_table: "grant", DEPLOYMENT.budget_table: "budget"}
KNOWN = Known(
    account=DEPLOYMENT.account,
    partition="aws",
    vend="sentinel-vend",
    admin="sentinel-admin",
    authorizers=("sentinel-authorizer",),
    session_table=DEPLOYMENT.session_table,
    grant_table=DEPLOYMENT.grant_table,
    budget_table=DEPLOYMENT.budget_table,
    parameter_prefix="/sentinel",
    vend_role_arn=DEPLOYMENT.vend_role_arn,
)


@dataclass
class Account:
    """What each operation answers: a value, None for nothing there, an exception to raise, or what a function says."""

    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    region: str = DEPLOYMENT.region

    async def find(self, service: str, operation: str, **params: Any) -> Any:
        return self._answer(service, operation, params)

    async def all(self, service: str, operation: str, key: str, **params: Any) -> Any:  # noqa: ARG002 - as Aws has it
        return self._answer(service, operation, params)

    def _answer(self, service: str, operation: str, params: Mapping[str, Any]) -> Any:
        self.asked.append((f"{service}.{operation}", params))
        answer = self.answers[operation]
        if callable(answer):
            answer = answer(params)
        if isinstance(answer, Exception):
            raise answer
        return deepcopy(answer)

    @property
    def aws(self) -> Aws:
        return cast("Aws", self)


def healthy() -> Account:
    return Account({**_functions(), **_tables(), **_roles(), **_alarms(), **_delivery()})


def _functions() -> dict[str, Any]:
    variables = {
        "SENTINEL_API_ID": "x",
        "SENTINEL_SESSION_TABLE": DEPLOYMENT.session_table,
        "SENTINEL_GRANT_TABLE": DEPLOYMENT.grant_table,
        "SENTINEL_BUDGET_TABLE": DEPLOYMENT.budget_table,
    }
    authorizer = {
        "AuthorizerUri": "arn:aws:apigateway:x:lambda:path/2015-03-31/functions/"
        "arn:aws:lambda:x:1:function:sentinel-authorizer:live/invocations",
        "AuthorizerResultTtlInSeconds": 0,
    }
    return {
        "get_function_configuration": {"State": "Active", "Environment": {"Variables": variables}},
        "get_alias": {"FunctionVersion": "7"},
        "describe_log_groups": lambda asked: [{"logGroupName": asked["logGroupNamePrefix"], "retentionInDays": 365}],
        "get_authorizers": [authorizer],
    }


def _tables() -> dict[str, Any]:
    return {
        "describe_table": lambda asked: {"Table": table(_TABLE_KINDS[asked["TableName"]])},
        "describe_continuous_backups": {
            "ContinuousBackupsDescription": {
                "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"},
            },
        },
        "describe_time_to_live": {
            "TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"},
        },
    }


def parameter(name: str, value: str, kind: str = "String") -> dict[str, str]:
    return {"Name": f"/sentinel/{name}", "Value": value, "Type": kind}


def table(kind: str) -> dict[str, Any]:
    """Describe a table as its definition makes it."""
    return {"TableStatus": "ACTIVE", **deepcopy(table_definitions()[kind]["create"])}


def _roles() -> dict[str, Any]:
    boundary = json.loads(build_boundary([], utc_now(), DEPLOYMENT.guarded).document)
    return {
        "get_role": {
            "Role": {
                "Arn": ROLE,
                "RoleName": "prod",
                "AssumeRolePolicyDocument": protected_trust(DEPLOYMENT),
                "MaxSessionDuration": 3600,
                "PermissionsBoundary": {"PermissionsBoundaryArn": DEPLOYMENT.kill_switch_policy_arn},
            },
        },
        "get_policy": {"Policy": {"DefaultVersionId": "v3"}},
        "get_policy_version": {"PolicyVersion": {"Document": boundary}},
    }


def _alarms() -> dict[str, Any]:
    metrics = ("kill_switch_failures", "stale_documents", "follow_up_age_s")
    ours = [alarm("Sentinel", metric, deployment="sentinel") for metric in metrics]
    functions = (f"sentinel-{name}" for name in ("vend", "admin", "authorizer"))
    errors = [alarm("AWS/Lambda", "Errors", FunctionName=name) for name in functions]
    return {"describe_alarms": [*ours, *errors]}


def _delivery() -> dict[str, Any]:
    """Answer as an account without a bus or an archive."""
    names = ("describe_event_bus", "describe_delivery_stream", "describe_subscription_filters")
    return dict.fromkeys((*names, "get_object_lock_configuration"))


def delivering() -> Account:
    """Make an account whose audit lines are archived."""
    stream = {"DeliveryStreamARN": Archive(DEPLOYMENT).stream_arn, "DeliveryStreamStatus": "ACTIVE"}
    retention = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 365}}
    found = healthy()
    found.answers |= {
        "describe_delivery_stream": {"DeliveryStreamDescription": stream},
        "describe_subscription_filters": lambda asked: [subscription(asked["filterNamePrefix"])],
        "get_object_lock_configuration": {"ObjectLockConfiguration": {"Rule": retention}},
    }
    return found


def subscription(name: str = "sentinel-audit", **changes: str) -> dict[str, str]:
    """Describe a subscription filter."""
    return {"filterName": name, "filterPattern": LINES, "destinationArn": Archive(DEPLOYMENT).stream_arn} | changes


def alarm(namespace: str, metric: str, **dimensions: str) -> dict[str, Any]:
    return {
        "AlarmName": "-".join([*dimensions.values(), metric]),
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
        "AlarmActions": ["arn:aws:sns:eu-central-1:111122223333:on-call"],
    }


def only(findings: list[Finding]) -> Finding:
    (found,) = findings
    return found


class Quiet:
    """Progress that is not shown."""

    def say(self, words: str) -> None: ...


def complaint(findings: list[Finding], status: Status = Status.FAIL) -> str:
    """Give message and remedy of the one finding, which has this status."""
    found = only(findings)
    assert found.status is status, found
    return f"{found.message} → {found.remedy}"
