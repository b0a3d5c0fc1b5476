# Alarms on the function itself, independent of what was requested.

locals {
  alarms = {
    errors = {
      metric    = "Errors"
      statistic = "Sum"
      threshold = 0
      words     = "${var.name} raised, timed out, or could not write its audit line"
    }
    throttles = {
      metric    = "Throttles"
      statistic = "Sum"
      threshold = 0
      words     = "Lambda throttled invocations of ${var.name}: raise its concurrency"
    }
    duration = {
      metric    = "Duration"
      statistic = "p99"
      threshold = var.common.duration_alarm_ms
      words     = "One in a hundred invocations of ${var.name} takes over ${var.common.duration_alarm_ms} ms"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.words
  namespace           = "AWS/Lambda"
  metric_name         = each.value.metric
  dimensions          = { FunctionName = aws_lambda_function.this.function_name }
  statistic           = each.value.statistic == "Sum" ? "Sum" : null
  extended_statistic  = each.value.statistic == "Sum" ? null : each.value.statistic
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = 60
  evaluation_periods  = each.key == "duration" ? 5 : 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.common.alarm_actions
  ok_actions          = var.common.alarm_actions
  tags                = var.common.tags
}
