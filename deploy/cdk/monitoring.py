"""CloudWatch alarms and the dashboard, on functions and on the metrics that they report (shared/edge/audit.py).

Every alarm watches one metric, and notifies the same actions when it begins and when it ends. Missing data raises only
the alarms on what a schedule does: there may be no calls at night.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aws_cdk import Stack, aws_cloudwatch
from constructs import Construct

from deploy.cdk.deployment import construct_name
from deploy.cdk.options import ServiceOptions
from deploy.policies.deployment import Deployment
from deploy.policies.follow_up import AGE_METRIC as FOLLOW_UP_AGE
from deploy.policies.follow_up import ALARM_AFTER
from deploy.policies.groups import AGE_METRIC, ALARM_AT, ALARM_SLACK, GroupSync
from shared.edge.audit.metrics import NAMESPACE

_STALE: Final = "Documents cannot be read: {} uses the last good version for a few more minutes"
_VEND_THROTTLED: Final = (
    "AWS throttles vending, most likely STS, whose quota is per account and region. The audit line names the call"
)
_AUTHORIZER_THROTTLED: Final = (
    "AWS throttles the authorizer, so requests to guarded APIs are refused. The audit line names the call"
)
_SWITCH: Final = (
    "A revocation could not be written in an account: live credentials there still work. The audit line names it; "
    "`sentinel kill-switch sync` retries"
)
_GROUPS: Final = (
    "Groups were not synchronized for a quarter of the time that a membership is believed. Without a sync memberships "
    "end. The admin function's log says what failed"
)
_FOLLOW_UP: Final = (
    "The follow-up was not completed for half an hour: approvers are not reminded, holders not warned, and what has "
    "expired is not announced. The admin function's log says what failed"
)
_ARCHIVE: Final = (
    "Audit lines wait for the archive for half an hour; Firehose drops them after a day. The log group "
    "/aws/kinesisfirehose/{} says why"
)
# Key of the alarm, service, metric, description.
_SERVICE_METRICS: Final = (
    ("kill-switch-failed", "admin", "kill_switch_failures", _SWITCH),
    ("vend-stale-documents", "vend", "stale_documents", _STALE.format("vend")),
    ("admin-stale-documents", "admin", "stale_documents", _STALE.format("admin")),
    ("vend-aws-throttles", "vend", "aws_throttles", _VEND_THROTTLED),
    ("authorizer-aws-throttles", "authorizer", "aws_throttles", _AUTHORIZER_THROTTLED),
)
# A limit: more than none in one minute.
_ANY: Final[Mapping[str, Any]] = {"statistic": "Sum", "threshold": 0, "evaluation_periods": 1}
_USUAL: Final[Mapping[str, Any]] = {"period": 60, "treat_missing_data": "notBreaching"}
_WIDTH, _HEIGHT, _COLUMNS = 12, 6, 2


def function_alarms(scope: Construct, function: str, options: ServiceOptions) -> None:
    """Create a function's alarms: failures, throttled invocations, and the p99 of the duration."""
    slow = {"extended_statistic": "p99", "threshold": options.duration_alarm_ms, "evaluation_periods": 5}
    for metric, words, limit in (
        ("Errors", f"{function} raised, timed out, or could not write its audit line", _ANY),
        ("Throttles", f"Lambda throttled invocations of {function}: raise its concurrency", _ANY),
        ("Duration", f"One in a hundred invocations of {function} takes over {options.duration_alarm_ms} ms", slow),
    ):
        source = {"namespace": "AWS/Lambda", "metric_name": metric, **limit}
        _alarm(scope, function, metric.lower(), words, {"FunctionName": function}, options, source)


def service_alarms(scope: Construct, options: ServiceOptions) -> None:
    """Create the alarms on metrics that the service itself reports."""
    for key, service, metric, words in _SERVICE_METRICS:
        source = {"namespace": NAMESPACE, "metric_name": metric, **_ANY}
        _alarm(scope, options.name, key, words, {"deployment": options.name, "service": service}, options, source)


def groups_alarm(scope: Construct, options: ServiceOptions, sync: GroupSync) -> None:
    """Create the alarm on the age of memberships. Its period contains at least one sync."""
    limit_s, period_s = sync.believed.total_seconds() * ALARM_AT, 60 * sync.interval + int(ALARM_SLACK.total_seconds())
    _age_alarm(scope, options, "groups-old", _GROUPS, AGE_METRIC, limit_s, period_s)


def follow_up_alarm(scope: Construct, options: ServiceOptions) -> None:
    """Create the alarm on the age of the last complete follow-up."""
    limit_s = int(ALARM_AFTER.total_seconds())
    _age_alarm(scope, options, "follow-up-late", _FOLLOW_UP, FOLLOW_UP_AGE, limit_s, limit_s)


def archive_alarm(scope: Construct, options: ServiceOptions, stream: str) -> None:
    """Create the alarm on lines that wait for their delivery. Without any line the metric is missing."""
    source = {
        "namespace": "AWS/Firehose",
        "metric_name": "DeliveryToS3.DataFreshness",
        "statistic": "Maximum",
        "threshold": 1800,
        "period": 300,
        "evaluation_periods": 1,
    }
    words = _ARCHIVE.format(stream)
    _alarm(scope, options.name, "audit-archive-late", words, {"DeliveryStreamName": stream}, options, source)


def _age_alarm(
    scope: Construct, options: ServiceOptions, key: str, words: str, metric: str, limit_s: float, period_s: int
) -> None:
    """Create an alarm on the age of what a schedule does. It is on, too, if nothing ran in the period."""
    source = {
        "namespace": NAMESPACE,
        "metric_name": metric,
        "statistic": "Maximum",
        "threshold": limit_s,
        "period": period_s,
        "evaluation_periods": 1,
        "treat_missing_data": "breaching",
    }
    _alarm(scope, options.name, key, words, {"deployment": options.name, "service": "admin"}, options, source)


def _alarm(
    scope: Construct,
    prefix: str,
    key: str,
    words: str,
    dimensions: Mapping[str, str],
    options: ServiceOptions,
    source: Mapping[str, Any],
) -> None:
    """Create one alarm, named `<prefix>-<key>`. `source`: the metric, its statistic (of a minute), and its limit."""
    aws_cloudwatch.CfnAlarm(
        scope,
        construct_name(key, "Alarm"),
        alarm_name=f"{prefix}-{key}",
        alarm_description=words,
        dimensions=[
            aws_cloudwatch.CfnAlarm.DimensionProperty(name=name, value=value) for name, value in dimensions.items()
        ],
        comparison_operator="GreaterThanThreshold",
        alarm_actions=list(options.alarm_actions),
        ok_actions=list(options.alarm_actions),
        **{**_USUAL, **source},
    )


def create_dashboard(scope: Construct, name: str, functions: Sequence[str], deployment: Deployment) -> None:
    """Create the page of requests, outcomes, durations and failures; `functions` are the names of every function."""
    widgets = [
        {
            "type": "metric",
            "x": index % _COLUMNS * _WIDTH,
            "y": index // _COLUMNS * _HEIGHT,
            "width": _WIDTH,
            "height": _HEIGHT,
            "properties": {
                "title": title,
                "metrics": metrics,
                "stat": statistic,
                "period": 60,
                "region": deployment.region,
                "view": "timeSeries",
            },
        }
        for index, (title, statistic, metrics) in enumerate(_widgets(functions, deployment))
    ]
    body = Stack.of(scope).to_json_string({"widgets": widgets})
    aws_cloudwatch.CfnDashboard(scope, "Dashboard", dashboard_name=name, dashboard_body=body)


def _widgets(functions: Sequence[str], deployment: Deployment) -> list[tuple[str, str, list[Any]]]:
    """List the title, the statistic and the metrics of each widget."""
    whose = f'deployment="{deployment.name}" service="vend"'
    ends = f"SEARCH('{{{NAMESPACE},deployment,service,outcome,code}} MetricName=\"requests\" {whose}', 'Sum', 60)"

    def of_service(metric: str, service: str) -> list[str]:
        return [NAMESPACE, metric, "deployment", deployment.name, "service", service]

    def of_functions(*metrics: str) -> list[list[str]]:
        return [["AWS/Lambda", metric, "FunctionName", function] for function in functions for metric in metrics]

    trouble = [
        *(of_service(metric, service) for _, service, metric, _ in _SERVICE_METRICS),
        *(
            ["AWS/DynamoDB", metric, "TableName", table]
            for table in (deployment.budget_table, deployment.grant_table, deployment.session_table)
            for metric in ("ReadThrottleEvents", "WriteThrottleEvents")
        ),
    ]
    return [
        ("Requests by service", "Sum", [of_service("requests", s) for s in ("vend", "admin", "authorizer")]),
        ("How vends end", "Sum", [[{"expression": ends}]]),
        ("Duration of invocations, p99", "p99", of_functions("Duration")),
        ("Steps of a vend, p99", "p99", [of_service(f"{step}_ms", "vend") for step in ("read", "write")]),
        ("Errors and throttles", "Sum", of_functions("Errors", "Throttles")),
        ("Trouble", "Sum", trouble),
    ]
