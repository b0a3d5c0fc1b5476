# Alarms on the service's own metrics, from the functions' metric lines (shared/edge/audit.py).

locals {
  metrics_namespace = "Sentinel"

  service_alarms = {
    kill-switch-failed = {
      service = "admin"
      metric  = "kill_switch_failures"
      words   = "A revocation could not be written in an account: live credentials there still work. The audit line names it; `sentinel kill-switch sync` retries"
    }
    vend-stale-documents = {
      service = "vend"
      metric  = "stale_documents"
      words   = "Documents cannot be read: vend uses the last good version for a few more minutes"
    }
    admin-stale-documents = {
      service = "admin"
      metric  = "stale_documents"
      words   = "Documents cannot be read: admin uses the last good version for a few more minutes"
    }
    vend-aws-throttles = {
      service = "vend"
      metric  = "aws_throttles"
      words   = "AWS throttles vending, most likely STS, whose quota is per account and region. The audit line names the call"
    }
    authorizer-aws-throttles = {
      service = "authorizer"
      metric  = "aws_throttles"
      words   = "AWS throttles the authorizer, so requests to guarded APIs are refused. The audit line names the call"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "service" {
  for_each = local.service_alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.words
  namespace           = local.metrics_namespace
  metric_name         = each.value.metric
  dimensions          = { deployment = var.name, service = each.value.service }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 60
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = var.tags
}
