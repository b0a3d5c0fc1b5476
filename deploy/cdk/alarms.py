"""CloudWatch alarms, one per metric. Every alarm notifies the same actions when it begins and when it ends."""

from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import aws_cloudwatch
from constructs import Construct

from deploy.cdk.names import construct_name
from deploy.cdk.options import ServiceOptions


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
