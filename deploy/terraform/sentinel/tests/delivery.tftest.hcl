# The event bus and the archive of audit lines: off by default, and what each lets whom do.

mock_provider "aws" {
  source = "../mocks"
}

variables {
  packages = { vend = "versions.tf", authorizer = "versions.tf", admin = "versions.tf" }
}

run "none" {
  assert {
    condition = alltrue([for resources in [
      aws_cloudwatch_event_bus.events, aws_s3_bucket.audit, aws_kinesis_firehose_delivery_stream.audit,
      aws_cloudwatch_log_subscription_filter.audit, aws_iam_role.audit_stream, aws_iam_role.audit_subscription,
      aws_cloudwatch_metric_alarm.audit_archive, aws_cloudwatch_query_definition.audit, aws_glue_catalog_table.audit,
    ] : length(resources) == 0])
    error_message = "Something leaves the account that was not asked for."
  }

  assert {
    condition     = keys(output.functions["sentinel-admin"].policies) == ["admin"] && !contains(keys(output.functions["sentinel-admin"].settings), "SENTINEL_EVENT_BUS")
    error_message = "The admin function may put events without a bus."
  }

  assert {
    condition     = output.event_bus_arn == null && output.audit_bucket == null
    error_message = "An output names what is not there."
  }
}

run "bus" {
  variables {
    event_bus = {}
  }

  assert {
    condition     = aws_cloudwatch_event_bus.events[0].name == "sentinel-events" && aws_cloudwatch_event_bus.events[0].kms_key_identifier == null
    error_message = "The bus is another one, or has a key that was not given."
  }

  assert {
    condition     = output.functions["sentinel-admin"].policies["event-bus"] == jsondecode(file("../../policies/generated/event-bus.json"))
    error_message = "The admin function may put events on another bus."
  }

  assert {
    condition     = output.functions["sentinel-admin"].settings["SENTINEL_EVENT_BUS"] == output.event_bus_arn
    error_message = "The admin function does not know its bus."
  }

  assert {
    condition     = keys(output.functions["sentinel-vend"].policies) == ["vend"] && !contains(keys(output.functions["sentinel-vend"].settings), "SENTINEL_EVENT_BUS")
    error_message = "The vend function may put events."
  }
}

run "archive" {
  variables {
    audit_archive = {}
    authorizers   = { pay = { api_ids = ["a1b2c3d4e5"], accepted_profiles = ["prod"] } }
    alarm_actions = ["arn:aws:sns:eu-central-1:111122223333:pager"]
  }

  assert {
    condition = { for name, filter in aws_cloudwatch_log_subscription_filter.audit : name => filter.log_group_name } == {
      for name in ["sentinel-admin", "sentinel-authorizer-pay", "sentinel-vend"] : name => "/aws/lambda/${name}"
    }
    error_message = "The audit lines of a function are not archived."
  }

  assert {
    condition     = alltrue([for filter in aws_cloudwatch_log_subscription_filter.audit : filter.filter_pattern == "{ $.kind = \"sentinel.audit\" }"])
    error_message = "Something else than audit lines is archived."
  }

  assert {
    condition = [for processor in aws_kinesis_firehose_delivery_stream.audit[0].extended_s3_configuration[0].processing_configuration[0].processors : processor.type] == [
      "Decompression", "CloudWatchLogProcessing", "AppendDelimiterToRecord",
    ]
    error_message = "The lines are not delivered as they were written."
  }

  assert {
    condition = (
      aws_kinesis_firehose_delivery_stream.audit[0].extended_s3_configuration[0].prefix == "audit/!{timestamp:yyyy/MM/dd}/" &&
      aws_kinesis_firehose_delivery_stream.audit[0].extended_s3_configuration[0].compression_format == "GZIP" &&
      aws_kinesis_firehose_delivery_stream.audit[0].server_side_encryption[0].enabled
    )
    error_message = "Lines are delivered to another place, or are not encrypted on the way."
  }

  assert {
    condition = (
      jsondecode(aws_iam_role.audit_stream[0].assume_role_policy) == jsondecode(file("../../policies/generated/audit-stream-trust.json")) &&
      jsondecode(aws_iam_role.audit_subscription[0].assume_role_policy) == jsondecode(file("../../policies/generated/audit-subscription-trust.json"))
    )
    error_message = "A service may become a role for another account or another resource."
  }

  assert {
    condition = (
      { for name, policy in aws_iam_role_policy.audit_stream : name => jsondecode(policy.policy) } == {
        audit-stream = jsondecode(file("../../policies/generated/audit-stream.json"))
      } &&
      jsondecode(aws_iam_role_policy.audit_subscription[0].policy) == jsondecode(file("../../policies/generated/audit-subscription.json"))
    )
    error_message = "A role may do more than archive lines."
  }

  assert {
    condition     = aws_s3_bucket.audit[0].bucket == "sentinel-audit-111122223333-eu-central-1" && aws_s3_bucket.audit[0].object_lock_enabled
    error_message = "The bucket cannot lock what is in it."
  }

  assert {
    condition = (
      aws_s3_bucket_versioning.audit[0].versioning_configuration[0].status == "Enabled" &&
      aws_s3_bucket_object_lock_configuration.audit[0].rule[0].default_retention[0].mode == "GOVERNANCE" &&
      aws_s3_bucket_object_lock_configuration.audit[0].rule[0].default_retention[0].days == 365
    )
    error_message = "Objects are not locked for a year."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.audit[0].block_public_acls, aws_s3_bucket_public_access_block.audit[0].block_public_policy,
      aws_s3_bucket_public_access_block.audit[0].ignore_public_acls, aws_s3_bucket_public_access_block.audit[0].restrict_public_buckets,
    ])
    error_message = "The bucket could become public."
  }

  assert {
    condition     = jsondecode(aws_s3_bucket_policy.audit[0].policy) == jsondecode(file("../../policies/generated/audit-bucket.json"))
    error_message = "The bucket takes requests without TLS, or lets a retention be passed over."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.audit[0].rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "Objects are not encrypted."
  }

  assert {
    condition = (
      one(aws_s3_bucket_lifecycle_configuration.audit[0].rule[0].transition).days == 90 &&
      one(aws_s3_bucket_lifecycle_configuration.audit[0].rule[0].transition).storage_class == "GLACIER_IR" &&
      length(aws_s3_bucket_lifecycle_configuration.audit[0].rule[0].expiration) == 0
    )
    error_message = "Objects do not become cheaper, or are deleted without being asked for."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.audit_archive[0].dimensions["DeliveryStreamName"] == "sentinel-audit" &&
      aws_cloudwatch_metric_alarm.audit_archive[0].alarm_actions == toset(["arn:aws:sns:eu-central-1:111122223333:pager"])
    )
    error_message = "Lines may wait for the archive without an alarm."
  }
}

run "archive_of_choice" {
  variables {
    audit_archive = {
      mode               = "COMPLIANCE"
      retention_days     = 2557
      glacier_after_days = null
      expire_after_days  = 2600
      kms_key_arn        = "arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-1111-2222-3333-444455556666"
    }
  }

  assert {
    condition = (
      aws_s3_bucket_object_lock_configuration.audit[0].rule[0].default_retention[0].mode == "COMPLIANCE" &&
      aws_s3_bucket_object_lock_configuration.audit[0].rule[0].default_retention[0].days == 2557
    )
    error_message = "The lock is another one than chosen."
  }

  assert {
    condition     = one(aws_s3_bucket_lifecycle_configuration.audit[0].rule[0].expiration).days == 2600
    error_message = "Objects are deleted earlier or later than chosen."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.audit_stream["audit-key"].policy) == jsondecode(file("../../policies/generated/audit-key.json"))
    error_message = "Firehose may use the key for something else."
  }
}

run "queries" {
  variables {
    audit_archive = {}
    query_pack    = true
  }

  assert {
    condition = (
      { for name, query in aws_cloudwatch_query_definition.audit : query.name => query.query_string } ==
      { for name in fileset("../../queries/logs", "*.txt") : "sentinel/${trimsuffix(name, ".txt")}" => file("../../queries/logs/${name}") }
    )
    error_message = "A query over the log groups is missing, or another one."
  }

  assert {
    condition     = alltrue([for query in aws_cloudwatch_query_definition.audit : toset(query.log_group_names) == toset(["/aws/lambda/sentinel-admin", "/aws/lambda/sentinel-vend"])])
    error_message = "A query is over other log groups than the functions'."
  }

  assert {
    condition = (
      aws_glue_catalog_table.audit[0].parameters["storage.location.template"] == "s3://sentinel-audit-111122223333-eu-central-1/audit/$${day}/" &&
      aws_glue_catalog_table.audit[0].storage_descriptor[0].location == "s3://sentinel-audit-111122223333-eu-central-1/audit/" &&
      aws_glue_catalog_database.audit[0].name == "sentinel_audit"
    )
    error_message = "The table is over another place than the archive."
  }

  assert {
    condition     = length(aws_athena_named_query.audit) == length(fileset("../../queries/athena", "*.sql"))
    error_message = "A query over the archive is missing."
  }
}

run "queries_without_an_archive" {
  variables {
    query_pack = true
  }

  assert {
    condition     = length(aws_cloudwatch_query_definition.audit) > 0 && length(aws_glue_catalog_table.audit) == 0 && length(aws_athena_named_query.audit) == 0
    error_message = "There is a table over an archive that is not there."
  }
}

run "no_key_of_the_bus" {
  command = plan
  variables {
    event_bus = { kms_key_arn = "alias/sentinel" }
  }
  expect_failures = [var.event_bus]
}

run "no_mode" {
  command = plan
  variables {
    audit_archive = { mode = "NONE" }
  }
  expect_failures = [var.audit_archive]
}

run "no_retention" {
  command = plan
  variables {
    audit_archive = { retention_days = 0 }
  }
  expect_failures = [var.audit_archive]
}

run "no_age" {
  command = plan
  variables {
    audit_archive = { glacier_after_days = 0.5 }
  }
  expect_failures = [var.audit_archive]
}

run "deleted_while_locked" {
  command = plan
  variables {
    audit_archive = { expire_after_days = 364 }
  }
  expect_failures = [var.audit_archive]
}

run "deleted_before_glacier" {
  command = plan
  variables {
    audit_archive = { retention_days = 30, expire_after_days = 60 }
  }
  expect_failures = [var.audit_archive]
}

run "no_key_of_the_archive" {
  command = plan
  variables {
    audit_archive = { kms_key_arn = "0a1b2c3d" }
  }
  expect_failures = [var.audit_archive]
}

run "no_room_for_the_name_of_the_bucket" {
  command = plan
  variables {
    name          = "a-name-of-exactly-thirty-chars"
    audit_archive = {}
  }
  expect_failures = [var.audit_archive]
}
