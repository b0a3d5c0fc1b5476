"""CloudWatch alarms, one per metric, on functions and on the metrics that they report (shared/edge/audit.py).

Every alarm notifies the same actions when it begins and when it ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aws_cdk import aws_cloudwatch
from constructs import Construct

from deploy.cdk.names import construct_name
from deploy.cdk.options import ServiceOptions
from shared.edge.audit import NAMESPACE


@dataclass(frozen=True, slots=True)
class AlarmDefinition:
    """One metric and the value it must not exceed. `statistic` is Sum or a percentile such as p99."""

    key: str
    words: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"
    threshold: float = 0
    minutes: int = 1


def create_alarm(scope: Construct, prefix: str, definition: AlarmDefinition, options: ServiceOptions) -> None:
    """Create one alarm, named `<prefix>-<key>`. Missing data raises no alarm: there may be no calls at night."""
    is_percentile = definition.statistic.startswith("p")
    aws_cloudwatch.CfnAlarm(
        scope,
        construct_name(definition.key, "Alarm"),
        alarm_name=f"{prefix}-{definition.key}",
        alarm_description=definition.words,
        namespace=definition.namespace,
        metric_name=definition.metric,
        dimensions=[
            aws_cloudwatch.CfnAlarm.DimensionProperty(name=name, value=value)
            for name, value in definition.dimensions.items()
        ],
        statistic=None if is_percentile else definition.statistic,
        extended_statistic=definition.statistic if is_percentile else None,
        comparison_operator="GreaterThanThreshold",
        threshold=definition.threshold,
        period=60,
        evaluation_periods=definition.minutes,
        treat_missing_data="notBreaching",
        alarm_actions=list(options.alarm_actions),
        ok_actions=list(options.alarm_actions),
    )


def function_alarms(scope: Construct, function: str, options: ServiceOptions) -> None:
    """Create a function's alarms: failures, throttled invocations, and the p99 of the duration."""
    slow = f"One in a hundred invocations of {function} takes over {options.duration_alarm_ms} ms"
    watched = [
        ("errors", "Errors", "Sum", 0, 1, f"{function} raised, timed out, or could not write its audit line"),
        ("throttles", "Throttles", "Sum", 0, 1, f"Lambda throttled invocations of {function}: raise its concurrency"),
        ("duration", "Duration", "p99", options.duration_alarm_ms, 5, slow),
    ]
    for key, metric, statistic, threshold, minutes, words in watched:
        create_alarm(
            scope,
            function,
            AlarmDefinition(
                key=key,
                words=words,
                namespace="AWS/Lambda",
                metric=metric,
                dimensions={"FunctionName": function},
                statistic=statistic,
                threshold=threshold,
                minutes=minutes,
            ),
            options,
        )


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
# Key of the alarm, service, metric, description.
SERVICE_METRICS: Final = (
    ("kill-switch-failed", "admin", "kill_switch_failures", _SWITCH),
    ("vend-stale-documents", "vend", "stale_documents", _STALE.format("vend")),
    ("admin-stale-documents", "admin", "stale_documents", _STALE.format("admin")),
    ("vend-aws-throttles", "vend", "aws_throttles", _VEND_THROTTLED),
    ("authorizer-aws-throttles", "authorizer", "aws_throttles", _AUTHORIZER_THROTTLED),
)


def service_alarms(scope: Construct, options: ServiceOptions) -> None:
    """Create the alarms on metrics that the service itself reports."""
    for key, service, metric, words in SERVICE_METRICS:
        create_alarm(
            scope,
            options.name,
            AlarmDefinition(
                key=key,
                words=words,
                namespace=NAMESPACE,
                metric=metric,
                dimensions={"deployment": options.name, "service": service},
            ),
            options,
        )
