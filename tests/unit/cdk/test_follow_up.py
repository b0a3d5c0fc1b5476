"""The schedule of the follow-up: its event, its time, and the alarm on one that is not completed."""

import json
from datetime import timedelta

from deploy.policies.follow_up import AGE_METRIC, ALARM_AFTER, FOLLOW_UP_EVENT, INTERVAL
from services.admin.follow_up.run import FOLLOW_UP
from shared.edge.audit.metrics import NAMESPACE
from tests.cdk.metrics import written_metrics
from tests.cdk.options import PAGER
from tests.cdk.template import Template


def test_every_deployment_invokes_the_alias_every_five_minutes_with_the_constant_event(
    default: Template, complete: Template
) -> None:
    for template, name in ((default, "sentinel"), (complete, "vendor")):
        rule = template.named("Events::Rule", "Name", f"{name}-follow-up")
        (target,) = rule["Targets"]
        assert rule["ScheduleExpression"] == "rate(5 minutes)"
        assert json.loads(target["Input"]) == json.loads(FOLLOW_UP_EVENT) == {"task": FOLLOW_UP}
        assert not target.keys() & {"InputPath", "InputTransformer", "RoleArn"}
        assert "Alias" in target["Arn"] or "Live" in target["Arn"]


def test_the_alarm_sees_a_follow_up_that_fails_and_one_that_does_not_run(complete: Template) -> None:
    alarm = complete.named("CloudWatch::Alarm", "AlarmName", "vendor-follow-up-late")
    dimensions = [{"Name": "deployment", "Value": "vendor"}, {"Name": "service", "Value": "admin"}]

    assert (alarm["Namespace"], alarm["MetricName"], alarm["Dimensions"]) == (NAMESPACE, AGE_METRIC, dimensions)
    assert AGE_METRIC in written_metrics()
    limit = timedelta(minutes=30).total_seconds()
    assert (alarm["Statistic"], alarm["ComparisonOperator"]) == ("Maximum", "GreaterThanThreshold")
    assert (alarm["Threshold"], alarm["Period"], alarm["EvaluationPeriods"]) == (limit, limit, 1)
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["AlarmActions"] == alarm["OKActions"] == [PAGER]
    assert 2 * INTERVAL < ALARM_AFTER
