# The synchronization of groups: who invokes, what the admin function may read, and when memberships grow old.

mock_provider "aws" {
  source = "../mocks"
}

variables {
  packages = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
}

run "none" {
  assert {
    condition = alltrue([for resources in [
      aws_cloudwatch_event_rule.groups, aws_cloudwatch_event_target.groups, aws_lambda_permission.groups, aws_cloudwatch_metric_alarm.groups,
    ] : length(resources) == 0])
    error_message = "Something is synchronized that was not asked for."
  }

  assert {
    condition     = keys(output.functions["sentinel-admin"].policies) == ["admin"] && local.admin_timeout_s == 12
    error_message = "The admin function may read groups, or run longer, without a reason."
  }

  assert {
    condition     = alltrue([for function in output.functions : length([for name in keys(function.settings) : name if can(regex("GROUP|IDENTITY", name))]) == 0])
    error_message = "A setting is there without a reason."
  }
}

run "documents" {
  variables {
    group_sync = {}
  }

  assert {
    condition     = aws_cloudwatch_event_rule.groups[0].schedule_expression == "rate(15 minutes)" && aws_cloudwatch_event_rule.groups[0].name == "sentinel-groups"
    error_message = "The schedule is another one."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_target.groups[0].input) == { task = "sync-groups" } && endswith(aws_cloudwatch_event_target.groups[0].arn, ":live")
    error_message = "The rule sends another event, or to another place than the alias."
  }

  assert {
    condition = (
      aws_lambda_permission.groups[0].principal == "events.amazonaws.com" && aws_lambda_permission.groups[0].qualifier == "live" &&
      aws_lambda_permission.groups[0].source_arn == "arn:aws:events:eu-central-1:111122223333:rule/sentinel-groups"
    )
    error_message = "More than the one rule may invoke the function."
  }

  assert {
    condition = output.functions["sentinel-admin"].policies == {
      admin  = jsondecode(file("../../policies/generated/admin-execution-role.json"))
      groups = jsondecode(file("../../policies/generated/groups.json"))
    }
    error_message = "The admin function may read more than group documents."
  }

  assert {
    condition     = keys(output.functions["sentinel-vend"].policies) == ["vend"] && output.functions["sentinel-vend"].settings["SENTINEL_GROUP_SYNC"] == "true"
    error_message = "The vend function may do more, or does not know that groups are synchronized."
  }

  assert {
    condition     = local.admin_timeout_s == 300 && local.timeout_s == 12
    error_message = "A synchronization has not the time it needs, or vend has it too."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.groups[0].threshold == 1800 && aws_cloudwatch_metric_alarm.groups[0].period == 1200 &&
      aws_cloudwatch_metric_alarm.groups[0].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.groups[0].statistic == "Maximum"
    )
    error_message = "Memberships may grow old without an alarm."
  }
}

run "identity_center_of_this_account" {
  variables {
    group_sync = { interval = 60, believed_for = "5h30m", identity_store_id = "d-1234567890" }
  }

  assert {
    condition     = output.functions["sentinel-admin"].policies["identity-center"] == jsondecode(file("../../policies/generated/identity-center.json"))
    error_message = "The admin function may read another store, or do more."
  }

  assert {
    condition = { for name, value in output.functions["sentinel-admin"].settings : name => value if can(regex("GROUP|IDENTITY", name)) } == {
      SENTINEL_GROUP_SYNC          = "true"
      SENTINEL_GROUPS_BELIEVED_FOR = "5h30m"
      SENTINEL_IDENTITY_STORE      = "d-1234567890"
    }
    error_message = "The settings are others than chosen."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.groups[0].threshold == 4950 && aws_cloudwatch_metric_alarm.groups[0].period == 3900
    error_message = "The alarm does not follow what was chosen."
  }
}

run "identity_center_of_another_account" {
  variables {
    group_sync = {
      identity_store_id       = "d-1234567890"
      identity_store_region   = "us-east-1"
      identity_store_role_arn = "arn:aws:iam::777788889999:role/SentinelGroups"
    }
  }

  assert {
    condition     = output.functions["sentinel-admin"].policies["identity-center"] == jsondecode(file("../../policies/generated/identity-center-role.json"))
    error_message = "The admin function may become another role, or read Identity Center itself."
  }

  assert {
    condition = { for name, value in output.functions["sentinel-admin"].settings : name => value if startswith(name, "SENTINEL_IDENTITY_STORE_") } == {
      SENTINEL_IDENTITY_STORE_REGION = "us-east-1"
      SENTINEL_IDENTITY_STORE_ROLE   = "arn:aws:iam::777788889999:role/SentinelGroups"
    }
    error_message = "The settings are others than chosen."
  }
}

run "too_often" {
  command = plan
  variables {
    group_sync = { interval = 1 }
  }
  expect_failures = [var.group_sync]
}

run "no_duration" {
  command = plan
  variables {
    group_sync = { believed_for = "soon" }
  }
  expect_failures = [var.group_sync]
}

run "believed_too_long" {
  command = plan
  variables {
    group_sync = { believed_for = "25h" }
  }
  expect_failures = [var.group_sync]
}

run "memberships_end_before_the_alarm" {
  command = plan
  variables {
    group_sync = { interval = 25 }
  }
  expect_failures = [var.group_sync]
}

run "no_store_id" {
  command = plan
  variables {
    group_sync = { identity_store_id = "arn:aws:sso:::instance/ssoins-1234567890abcdef" }
  }
  expect_failures = [var.group_sync]
}

run "no_region" {
  command = plan
  variables {
    group_sync = { identity_store_id = "d-1234567890", identity_store_region = "Frankfurt!" }
  }
  expect_failures = [var.group_sync]
}

run "no_role" {
  command = plan
  variables {
    group_sync = { identity_store_id = "d-1234567890", identity_store_role_arn = "SentinelGroups" }
  }
  expect_failures = [var.group_sync]
}

run "a_role_without_a_store" {
  command = plan
  variables {
    group_sync = { identity_store_role_arn = "arn:aws:iam::777788889999:role/SentinelGroups" }
  }
  expect_failures = [var.group_sync]
}
