"""The schedules: rules of EventBridge that invoke the admin function with a constant event."""

from datetime import timedelta
from typing import Final

from aws_cdk import aws_events, aws_lambda
from constructs import Construct

from deploy.cdk.function import SentinelFunction
from deploy.cdk.monitoring import follow_up_alarm
from deploy.cdk.options import ServiceOptions
from deploy.policies.follow_up import FOLLOW_UP_EVENT, INTERVAL

_WORDS: Final = "Sentinel: reminds, escalates, warns, and announces what has expired"


def create_schedule(
    scope: Construct, *, name: str, words: str, interval: timedelta, event: str, admin: SentinelFunction
) -> None:
    """Create a rule that invokes the function's alias with the event (text of JSON), and let this rule alone do so."""
    target = aws_events.CfnRule.TargetProperty(id="admin", arn=admin.alias.function_arn, input=event)
    rule = aws_events.CfnRule(
        scope,
        "Rule",
        name=name,
        description=words,
        schedule_expression=f"rate({int(interval.total_seconds()) // 60} minutes)",
        targets=[target],
    )
    aws_lambda.CfnPermission(
        scope,
        "Permission",
        action="lambda:InvokeFunction",
        function_name=admin.alias.function_arn,
        principal="events.amazonaws.com",
        source_arn=rule.attr_arn,
    )


class FollowUpSchedule(Construct):
    """The schedule of the follow-up, and the alarm on one that is not completed."""

    def __init__(self, scope: Construct, construct_id: str, options: ServiceOptions, admin: SentinelFunction) -> None:
        super().__init__(scope, construct_id)
        name = f"{options.name}-follow-up"
        create_schedule(self, name=name, words=_WORDS, interval=INTERVAL, event=FOLLOW_UP_EVENT, admin=admin)
        follow_up_alarm(self, options)
