# The follow-up: who invokes, with what, and when its absence is an alarm.

mock_provider "aws" {
  source = "../mocks"
}

variables {
  packages = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
}

run "scheduled" {
  assert {
    condition     = aws_cloudwatch_event_rule.follow_up.schedule_expression == "rate(5 minutes)" && aws_cloudwatch_event_rule.follow_up.name == "sentinel-follow-up"
    error_message = "The schedule is another one."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_target.follow_up.input) == { task = "follow-up" } && endswith(aws_cloudwatch_event_target.follow_up.arn, ":live")
    error_message = "The rule sends another event, or to another place than the alias."
  }

  assert {
    condition = (
      aws_lambda_permission.follow_up.principal == "events.amazonaws.com" && aws_lambda_permission.follow_up.qualifier == "live" &&
      aws_lambda_permission.follow_up.source_arn == aws_cloudwatch_event_rule.follow_up.arn
    )
    error_message = "Another rule may invoke the function by this permission."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.follow_up.threshold == 1800 && aws_cloudwatch_metric_alarm.follow_up.period == 1800 &&
      aws_cloudwatch_metric_alarm.follow_up.treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.follow_up.statistic == "Maximum"
    )
    error_message = "The follow-up may stop without an alarm."
  }
}
