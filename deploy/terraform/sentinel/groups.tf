# The synchronization of groups: a schedule invokes the admin function with a constant event. A membership that it does not
# refresh is believed no longer.

locals {
  believed_for = try(var.group_sync.believed_for, "")
  believed_for_s = sum([for unit, seconds in { h = 3600, m = 60 } :
    seconds * try(tonumber(regex("([0-9]+)${unit}", local.believed_for)[0]), 0)
  ])

  # Read by another role if one is given, else by the admin function's own.
  identity_store_id       = try(var.group_sync.identity_store_id, null)
  identity_store_role_arn = try(var.group_sync.identity_store_role_arn, null)

  group_policies = var.group_sync == null ? {} : merge(
    { groups = templatefile("${local.policies}/groups.json.tftpl", local.deployment) },
    # The names of the policies are known at the first plan, when the ARN of a new role is not.
    local.identity_store_id == null ? {} : {
      identity-center = templatefile("${local.policies}/identity-center${local.identity_store_role_arn == null ? "" : "-role"}.json.tftpl", {
        partition               = local.deployment.partition
        identity_store_id       = local.identity_store_id
        identity_store_role_arn = local.identity_store_role_arn
      })
    },
  )
}

resource "aws_cloudwatch_event_rule" "groups" {
  count = var.group_sync == null ? 0 : 1

  name                = "${var.name}-groups"
  description         = "Sentinel: synchronizes groups"
  schedule_expression = "rate(${var.group_sync.interval} minutes)"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "groups" {
  count = var.group_sync == null ? 0 : 1

  rule      = aws_cloudwatch_event_rule.groups[0].name
  target_id = "admin"
  arn       = module.admin.alias_arn
  input     = jsonencode({ task = "sync-groups" })
}

resource "aws_lambda_permission" "groups" {
  count = var.group_sync == null ? 0 : 1

  statement_id  = "synchronize-groups"
  action        = "lambda:InvokeFunction"
  function_name = module.admin.name
  qualifier     = module.admin.alias
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.groups[0].arn
}

# The period contains at least one sync, which may be up to five minutes late. A row may last for half the time only after a
# complete sync (deploy/policies/groups.py), so the alarm comes at a quarter.
resource "aws_cloudwatch_metric_alarm" "groups" {
  count = var.group_sync == null ? 0 : 1

  alarm_name          = "${var.name}-groups-old"
  alarm_description   = "Groups were not synchronized for a quarter of the time that a membership is believed. Without a sync memberships end. The admin function's log says what failed"
  namespace           = local.metrics_namespace
  metric_name         = "groups_age_s"
  dimensions          = { deployment = var.name, service = "admin" }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = local.believed_for_s / 4
  period              = 60 * (var.group_sync.interval + 5)
  evaluation_periods  = 1
  treat_missing_data  = "breaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = var.tags
}
