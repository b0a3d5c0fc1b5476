# The archive of audit lines: log groups -> Firehose -> a bucket whose objects cannot be changed (docs/delivery.md).

locals {
  archive       = local.names.archive
  archives      = var.audit_archive == null ? [] : [var.audit_archive]
  archive_name  = "${var.name}${local.archive.stream}"
  archived_logs = var.audit_archive == null ? {} : { for function in concat([module.vend, module.admin], values(module.authorizer)) : function.name => function.log_group }
}

# Firehose reads what CloudWatch Logs sends, gzip and envelope, and writes each line as the function wrote it.
resource "aws_kinesis_firehose_delivery_stream" "audit" {
  count = length(local.archives)

  name        = local.archive_name
  destination = "extended_s3"

  extended_s3_configuration {
    role_arn            = aws_iam_role.audit_stream[0].arn
    bucket_arn          = aws_s3_bucket.audit[0].arn
    prefix              = local.archive.prefix
    error_output_prefix = local.archive.failed_prefix
    compression_format  = "GZIP"
    buffering_size      = 64
    buffering_interval  = 300

    processing_configuration {
      enabled = true

      processors {
        type = "Decompression"

        parameters {
          parameter_name  = "CompressionFormat"
          parameter_value = "GZIP"
        }
      }

      processors {
        type = "CloudWatchLogProcessing"

        parameters {
          parameter_name  = "DataMessageExtraction"
          parameter_value = "true"
        }
      }

      # The documentation does not say that a line's own newline is kept. An empty line is nothing.
      processors {
        type = "AppendDelimiterToRecord"
      }
    }

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.audit_stream[0].name
      log_stream_name = aws_cloudwatch_log_stream.audit_stream[0].name
    }
  }

  server_side_encryption {
    enabled  = true
    key_type = "AWS_OWNED_CMK"
  }

  tags = var.tags

  # Firehose checks its permissions when the stream is created.
  depends_on = [aws_iam_role_policy.audit_stream]
}

resource "aws_iam_role" "audit_stream" {
  count = length(local.archives)

  name                 = local.archive_name
  description          = "Sentinel: Firehose delivers audit lines to the archive"
  assume_role_policy   = templatefile("${local.policies}/audit-stream-trust.json.tftpl", local.deployment)
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "audit_stream" {
  for_each = var.audit_archive == null ? {} : merge(
    { audit-stream = templatefile("${local.policies}/audit-stream.json.tftpl", local.deployment) },
    var.audit_archive.kms_key_arn == null ? {} : {
      audit-key = templatefile("${local.policies}/audit-key.json.tftpl", merge(local.deployment, { key_arn = var.audit_archive.kms_key_arn }))
    },
  )

  name   = each.key
  role   = aws_iam_role.audit_stream[0].name
  policy = each.value
}

resource "aws_cloudwatch_log_group" "audit_stream" {
  count = length(local.archives)

  name              = "/aws/kinesisfirehose/${local.archive_name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_kms_key_arn
  tags              = var.tags
}

resource "aws_cloudwatch_log_stream" "audit_stream" {
  count = length(local.archives)

  name           = "delivery"
  log_group_name = aws_cloudwatch_log_group.audit_stream[0].name
}

resource "aws_iam_role" "audit_subscription" {
  count = length(local.archives)

  name                 = "${var.name}${local.archive.subscription_role}"
  description          = "Sentinel: CloudWatch Logs sends audit lines to the archive's stream"
  assume_role_policy   = templatefile("${local.policies}/audit-subscription-trust.json.tftpl", local.deployment)
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags
}

resource "aws_iam_role_policy" "audit_subscription" {
  count = length(local.archives)

  name   = "audit-subscription"
  role   = aws_iam_role.audit_subscription[0].name
  policy = templatefile("${local.policies}/audit-subscription.json.tftpl", local.deployment)
}

resource "aws_cloudwatch_log_subscription_filter" "audit" {
  for_each = local.archived_logs

  name            = local.archive_name
  log_group_name  = each.value
  filter_pattern  = local.archive.pattern
  destination_arn = aws_kinesis_firehose_delivery_stream.audit[0].arn
  role_arn        = aws_iam_role.audit_subscription[0].arn

  # CloudWatch Logs sends a test record when the filter is created.
  depends_on = [aws_iam_role_policy.audit_subscription]
}

# Firehose retries for a day and then drops. Without any line the metric is missing, and the alarm is off.
resource "aws_cloudwatch_metric_alarm" "audit_archive" {
  count = length(local.archives)

  alarm_name          = "${var.name}-audit-archive-late"
  alarm_description   = "Audit lines wait for the archive for half an hour; Firehose drops them after a day. The log group /aws/kinesisfirehose/${local.archive_name} says why"
  namespace           = "AWS/Firehose"
  metric_name         = "DeliveryToS3.DataFreshness"
  dimensions          = { DeliveryStreamName = local.archive_name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1800
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = var.tags
}
