# The follow-up: a schedule invokes the admin function with a constant event. Without it no one is reminded or warned, and an
# end is announced only when someone looks; access ends by time all the same.

resource "aws_cloudwatch_event_rule" "follow_up" {
  name                = "${var.name}-follow-up"
  description         = "Sentinel: reminds, escalates, warns, and announces what has expired"
  schedule_expression = "rate(5 minutes)"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "follow_up" {
  rule      = aws_cloudwatch_event_rule.follow_up.name
  target_id = "admin"
  arn       = module.admin.alias_arn
  input     = jsonencode({ task = "follow-up" })
}

resource "aws_lambda_permission" "follow_up" {
  statement_id  = "follow-up"
  action        = "lambda:InvokeFunction"
  function_name = module.admin.name
  qualifier     = module.admin.alias
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.follow_up.arn
}

# A run that fails, or leaves rows to the next one, reports the age of the last complete run.
resource "aws_cloudwatch_metric_alarm" "follow_up" {
  alarm_name          = "${var.name}-follow-up-late"
  alarm_description   = "The follow-up was not completed for half an hour: approvers are not reminded, holders not warned, and what has expired is not announced. The admin function's log says what failed"
  namespace           = local.metrics_namespace
  metric_name         = "follow_up_age_s"
  dimensions          = { deployment = var.name, service = "admin" }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1800
  period              = 1800
  evaluation_periods  = 1
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = var.tags
}
